import { setTimeout as sleepFor } from "node:timers/promises";

/** Time and chance, injected so that specs need neither. */
export interface Clock {
  /** Milliseconds from some fixed point. */
  now(): number;
  /** Milliseconds since 1970. */
  date(): number;
  /** Resolves after `ms`, or at once when `stop` is aborted. */
  sleep(ms: number, stop?: AbortSignal): Promise<void>;
  /** Runs a task once, `ms` from now. One that is `idle` keeps no process alive. */
  after(ms: number, task: () => void, how?: "idle"): void;
  /** 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  sleep: (ms, signal) => sleepFor(ms, undefined, signal && { signal }).catch(() => undefined),
  after: (ms, task, how) => {
    const timer = setTimeout(task, ms);
    if (how === "idle") timer.unref();
  },
  random: () => Math.random(),
};
