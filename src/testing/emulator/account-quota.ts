import { createTroubles, type Troubles } from "./account-troubles.js";
import { createBucket, createWindow, holdsOne, rounding, type TokenBucket } from "./token-bucket.js";

/**
 * What an account may do, enforced the way Bedrock documents it: `quotas-token-burndown.html` of its user guide.
 * What is left out is not limited. A call must fit under every limit, and a rejected one takes nothing of any.
 */
export interface Quota extends Troubles {
  readonly requests_per_second?: number;
  /** How many requests a rested account may start at once. Default one second's worth, at least 1. */
  readonly burst?: number;
  /** Counts requests in fixed windows of so many seconds, without a burst. The first starts as the quota is set. */
  readonly window_seconds?: number;
  /** Input tokens plus the answer's limit are taken when a call starts; what was not used goes back at its end. */
  readonly tokens_per_minute?: number;
  /** How many tokens a rested account may take at once. Default one minute's worth. */
  readonly token_burst?: number;
  /** How many tokens of the quota one output token takes in the end. Default 1. */
  readonly burndown?: number;
  /** With more calls open than this, a further one is refused as an overload. */
  readonly overload_above?: number;
  /** What a throttled call is told to wait. Default nothing. */
  readonly retry_after_seconds?: number;
}

/** A call that was let in and has not ended. */
export interface Admission {
  /** To be called once, at the end of the call. */
  settle(outputTokens: number): void;
}

/** A call that was not let in, in the service's words. */
export interface Rejection {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface QuotaGate {
  /** Lets a call in, or says why not. `maxTokens` is the most that it may answer. */
  admit(inputTokens: number, maxTokens: number): Admission | Rejection;
  /** Sets another quota. No allowance grows by that: what is left stays, as far as the new quota can hold it. */
  change(quota: Quota | null): void;
}

/**
 * An account with this quota; `null` is none. `now` tells milliseconds from any fixed point, so that a simulation
 * can run on a clock of its own.
 */
export const createQuota = (quota: Quota | null, now: () => number): QuotaGate => {
  let limits = limitsOf(quota ?? {}, now());
  let befall = createTroubles(quota ?? {}, quota?.requests_per_second);
  let open = 0;
  const throttled = (rejection: Rejection): Rejection => {
    const { retryAfter } = limits;
    return retryAfter === undefined ? rejection : { ...rejection, retryAfter };
  };
  return {
    admit(inputTokens, maxTokens) {
      const { requests, tokens, overloadAbove } = limits;
      const at = now();
      const reserved = tokens ? inputTokens + maxTokens : 0;
      if (open >= overloadAbove) return overloaded;
      if (befall(at, requests)) return throttled(tooManyRequests);
      if (requests && !holdsOne(requests, at)) return throttled(tooManyRequests);
      if (tokens && tokens.left(at) < reserved - rounding) return throttled(tooManyTokens);
      requests?.take(at, 1);
      tokens?.take(at, reserved);
      open += 1;
      return {
        settle(outputTokens) {
          open -= 1;
          // Against the quota of this moment: it may have changed since the call came in.
          limits.tokens?.take(now(), inputTokens + outputTokens * limits.burndown - reserved);
        },
      };
    },
    change(next) {
      limits = limitsOf(next ?? {}, now(), limits);
      befall = createTroubles(next ?? {}, next?.requests_per_second);
    },
  };
};

export const isRejected = (verdict: Admission | Rejection): verdict is Rejection => "status" in verdict;

interface Limits {
  readonly requests: TokenBucket | null;
  readonly tokens: TokenBucket | null;
  readonly burndown: number;
  readonly overloadAbove: number;
  readonly retryAfter: number | undefined;
}

const limitsOf = (quota: Quota, at: number, before?: Limits): Limits => {
  const { requests_per_second: rate, window_seconds: seconds, tokens_per_minute: tokens } = quota;
  const requestsOf = (perSecond: number): TokenBucket =>
    seconds === undefined
      ? createBucket(perSecond / 1000, quota.burst ?? Math.max(1, perSecond), at, before?.requests)
      : createWindow(perSecond * seconds, seconds * 1000, at, before?.requests);
  return {
    requests: rate === undefined ? null : requestsOf(rate),
    tokens:
      tokens === undefined
        ? null
        : createBucket(tokens / 60_000, quota.token_burst ?? tokens, at, before?.tokens),
    burndown: quota.burndown ?? 1,
    overloadAbove: quota.overload_above ?? Number.POSITIVE_INFINITY,
    retryAfter: quota.retry_after_seconds,
  };
};

const tooManyRequests: Rejection = {
  status: 429,
  type: "ThrottlingException",
  message: "Too many requests, please wait before trying again.",
};
const tooManyTokens: Rejection = {
  ...tooManyRequests,
  message: "Too many tokens, please wait before trying again.",
};
const overloaded: Rejection = {
  status: 503,
  type: "ServiceUnavailableException",
  message: "The service is unable to process your request at the moment. Please try again later.",
};
