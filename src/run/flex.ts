import type { Clock } from "../core/clock.js";
import { afterEarlier, type FailedInvocation, type Invoke, isFailed } from "../core/invoke.js";
import { isThrottled } from "./pace.js";

/**
 * Has calls served by the flex tier, and by the default one where flex has no room for them. That is no word on the account's
 * quota, so nobody above hears of it; once it has none for some tries in a row, other calls leave it alone for a while. Nobody
 * asked for flex, so a refusal that came before flex has ever answered may be of the tier: the default one is asked as well, and
 * where that answers, flex is left alone for good.
 */
export const preferFlex = (clock: Clock, call: Invoke): Invoke => {
  let fullUntil = Number.NEGATIVE_INFINITY;
  let isProven = false;
  return async (request, stop) => {
    const earlier: FailedInvocation[] = [];
    while (earlier.length < tries && clock.now() >= fullUntil && !stop.aborted) {
      if (earlier.length > 0) await clock.sleep(firstPauseMs * 2 ** earlier.length * clock.random(), stop);
      const result = await call({ ...request, serviceTier: "flex" }, stop);
      isProven ||= !isFailed(result);
      if (isFailed(result) && isRefused(result) && !isProven) {
        const usual = await call(request, stop);
        if (!isFailed(usual)) fullUntil = Number.POSITIVE_INFINITY;
        return afterEarlier([...earlier, result], usual);
      }
      if (!isFailed(result) || !isFull(result)) return afterEarlier(earlier, result);
      earlier.push(result);
    }
    if (earlier.length === tries) fullUntil = Math.max(fullUntil, clock.now() + fullMs);
    return afterEarlier(earlier, await call(request, stop));
  };
};

/** For good: another try of the same call would be refused, too. */
const isRefused = ({ error }: FailedInvocation): boolean => error.billed === "no" && !error.retryable;

const isFull = ({ error }: FailedInvocation): boolean =>
  error.billed === "no" &&
  (isThrottled(error) || error.code === "overloaded" || error.code === "model_not_ready");

const tries = 3;
const firstPauseMs = 500;
const fullMs = 30_000;
