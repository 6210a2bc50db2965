import { ConnectorError } from "../core/errors.js";
import { afterEarlier, type FailedInvocation, type Invoke, isFailed } from "../core/invoke.js";
import { isThrottled } from "./pace.js";
import type { Pacer } from "./pacer/pacer.js";
import type { Run } from "./run-state.js";

/** An overload passes in minutes. Without a connection there is nothing to outlast. */
const patienceMs = ({ code }: ConnectorError): number => (code === "unreachable" ? 60_000 : 5 * 60_000);
const baseMs = 500;
const capMs = 20_000;

/**
 * Sends again what failed, if it is certain that it was not billed and sending it again may help. What was throttled
 * waits for its pacer alone, and as long as the service lets any call in; all else waits with full jitter, at least as
 * long as the service asked. When patience is at its end the run ends with it, since the rows behind would only wait
 * as long. `again` is the way of a row that was throttled.
 */
export const retry = (
  pacer: Pick<Pacer, "clock" | "lastAdmittedAt">,
  run: Pick<Run, "end" | "waiting">,
  first: Invoke,
  again: Invoke = first,
): Invoke => {
  const { clock } = pacer;
  return async (request, stop) => {
    const startedAt = clock.now();
    const earlier: FailedInvocation[] = [];
    for (let next = first; ; ) {
      const result = await next(request, stop);
      const done = afterEarlier(earlier, result);
      if (!isFailed(result) || !mayRepeat(result.error) || stop.aborted) return done;
      const { error } = result;
      const throttled = isThrottled(error);
      const wait = throttled
        ? 0
        : (error.retryAfterMs ?? 0) + clock.random() * Math.min(capMs, baseMs * 2 ** earlier.length);
      const since = throttled ? Math.max(startedAt, pacer.lastAdmittedAt()) : startedAt;
      if (clock.now() + wait > since + patienceMs(error)) {
        run.end("run_broken", `${error.code}: ${error.message}`);
        return done;
      }
      if (!throttled) {
        run.waiting++;
        await clock.sleep(wait, stop);
        run.waiting--;
        // It was never answered and never billed: as good as not sent.
        if (stop.aborted) return { ...done, error: new ConnectorError("stopped", `Last: ${error.code}.`) };
      }
      earlier.push(result);
      next = throttled ? again : first;
    }
  };
};

/** Whether a failure goes away by itself, and sending the row again costs nothing twice. */
export const mayRepeat = ({ scope, retryable, billed }: ConnectorError): boolean =>
  retryable && billed === "no" && scope !== "end";
