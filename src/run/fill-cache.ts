import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.js";
import { type Invoke, type InvokeRequest, isFailed } from "../core/invoke.js";

/** What is known of the prompt cache that the requests of a session share. */
export interface PromptCache {
  /** The call that fills it, while that is open. */
  filling: Promise<unknown> | null;
  /** Rows that wait for that call. */
  waiting: number;
  /** Until when it keeps what was put into it, and when a row last asked; milliseconds of the clock. */
  warmUntil: number;
  askedAt: number;
  /** True once a call that should have filled it put nothing in: the model keeps none, or not so little. */
  keepsNothing: boolean;
}

export const createPromptCache = (): PromptCache => ({
  filling: null,
  waiting: 0,
  warmUntil: Number.NEGATIVE_INFINITY,
  askedAt: Number.NEGATIVE_INFINITY,
  keepsNothing: false,
});

/**
 * One row puts the part that all have in common into the cache, and the others wait for it: rows that go together would
 * each pay for putting it there. A row that nobody follows puts in nothing, as that costs more than it brings.
 */
export const fillCache =
  (cache: PromptCache, clock: Clock, next: Invoke): Invoke =>
  async (request, stop) => {
    const { cached } = request;
    if (cached === undefined) return next(request, stop);
    const marked: InvokeRequest = { ...request, ...cached };
    while (cache.filling !== null) {
      cache.waiting++;
      await cache.filling;
      cache.waiting--;
    }
    if (cache.keepsNothing) return next(request, stop);
    const now = clock.now();
    const isWarm = now < cache.warmUntil;
    if (!isWarm) {
      // Whoever comes meanwhile goes on after this row has, which set the next thing to wait for.
      const followed = isFollowed(cache, now);
      cache.filling = followed;
      if (!(await followed)) {
        cache.filling = null;
        return next(request, stop);
      }
    }
    const call = next(marked, stop);
    if (!isWarm) cache.filling = call;
    const result = await call;
    if (!isWarm) cache.filling = null;
    if (isFailed(result)) return result;
    const { cacheReadTokens, cacheWriteTokens } = result.usage;
    if (cacheReadTokens + cacheWriteTokens > 0) cache.warmUntil = Math.max(cache.warmUntil, now + keptMs);
    else if (!isWarm) cache.keepsNothing = true;
    return result;
  };

/** Whether another row waits, or one came so lately that the next one may be expected. */
const isFollowed = async (cache: PromptCache, now: number): Promise<boolean> => {
  const followed = now - cache.askedAt < keptMs;
  cache.askedAt = now;
  // Rows of one input come within a turn of the event loop.
  if (!followed) await setImmediate();
  return followed || cache.waiting > 0;
};

/** A prompt cache keeps what was not read for five minutes; a call is on its way for a part of them. */
const keptMs = 4.5 * 60_000;
