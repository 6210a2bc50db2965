import { ConnectorError } from "../core/errors.js";
import { type Invoke, type InvokeWith, isFailed, unsent } from "../core/invoke.js";
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

/** Waits until the account's quota grants a call, makes it, and tells the pacer what became of it. */
export const pace =
  ({ pacer, reservations, run, again }: Pacing, granted: InvokeWith<[Permit]>): Invoke =>
  async (request, stop) => {
    const over = run.ended();
    if (over) return unsent(over);
    if (again) run.waiting++;
    const permit = await pacer.enter(reservations.reserve(request), stop, again);
    if (again) run.waiting--;
    if (permit === null) return unsent(new ConnectorError("stopped"));
    const ended = run.ended();
    if (ended) {
      permit.unused();
      return unsent(ended);
    }
    const result = await granted(request, stop, permit);
    if (!isFailed(result)) {
      permit.admitted(reservations.settle(request, result));
      return result;
    }
    const { code, billed, retryAfterMs } = result.error;
    const quota = throttledQuotas[code];
    if (quota !== undefined) {
      permit.rejected(quota, retryAfterMs);
      if (quota === "tokens") reservations.tooMuch();
    } else if (result.attempts === 0) permit.unused();
    else permit.admitted(billed === "no" ? 0 : null);
    return result;
  };

/** Holds a granted call back until its pacer lets it leave, if its run has not ended by then. */
export const leaveInTime =
  (run: Run, call: Invoke): InvokeWith<[Permit]> =>
  async (request, stop, permit) => {
    const ended = (await permit.leave(stop)) ? run.ended() : new ConnectorError("stopped");
    if (ended) return unsent(ended);
    run.open++;
    try {
      return await call(request, stop);
    } finally {
      run.open--;
    }
  };

/** Which quota a throttled call met. */
const throttledQuotas: Readonly<Record<string, "requests" | "tokens" | undefined>> = {
  throttled_requests: "requests",
  throttled_tokens: "tokens",
};

/** Whether a call met a quota, which its pacer waits for. */
export const isThrottled = ({ code }: ConnectorError): boolean => throttledQuotas[code] !== undefined;
