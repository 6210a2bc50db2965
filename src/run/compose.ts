import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import type { Invoke, Read, Underway } from "../core/invoke.js";
import type { OnUnknown } from "../core/outcome.js";
import { budget } from "./budget.js";
import { circuitBreaker } from "./circuit-breaker.js";
import { heedOverload, limit, type Slots } from "./concurrency.js";
import { deduplicate } from "./deduplicate.js";
import { fillCache, type PromptCache, whileUseful } from "./fill-cache.js";
import type { SharedLedger } from "./ledger/shared-ledger.js";
import { leaveInTime, pace } from "./pace.js";
import type { Pacer } from "./pacer/pacer.js";
import type { Reservations } from "./pacer/reservation.js";
import type { Purse } from "./purse.js";
import { type Delivered, holding, record, reuse } from "./record-and-reuse.js";
import { retry } from "./retry.js";
import type { Run } from "./run-state.js";

/** What the calls of one run are made of. */
interface Parts {
  readonly connection: Pick<Connection, "ceilings">;
  readonly onUnknown: OnUnknown;
  readonly run: Run;
  readonly slots: Slots;
  readonly pacer: Pacer;
  readonly reservations: Reservations;
  readonly underway: Underway;
  readonly ledger: Pick<SharedLedger, "find" | "append" | "hold"> | null;
  /** What the run has left, where other processes take of it too. */
  readonly purse?: Purse | undefined;
  /** What batch jobs of the run have answered. */
  readonly delivered?: Delivered | undefined;
  /** How long an intent of a shared ledger holds without an outcome. */
  readonly leaseMs?: number | undefined;
  /** The prompt cache that the requests share, where they have one. */
  readonly promptCache?: PromptCache | undefined;
  readonly read: Read;
  readonly call: Invoke;
}

/**
 * The way of a request to the wire, from the wire up. The ledger writes its intent when the account's quota has
 * granted the call; between that and the wire it waits only for its moment. Rows that wait after an overload hold no
 * slot, and what a row may take of the ceilings stays set aside while it does.
 */
export const composeInvoke = (parts: Parts): Invoke => {
  const {
    connection,
    onUnknown,
    run,
    slots,
    pacer,
    reservations,
    underway,
    ledger,
    purse,
    delivered,
    leaseMs,
    promptCache,
    read,
    call,
  } = parts;
  const breaker = circuitBreaker(run, pacer.clock);
  const wire = promptCache ? whileUseful(promptCache, call) : call;
  const timed = leaveInTime({ run, reservations }, heedOverload(slots, wire));
  const granted = breaker.watch(ledger ? record(ledger, timed, leaseMs, pacer.clock) : timed);
  const paced = (again: boolean): Invoke =>
    limit(slots, breaker.recheck(pace({ pacer, reservations, run, again }, granted)), again);
  const repeated = retry(pacer, run, paced(false), paced(true));
  const guarded = breaker.guard(budget(connection.ceilings, run, repeated, purse));
  const filled = promptCache ? fillCache(promptCache, pacer.clock, guarded) : guarded;
  const recall: Read = (request, raw) => {
    const answer = read(request, raw);
    if (!(answer.reply instanceof ConnectorError)) breaker.trust();
    return answer;
  };
  return deduplicate(
    underway,
    ledger ? holding(ledger, reuse(ledger, recall, onUnknown, filled, delivered)) : filled,
  );
};
