import { setTimeout as sleepFor } from "node:timers/promises";
import type { ConnectorError } from "../errors.js";
import { type Invoke, isFailed } from "../invoke.js";

/** Time and chance, injected so that specs need neither. */
export interface Clock {
  /** Milliseconds from some fixed point. */
  now(): number;
  /** Resolves after `ms`, or at once when `stop` is aborted. */
  sleep(ms: number, stop: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, stop) => sleepFor(ms, undefined, { signal: stop }).catch(() => undefined),
  random: () => Math.random(),
};

/** A quota window is a minute; this outlasts a few of them. */
const patienceMs = 5 * 60_000;
const baseMs = 500;
const capMs = 20_000;

/**
 * Sends again what failed, if it is certain that it was not billed and sending it again may help. Waits with
 * full jitter, at least as long as the service asked, and gives up when the next wait would end too late.
 */
export const retry = (next: Invoke, clock: Clock = systemClock): Invoke => {
  return async (request, stop) => {
    const giveUpAt = clock.now() + patienceMs;
    let attempts = 0;
    for (let round = 0; ; round++) {
      const result = await next(request, stop);
      attempts += result.attempts;
      if (!isFailed(result) || !mayRepeat(result.error) || stop.aborted) return { ...result, attempts };
      const backoff = clock.random() * Math.min(capMs, baseMs * 2 ** round);
      const wait = (result.error.retryAfterMs ?? 0) + backoff;
      if (clock.now() + wait > giveUpAt) return { ...result, attempts };
      await clock.sleep(wait, stop);
      if (stop.aborted) return { ...result, attempts };
    }
  };
};

const mayRepeat = ({ code, retryable, billed }: ConnectorError): boolean =>
  retryable && billed === "no" && code !== "stopped";
