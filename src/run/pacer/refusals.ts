import type { Blackout } from "./blackout.js";

/**
 * Tells an account that refuses everything for a while from a quota that is counted in fixed windows: a window's end
 * comes again soon.
 */
export const createRefusals = () => {
  let startedAt = 0;
  let last: { ms: number; endedAt: number } | null = null;
  return {
    start(now: number): void {
      startedAt = now;
    },
    /**
     * How long an account refused everything, where that was no window; 0 where it was, or where a bucket that fills up
     * by a call in `callMs` explains it.
     */
    passed(ended: Blackout, endedAt: number, callMs: number): number {
      const ms = endedAt - ended.since;
      if (ms < Math.max(shortestMs, refillCalls * callMs)) return 0;
      // An account that refuses everything for long, just after the first call, was met in the midst of a window.
      const before = last ?? (ended.since - startedAt < youngMs ? { ms, endedAt: startedAt } : null);
      const isWindow = before !== null && ended.since - before.endedAt < windowTimes * before.ms;
      last = { ms, endedAt };
      return isWindow ? 0 : ms;
    },
  };
};

/** From far away, the first rejections alone take some hundred milliseconds. */
const shortestMs = 1000;
const youngMs = 8000;
/** A bucket that fills up again takes no longer than so many calls. */
const refillCalls = 5;
/** Windows come again within so many times their length. */
const windowTimes = 10;
