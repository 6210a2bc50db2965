import { type Blackout, isLong } from "./blackout.js";

/** Why nothing went in for a while. */
type Reason = "a bucket filled up" | "a window ended" | "everything was refused";

/**
 * Tells an account that refuses everything for a while from a quota that is counted in fixed windows: a window's end
 * comes again soon.
 */
export const createRefusals = () => {
  let startedAt = 0;
  let last: { ms: number; endedAt: number } | null = null;
  /** So many ends of windows may be short from now on. */
  let mayBeShort = 0;
  return {
    start(now: number): void {
      startedAt = now;
    },
    /** A bucket fills up by a call in `callMs`. */
    why(ended: Blackout, endedAt: number, callMs: number): Reason {
      const ms = endedAt - ended.since;
      if (!isLong(ended) || ms < Math.max(shortestMs, refillCalls * callMs)) {
        // Who knows a window well meets but the end of it.
        return mayBeShort-- > 0 ? "a window ended" : "a bucket filled up";
      }
      // An account that refuses everything for long, just after the first call, was met in the midst of a window.
      const before = last ?? (ended.since - startedAt < youngMs ? { ms, endedAt: startedAt } : null);
      last = { ms, endedAt };
      const windowed = before !== null && ended.since - before.endedAt < windowTimes * before.ms;
      mayBeShort = windowed ? shortEnds : 0;
      return windowed ? "a window ended" : "everything was refused";
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
/** After a long end, so many short ones are still those of windows. */
const shortEnds = 2;
