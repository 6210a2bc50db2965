import pLimit, { type LimitFunction } from "p-limit";
import { ConnectorError } from "../errors.js";
import { type Invoke, isFailed } from "../invoke.js";

/** Places for calls at the same time, shared by all threads and runs of a session. */
export interface Slots {
  /** Runs a call when a place is free, first come, first served. */
  readonly take: LimitFunction;
  /** Halves the places, since the service is overloaded. */
  lower(): void;
  /** Gives places back, one after as many good calls as there are places. */
  raise(): void;
}

export const createSlots = (most: number): Slots => {
  const take = pLimit(most);
  let good = 0;
  let bad = 0;
  return {
    take,
    lower() {
      good = 0;
      // The calls that were open together are refused together: they are one overload.
      if (bad-- > 0) return;
      bad = take.activeCount - 1;
      take.concurrency = Math.max(1, Math.floor(take.concurrency / 2));
    },
    raise() {
      bad = 0;
      if (take.concurrency === most || ++good < take.concurrency) return;
      good = 0;
      take.concurrency++;
    },
  };
};

/** A call waits for a place. An overload lowers the number of places, answers raise it again. */
export const limit =
  (slots: Slots, next: Invoke): Invoke =>
  (request, stop) =>
    slots.take(async () => {
      if (stop.aborted) return { error: new ConnectorError("stopped"), attempts: 0 };
      const result = await next(request, stop);
      if (!isFailed(result)) slots.raise();
      else if (result.error.code === "overloaded") slots.lower();
      return result;
    });
