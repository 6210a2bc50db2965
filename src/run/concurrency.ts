import { systemClock } from "../core/clock.js";
import { ConnectorError } from "../core/errors.js";
import { type Invoke, isFailed, unsent } from "../core/invoke.js";
import { createQueue } from "./pacer/queue.js";

/**
 * Places for calls at the same time, shared by all threads and runs of a session. The pacer lets calls go at the
 * account's pace, so how many are open follows from the pace and the time of an answer; places are a ceiling above it,
 * until the service says that it is too many.
 */
export interface Slots {
  /** Waits for a place, behind the others or before them. `null` when `stop` was aborted first. */
  enter(stop: AbortSignal, first: boolean): Promise<true | null> | true | null;
  /** Gives a place back. */
  leave(): void;
  /**
   * Resolves when few calls wait for a place. More rows need not be made ready: all that a row holds while it waits is
   * work for the collector of garbage.
   */
  wantsRows(): Promise<void> | undefined;
  /** A call is sent. Calls of the same wave meet the same overload. */
  send(): number;
  /** A call that was sent has ended. An overload halves what was open at once, once a wave; answers raise it again. */
  end(wave: number, how: "answered" | "overloaded" | "failed"): void;
}

export const createSlots = (most: number): Slots => {
  let places = most;
  let taken = 0;
  let sent = 0;
  /** The most calls that were open at once since the last overload. Most places may be taken by calls that wait. */
  let mostSent = 0;
  let wave = 0;
  let good = 0;
  let wanting: (() => void)[] = [];
  const queue = createQueue(
    systemClock,
    () => (taken < places ? 0 : Number.POSITIVE_INFINITY),
    () => {
      taken++;
      return true as const;
    },
  );
  return {
    enter: (stop, first) => queue.join(undefined, stop, first),
    leave() {
      taken--;
      queue.advance();
      if (queue.size() > fewRows) return;
      for (const tell of wanting) tell();
      wanting = [];
    },
    wantsRows: () =>
      queue.size() > enoughRows ? new Promise<void>((resolve) => wanting.push(resolve)) : undefined,
    send() {
      mostSent = Math.max(mostSent, ++sent);
      return wave;
    },
    end(started, how) {
      sent--;
      if (how === "overloaded" && started === wave) {
        wave++;
        good = 0;
        places = Math.max(1, Math.floor(Math.min(places, mostSent) / 2));
        mostSent = sent;
      }
      // One place comes back after as many answers as there are places.
      if (how !== "answered" || places === most || ++good < places) return;
      good = 0;
      places++;
    },
  };
};

/** Rows that wait for a place: with so many no more are made ready, until there are but few. */
const enoughRows = 32;
const fewRows = 16;

/** The one limit of calls at the same time: a call waits for a place, one that was throttled (`again`) first. */
export const limit =
  (slots: Slots, next: Invoke, again = false): Invoke =>
  async (request, stop) => {
    if (!(await slots.enter(stop, again))) return unsent(new ConnectorError("stopped"));
    try {
      return await next(request, stop);
    } finally {
      slots.leave();
    }
  };

/** Directly around the wire: an overload lowers the number of places, answers raise it again. */
export const heedOverload =
  (slots: Slots, next: Invoke): Invoke =>
  async (request, stop) => {
    const wave = slots.send();
    let how: "answered" | "overloaded" | "failed" = "failed";
    try {
      const result = await next(request, stop);
      if (!isFailed(result)) how = "answered";
      else if (result.error.code === "overloaded") how = "overloaded";
      return result;
    } finally {
      slots.end(wave, how);
    }
  };
