import type { Clock } from "../../src/core/clock.js";

export interface VirtualClock extends Clock {
  /** Lets time pass, task by task, until `done` says so or nothing is left to happen. */
  run(done: () => boolean): Promise<void>;
  /** The same at once, where no task awaits anything. */
  runAtOnce(done: () => boolean): void;
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until this is settled, and answers what it came to. */
  until<Result>(settled: Promise<Result>): Promise<Result>;
  /** How long each `sleep` was asked for. */
  readonly waits: readonly number[];
}

/** Time that passes only as tasks ask for it: hours in milliseconds. Chance is repeatable. */
export const virtualClock = (seed = 1): VirtualClock => {
  const tasks: Task[] = [];
  const waits: number[] = [];
  let time = 0;
  // Mixed, so that the seeds 1, 2, 3 are not alike.
  let chance = Math.imul(seed, 0x9e3779b1) >>> 0;
  const random = (): number => {
    chance = (chance * 1664525 + 1013904223) % 2 ** 32;
    return chance / 2 ** 32;
  };
  const after = (ms: number, run: () => void): void => {
    const at = time + Math.max(0, ms);
    let low = 0;
    // Descending, so that the next task is the last; equal times keep their order.
    for (let high = tasks.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((tasks[middle] as Task).at > at) low = middle + 1;
      else high = middle;
    }
    tasks.splice(low, 0, { at, run });
  };
  // All that a task has settled comes to rest before the next one.
  const run = (done: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const next = done() ? undefined : tasks.pop();
          if (!next) {
            resolve();
            return;
          }
          time = next.at;
          next.run();
          setImmediate(step);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(step);
    });
  return {
    now: () => time,
    date: () => firstDate + time,
    random,
    after,
    waits,
    sleep(ms, stop) {
      waits.push(ms);
      return new Promise((resolve) => {
        stop?.addEventListener("abort", () => resolve(), { once: true });
        after(ms, resolve);
      });
    },
    run,
    runAtOnce(done) {
      for (let next = tasks.pop(); next; next = tasks.pop()) {
        time = next.at;
        next.run();
        if (done()) return;
      }
    },
    async pass(ms) {
      let passed = false;
      after(ms, () => {
        passed = true;
      });
      await run(() => passed);
    },
    async until(settled) {
      let due = true;
      const end = (): void => {
        due = false;
      };
      settled.then(end, end);
      await run(() => !due);
      if (due) throw new Error("Nothing is left to happen, and it is not settled.");
      return settled;
    },
  };
};

/** A date of 2026. */
const firstDate = 1_790_000_000_000;

interface Task {
  readonly at: number;
  readonly run: () => void;
}
