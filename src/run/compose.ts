import type { Connection } from "../connection/connection.js";
import type { Invoke } from "../invoke.js";
import type { Ledger } from "../ledger/ledger.js";
import type { OnUnknown } from "../outcome.js";
import { breaker, giveUp } from "./breaker.js";
import { budget } from "./budget.js";
import { recall, record } from "./ledger.js";
import { limit, type Slots } from "./limit.js";
import { retry, systemClock } from "./retry.js";
import type { Run } from "./run.js";
import { share, type Underway } from "./share.js";

/** What the calls of one run are made of. */
export interface Parts {
  readonly connection: Connection;
  readonly onUnknown: OnUnknown;
  readonly run: Run;
  readonly slots: Slots;
  readonly underway: Underway;
  readonly ledger: Ledger | null;
  readonly call: Invoke;
}

/**
 * The way of a request to the wire, outermost first. Rows that wait to be sent again hold no slot, and the
 * ledger writes its intent when nothing is left to wait for.
 */
export const composeInvoke = (parts: Parts): Invoke => {
  const { connection, onUnknown, run, slots, underway, ledger, call } = parts;
  const recorded = ledger ? record(ledger, call) : call;
  const guarded = breaker(run, budget(connection.ceilings, run, recorded));
  const repeated = giveUp(run, retry(limit(slots, guarded), systemClock, run));
  return share(underway, ledger ? recall(ledger, onUnknown, repeated) : repeated);
};
