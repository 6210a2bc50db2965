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
  let windows: Windows | null = null;
  /** A bucket has been found empty, for a moment. */
  let hasBucket = false;

  /** Whether the quota is taken to be counted in windows. Where no end comes in time, there are none. */
  const inWindows = (now: number): boolean =>
    windows !== null && last !== null && now - last.endedAt < windows.patience * windows.ms;

  return {
    start(now: number): void {
      startedAt = now;
    },
    inWindows,
    /** A bucket fills up by a call in `callMs`. */
    why(ended: Blackout, endedAt: number, callMs: number): Reason {
      const ms = endedAt - ended.since;
      if (!isLong(ended) || ms < Math.max(shortestMs, refillCalls * callMs)) {
        // Who knows a window well meets but the end of it.
        if (last && windows && windows.mayBeShort > 0 && inWindows(ended.since)) {
          last = { ...last, endedAt };
          windows = { ...windows, patience: surePatience, mayBeShort: windows.mayBeShort - 1 };
          return "a window ended";
        }
        windows = null;
        hasBucket = true;
        return "a bucket filled up";
      }
      // An account that refuses everything for long, just after the first call, was met in the midst of a window.
      const isYoung = !hasBucket && ended.since - startedAt < youngMs;
      const before = last ?? (isYoung ? { ms, endedAt: startedAt } : null);
      const again = before !== null && ended.since - before.endedAt < windowTimes * before.ms;
      windows = again
        ? {
            ms: endedAt - before.endedAt,
            patience: last ? surePatience : patience,
            mayBeShort: shortEnds,
          }
        : null;
      last = { ms, endedAt };
      return again ? "a window ended" : "everything was refused";
    },
  };
};

interface Windows {
  /** From one end to the next: one window, or a few of which the others had none. */
  readonly ms: number;
  /** Within so many times that, the next end has to come. */
  readonly patience: number;
  /** So many of the next ends may be short. */
  readonly mayBeShort: number;
}

/** From far away, the first rejections alone take some hundred milliseconds. */
const shortestMs = 1000;
const youngMs = 8000;
/** A bucket that fills up again takes no longer than so many calls. */
const refillCalls = 5;
/** Windows come again within so many times their length. */
const windowTimes = 10;
/** After a long end, so many short ones are still those of windows. */
const shortEnds = 2;
/** How long the next end is waited for after the first one, and after the second. */
const patience = 1.25;
const surePatience = 10;
