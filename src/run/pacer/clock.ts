import { setTimeout as sleepFor } from "node:timers/promises";

/** Time and chance, injected so that specs need neither. */
export interface Clock {
  /** Milliseconds from some fixed point. */
  now(): number;
  /** Resolves after `ms`, or at once when `stop` is aborted. */
  sleep(ms: number, stop: AbortSignal): Promise<void>;
  /** Runs a task once, `ms` from now. */
  after(ms: number, task: () => void): void;
  /** 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, stop) => sleepFor(ms, undefined, { signal: stop }).catch(() => undefined),
  after: (ms, task) => {
    setTimeout(task, ms);
  },
  random: () => Math.random(),
};
