import { ConnectorError } from "../core/errors.js";
import { type Invoke, isFailed, unsent } from "../core/invoke.js";
import { systemClock } from "./pacer/clock.js";
import { createQueue } from "./pacer/queue.js";

/** Places for calls at the same time, shared by all threads and runs of a session. */
export interface Slots {
  /** Waits for a place, behind the others or before them. False when `stop` was aborted first. */
  enter(stop: AbortSignal, first: boolean): Promise<boolean>;
  /** Gives a place back. */
  leave(): void;
  /** Calls that start in the same wave meet the same overload. */
  wave(): number;
  /** Halves the places, since the service is overloaded: once a wave. */
  lower(wave: number): void;
  /** Gives places back, one after as many good calls as there are places. */
  raise(): void;
}

export const createSlots = (most: number): Slots => {
  let places = most;
  let open = 0;
  let wave = 0;
  let good = 0;
  const queue = createQueue(
    systemClock,
    () => (open < places ? 0 : Number.POSITIVE_INFINITY),
    () => {
      open++;
      return true;
    },
  );
  return {
    enter: async (stop, first) => (await queue.join(undefined, stop, first)) ?? false,
    leave() {
      open--;
      queue.advance();
    },
    wave: () => wave,
    lower(started) {
      if (started !== wave) return;
      wave++;
      good = 0;
      places = Math.max(1, Math.floor(places / 2));
    },
    raise() {
      if (places === most || ++good < places) return;
      good = 0;
      places++;
    },
  };
};

/**
 * The one limit of calls at the same time: a call waits for a place, one that was throttled (`again`) before the
 * others. An overload lowers the number of places, answers raise it again.
 */
export const limit =
  (slots: Slots, next: Invoke, again = false): Invoke =>
  async (request, stop) => {
    if (!(await slots.enter(stop, again))) return unsent(new ConnectorError("stopped"));
    const wave = slots.wave();
    try {
      const result = await next(request, stop);
      if (!isFailed(result)) slots.raise();
      else if (result.error.code === "overloaded") slots.lower(wave);
      return result;
    } finally {
      slots.leave();
    }
  };
