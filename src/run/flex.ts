import type { Clock } from "../core/clock.js";
import { afterEarlier, type FailedInvocation, type Invoke, isFailed } from "../core/invoke.js";
import { isThrottled } from "./pace.js";

/**
 * Has calls served by the flex tier, and by the default one where flex has no room for them. That is no word on the account's
 * quota, so nobody above hears of it; once it has none for some tries in a row, other calls leave it alone for a while.
 */
export const preferFlex = (clock: Clock, call: Invoke): Invoke => {
  let fullUntil = Number.NEGATIVE_INFINITY;
  return async (request, stop) => {
    const earlier: FailedInvocation[] = [];
    while (earlier.length < tries && clock.now() >= fullUntil && !stop.aborted) {
      if (earlier.length > 0) await clock.sleep(firstPauseMs * 2 ** earlier.length * clock.random(), stop);
      const result = await call({ ...request, serviceTier: "flex" }, stop);
      if (!isFailed(result) || !isFull(result)) return afterEarlier(earlier, result);
      earlier.push(result);
    }
    if (earlier.length === tries) fullUntil = clock.now() + fullMs;
    return afterEarlier(earlier, await call(request, stop));
  };
};

const isFull = ({ error }: FailedInvocation): boolean =>
  error.billed === "no" &&
  (isThrottled(error) || error.code === "overloaded" || error.code === "model_not_ready");

const tries = 3;
const firstPauseMs = 500;
const fullMs = 30_000;
