import { ConnectorError, type ErrorCode } from "../core/errors.js";
import { type Invoke, isFailed, type Rejections } from "../core/invoke.js";
import { type Clock, systemClock } from "./pacer/clock.js";
import { isThrottled } from "./pacer/pace.js";

/** An overload passes in minutes. Without a connection there is nothing to outlast. */
const patienceMs = ({ code }: ConnectorError): number => (code === "unreachable" ? 60_000 : 5 * 60_000);
const baseMs = 500;
const capMs = 20_000;

/**
 * Sends again what failed, if it is certain that it was not billed and sending it again may help; what was
 * throttled, the pacer has sent again already. Waits with full jitter, at least as long as the service asked, and gives up when the next wait would end too late.
 * `line` counts the rows that wait.
 */
export const retry = (next: Invoke, clock: Clock = systemClock, line = { waiting: 0 }): Invoke => {
  return async (request, stop) => {
    const startedAt = clock.now();
    const rejections: Rejections = {};
    let attempts = 0;
    for (let round = 0; ; round++) {
      const result = await next(request, stop);
      attempts += result.attempts;
      for (const [code, count] of Object.entries(result.rejections ?? {}) as [ErrorCode, number][])
        rejections[code] = (rejections[code] ?? 0) + count;
      const done = { ...result, attempts, rejections };
      if (!isFailed(result)) return done;
      const { error } = result;
      if (!mayRepeat(error) || isThrottled(error) || stop.aborted) return done;
      const wait = (error.retryAfterMs ?? 0) + clock.random() * Math.min(capMs, baseMs * 2 ** round);
      if (clock.now() + wait > startedAt + patienceMs(error)) return done;
      line.waiting++;
      await clock.sleep(wait, stop);
      line.waiting--;
      // It was never answered and never billed: as good as not sent.
      if (stop.aborted) return { ...done, error: new ConnectorError("stopped", `Last: ${error.code}.`) };
      rejections[error.code] = (rejections[error.code] ?? 0) + 1;
    }
  };
};

/** Whether a failure goes away by itself, and sending the row again costs nothing twice. */
export const mayRepeat = ({ scope, retryable, billed }: ConnectorError): boolean =>
  retryable && billed === "no" && scope !== "end";
