import pLimit, { type LimitFunction } from "p-limit";
import { ConnectorError } from "../core/errors.js";
import { type Invoke, isFailed, unsent } from "../core/invoke.js";

/** Places for calls at the same time, shared by all threads and runs of a session. */
export interface Slots {
  /** Runs a call when a place is free, first come, first served. */
  readonly take: LimitFunction;
  /** Calls that start in the same wave meet the same overload. */
  wave(): number;
  /** Halves the places, since the service is overloaded: once a wave. */
  lower(wave: number): void;
  /** Gives places back, one after as many good calls as there are places. */
  raise(): void;
}

export const createSlots = (most: number): Slots => {
  const take = pLimit(most);
  let wave = 0;
  let good = 0;
  return {
    take,
    wave: () => wave,
    lower(started) {
      if (started !== wave) return;
      wave++;
      good = 0;
      take.concurrency = Math.max(1, Math.floor(take.concurrency / 2));
    },
    raise() {
      if (take.concurrency === most || ++good < take.concurrency) return;
      good = 0;
      take.concurrency++;
    },
  };
};

/**
 * The one limit of calls at the same time: a call waits for a place. An overload lowers the number of places, answers
 * raise it again.
 */
export const limit =
  (slots: Slots, next: Invoke): Invoke =>
  (request, stop) =>
    slots.take(async () => {
      if (stop.aborted) return unsent(new ConnectorError("stopped"));
      const wave = slots.wave();
      const result = await next(request, stop);
      if (!isFailed(result)) slots.raise();
      else if (result.error.code === "overloaded") slots.lower(wave);
      return result;
    });
