import type { Clock } from "../../src/core/clock.js";
import type { VirtualClock } from "../support/virtual-clock.js";
import type { Chance } from "./chance.js";

/**
 * One process, from its start to its end. All that it waits for comes to it as a step; one that is killed takes no more, and
 * what it waited for never comes.
 */
export interface Life {
  readonly name: string;
  /** What is called in place of its next step once it has taken so many; infinity lets it live. */
  stepsLeft: number;
  kill(): void;
  isOver: boolean;
  /** Its timers that are to come. */
  timers: number;
}

/** Time as things happen in it, to a process or to the world around. */
export interface Time {
  now(): number;
  date(): number;
  /** Something happens `ms` from now. Where it happens to a process, that has to live by then. */
  after(ms: number, what: () => void, life?: Life): void;
}

export const timeOf = (clock: VirtualClock): Time => ({
  now: clock.now,
  date: clock.date,
  after(ms, what, life) {
    if (!life) return clock.after(ms, what);
    clock.after(ms, () => {
      if (life.isOver) return;
      if (--life.stepsLeft < 0) life.kill();
      else what();
    });
  },
});

/** A process's own clock, whose timers are a little late. */
export const clockOf = (life: Life, time: Time, chance: Chance): Clock => {
  const after: Clock["after"] = (ms, task) => {
    life.timers++;
    const due = (): void => {
      life.timers--;
      task();
    };
    time.after(ms + chance.next() * 2, due, life);
  };
  return {
    now: time.now,
    date: time.date,
    random: chance.next,
    after,
    sleep: (ms, stop) =>
      new Promise((resolve) => {
        if (stop?.aborted) return resolve();
        stop?.addEventListener("abort", () => resolve(), { once: true });
        after(ms, resolve);
      }),
  };
};
