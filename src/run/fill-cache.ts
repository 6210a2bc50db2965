import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.js";
import { type Invoke, isFailed } from "../core/invoke.js";

/** What is known of the prompt cache that the requests of a session share. */
export interface PromptCache {
  /** The call that fills it, while that is open. */
  filling: Promise<unknown> | null;
  /** Rows that wait for that call. */
  waiting: number;
  /** Until when it keeps what was put into it, and when a row last asked; milliseconds of the clock. */
  warmUntil: number;
  askedAt: number;
  /**
   * True once it is of no use: a call that should have filled it put nothing in, as the model keeps none, or not so little; or
   * what was put in is not found again.
   */
  isUseless: boolean;
  /** Calls that found what they asked for, and calls that did not though it was put in lately. */
  hits: number;
  misses: number;
}

export const createPromptCache = (): PromptCache => ({
  filling: null,
  waiting: 0,
  warmUntil: Number.NEGATIVE_INFINITY,
  askedAt: Number.NEGATIVE_INFINITY,
  isUseless: false,
  hits: 0,
  misses: 0,
});

/**
 * One row puts the part that all have in common into the cache, and the others wait for it: rows that go together would
 * each pay for putting it there. A row that nobody follows puts in nothing, as that costs more than it brings.
 */
export const fillCache =
  (cache: PromptCache, clock: Clock, next: Invoke): Invoke =>
  async (request, stop) => {
    const { cached, ...plain } = request;
    if (cached === undefined) return next(request, stop);
    while (cache.filling !== null) {
      cache.waiting++;
      await cache.filling;
      cache.waiting--;
    }
    if (cache.isUseless) return next(request, stop);
    const now = clock.now();
    const isWarm = now < cache.warmUntil;
    if (!isWarm) {
      // Whoever comes meanwhile goes on after this row has, which set the next thing to wait for.
      const followed = isFollowed(cache, now);
      cache.filling = followed;
      if (!(await followed)) {
        cache.filling = null;
        return next(plain, stop);
      }
    }
    const call = next(request, stop);
    if (!isWarm) cache.filling = call;
    const result = await call;
    if (!isWarm) cache.filling = null;
    if (isFailed(result)) return result;
    const { inputTokens, cacheReadTokens, cacheWriteTokens } = result.usage;
    // What a guardrail blocked was read by no model.
    if (inputTokens === 0 && cacheReadTokens + cacheWriteTokens === 0) return result;
    if (cacheReadTokens > 0) cache.hits++;
    else if (isWarm) cache.misses++;
    if (cacheReadTokens + cacheWriteTokens > 0) cache.warmUntil = Math.max(cache.warmUntil, now + keptMs);
    else if (!isWarm) cache.isUseless = true;
    if (cache.misses > leastMisses + 2 * cache.hits) cache.isUseless = true;
    return result;
  };

/** Directly above the wire, since a row may have waited for long: sets no point that is known to be of no use by then. */
export const whileUseful =
  (cache: PromptCache, call: Invoke): Invoke =>
  ({ cached, ...plain }, stop) =>
    call(cached === undefined || cache.isUseless ? plain : { ...plain, cached }, stop);

/** Whether another row waits, or one came so lately that the next one may be expected. */
const isFollowed = async (cache: PromptCache, now: number): Promise<boolean> => {
  const followed = now - cache.askedAt < keptMs;
  cache.askedAt = now;
  // Rows of one input come within a turn of the event loop.
  if (!followed) await setImmediate();
  return followed || cache.waiting > 0;
};

/** A miss costs a quarter of the input, a hit saves most of it. */
const leastMisses = 5;

/** A prompt cache keeps what was not read for five minutes; a call is on its way for a part of them. */
const keptMs = 4.5 * 60_000;
