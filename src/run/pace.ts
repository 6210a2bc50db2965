import { ConnectorError } from "../core/errors.js";
import {
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  type InvokeWith,
  isFailed,
  unsent,
} from "../core/invoke.js";
import type { Pacer, Permit } from "./pacer/pacer.js";
import type { Reservations } from "./pacer/reservation.js";
import type { Run } from "./run-state.js";

interface Pacing {
  readonly pacer: Pacer;
  readonly reservations: Reservations;
  readonly run: Run;
  /** Whether the rows were throttled before: they go before the others, and count as waiting. */
  readonly again: boolean;
}

/** Waits until the account's quota grants a call, and gives its place back where the call does not get to leave. */
export const pace =
  ({ pacer, reservations, run, again }: Pacing, granted: InvokeWith<[Permit]>): Invoke =>
  async (request, stop) => {
    const over = run.ended();
    if (over) return unsent(over);
    if (again) run.waiting++;
    const permit = await pacer.enter(reservations.reserve(request), stop, again);
    if (again) run.waiting--;
    if (permit === null) return unsent(new ConnectorError("stopped"));
    try {
      const ended = run.ended();
      return ended ? unsent(ended) : await granted(request, stop, permit);
    } finally {
      permit.unused();
    }
  };

/**
 * Holds a granted call back until its pacer lets it leave, if its run has not ended by then, and tells the pacer at once what
 * became of it: until the ledger has it as well, others would go at a pace that is known to be wrong.
 */
export const leaveInTime =
  ({ run, reservations }: Pick<Pacing, "run" | "reservations">, call: Invoke): InvokeWith<[Permit]> =>
  async (request, stop, permit) => {
    const ended = (await permit.leave(stop)) ? run.ended() : new ConnectorError("stopped");
    if (ended) return unsent(ended);
    run.open++;
    try {
      const result = await call(request, stop);
      tell(permit, reservations, request, result);
      return result;
    } finally {
      run.open--;
    }
  };

const tell = (
  permit: Permit,
  reservations: Reservations,
  request: InvokeRequest,
  result: Invocation | FailedInvocation,
): void => {
  if (!isFailed(result)) {
    permit.admitted(reservations.settle(request, result));
    return;
  }
  const { code, billed, retryAfterMs } = result.error;
  const quota = throttledQuotas[code];
  if (quota !== undefined) {
    permit.rejected(quota, retryAfterMs);
    if (quota === "tokens") reservations.tooMuch();
  } else if (result.attempts === 0) permit.unused();
  else permit.admitted(billed === "no" ? 0 : null);
};

/** Which quota a throttled call met. */
const throttledQuotas: Readonly<Record<string, "requests" | "tokens" | undefined>> = {
  throttled_requests: "requests",
  throttled_tokens: "tokens",
};

/** Whether a call met a quota, which its pacer waits for. */
export const isThrottled = ({ code }: ConnectorError): boolean => throttledQuotas[code] !== undefined;
