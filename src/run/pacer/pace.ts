import { ConnectorError } from "../../core/errors.js";
import { type Invoke, isFailed, type Rejections } from "../../core/invoke.js";
import type { Run } from "../run-state.js";
import type { Pacer } from "./pacer.js";
import type { Reservations } from "./reservation.js";

/** No call of any row was let in for so long: there is no quota to wait for. */
const patienceMs = 5 * 60_000;

/**
 * Waits for the account's quota before each call, and sends a throttled row again, as often as it takes. Gives up
 * only when the service has let no call in for five minutes. Rows that are throttled count as waiting.
 */
export const pace =
  (pacer: Pacer, reservations: Reservations, run: Run, next: Invoke): Invoke =>
  async (request, stop) => {
    const rejections: Rejections = {};
    let attempts = 0;
    const startedAt = pacer.clock.now();
    for (;;) {
      const reserved = reservations.reserve(request);
      if (attempts > 0) run.waiting++;
      const permit = await pacer.enter(reserved, stop, attempts > 0);
      if (attempts > 0) run.waiting--;
      if (permit === null) return { error: new ConnectorError("stopped"), attempts, rejections };
      const ended = run.ended();
      if (ended) {
        permit.unused();
        return { error: ended, attempts, rejections };
      }
      const result = await next({ ...request, leave: permit.leave }, stop);
      attempts += result.attempts;
      const done = { ...result, attempts, rejections };
      if (!isFailed(result)) {
        permit.admitted(reservations.settle(request, result));
        return done;
      }
      const { code, billed, retryAfterMs } = result.error;
      const quota = throttledQuotas[code];
      if (quota === undefined) {
        if (result.attempts === 0) permit.unused();
        else permit.admitted(billed === "no" ? 0 : null);
        return done;
      }
      permit.rejected(quota, retryAfterMs);
      if (quota === "tokens") reservations.tooMuch();
      const waitedSince = Math.max(startedAt, pacer.lastAdmittedAt());
      if (stop.aborted || pacer.clock.now() - waitedSince > patienceMs) return done;
      rejections[code] = (rejections[code] ?? 0) + 1;
    }
  };

/** Holds a call back until its pacer lets it leave, if its run has not ended by then. To stand right before the wire. */
export const leaveInTime =
  (run: Run, next: Invoke): Invoke =>
  async (request, stop) => {
    const leaves = (await request.leave?.(stop)) ?? true;
    const ended = leaves ? run.ended() : new ConnectorError("stopped");
    return ended ? { error: ended, attempts: 0 } : next(request, stop);
  };

/** Which quota a throttled call met. */
const throttledQuotas: Readonly<Record<string, "requests" | "tokens" | undefined>> = {
  throttled_requests: "requests",
  throttled_tokens: "tokens",
};

/** A row comes out throttled only when its pacer has given up on it. */
export const isThrottled = ({ code }: ConnectorError): boolean => throttledQuotas[code] !== undefined;
