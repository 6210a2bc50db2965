import type { LimitFunction } from "p-limit";
import type { Connection } from "../connection/connection.js";
import type { Invoke } from "../core/invoke.js";
import type { OnUnknown } from "../core/outcome.js";
import { budget } from "./budget.js";
import { circuitBreaker, endOnExhaustion } from "./circuit-breaker.js";
import { limit, onePerConnection, type Slots } from "./concurrency.js";
import { deduplicate, type Underway } from "./deduplicate.js";
import type { Ledger } from "./ledger/ledger.js";
import { leaveInTime, pace } from "./pacer/pace.js";
import type { Pacer } from "./pacer/pacer.js";
import type { Reservations } from "./pacer/reservation.js";
import { record, reuse } from "./record-and-reuse.js";
import { retry } from "./retry.js";
import type { Run } from "./run-state.js";

/** What the calls of one run are made of. */
export interface Parts {
  readonly connection: Connection;
  readonly onUnknown: OnUnknown;
  readonly run: Run;
  readonly slots: Slots;
  /** As many as the transport opens. */
  readonly connections: LimitFunction;
  readonly pacer: Pacer;
  readonly reservations: Reservations;
  readonly underway: Underway;
  readonly ledger: Ledger | null;
  readonly call: Invoke;
}

/**
 * The way of a request to the wire, outermost first. Rows that wait after an overload hold no slot. The ledger
 * writes its intent when the account's quota has granted the call; between that and the wire it waits only for a
 * connection and for its moment.
 */
export const composeInvoke = (parts: Parts): Invoke => {
  const { connection, onUnknown, run, slots, connections, pacer, reservations, underway, ledger, call } =
    parts;
  const timed = onePerConnection(connections, leaveInTime(run, call));
  const recorded = ledger ? record(ledger, timed) : timed;
  const paced = pace(pacer, reservations, run, recorded);
  const guarded = circuitBreaker(run, budget(connection.ceilings, run, paced));
  const repeated = endOnExhaustion(run, retry(limit(slots, guarded), pacer.clock, run));
  return deduplicate(underway, ledger ? reuse(ledger, onUnknown, repeated) : repeated);
};
