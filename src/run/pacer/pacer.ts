import { type Clock, systemClock } from "../../core/clock.js";
import { learnQuota } from "./learned-quota.js";
import { createQueue } from "./queue.js";

/** What the user told of an account's quota for a model; `null` where it is to be learned. */
export interface ToldQuota {
  readonly tokensPerMinute: number | null;
  readonly requestsPerMinute: number | null;
}

/**
 * Lets calls go, in their order, as the account's quota allows. Shared by all that call one model of an account.
 */
export interface Pacer {
  /**
   * Waits until a call is granted that sets so many tokens aside; one that was throttled goes before the others.
   * `null` when `stop` was aborted first.
   */
  enter(tokens: number, stop: AbortSignal, throttled?: boolean): Promise<Permit | null> | Permit | null;
  /** When a call last ended that was not throttled; the pacer's start before one did. */
  lastAdmittedAt(): number;
  readonly clock: Clock;
  /** At what pace calls may go. */
  pace(): Pace;
}

/** Requests and tokens a millisecond, as the account's quota lets them in; `null` where that is not known. */
export interface Pace {
  readonly requests: number | null;
  readonly tokens: number | null;
}

/** The place of one call. The first of `admitted`, `rejected` and `unused` that is called says what became of it. */
export interface Permit {
  /**
   * Waits for the moment to leave, called when all that comes before is done: what is written to a disk meanwhile
   * takes now a moment and now a tenth of a second, and the service must not see calls that are bunched by it.
   * False when `stop` was aborted first.
   */
  leave(stop: AbortSignal): Promise<boolean>;
  /** It was not throttled, and it took so many tokens; `null` where that is not known. */
  admitted(tokens: number | null): void;
  /** The service rejected it for one of the quotas. */
  rejected(quota: "requests" | "tokens", retryAfterMs: number | null): void;
  /** It was not sent. */
  unused(): void;
}

export const createPacer = (told: ToldQuota, clock: Clock = systemClock): Pacer => {
  const requests = learnQuota({ told: perMs(told.requestsPerMinute), ...requestTerms });
  const tokens = learnQuota({ told: perMs(told.tokensPerMinute), ...tokenTerms });
  let admittedAt = clock.now();

  const permit = (reserved: number): Permit => {
    const grantedAt = clock.now();
    requests.take(grantedAt, 1);
    tokens.take(grantedAt, reserved);
    const call: Call = { reserved, sentAt: Number.POSITIVE_INFINITY };
    let isOver = false;
    const end = (change: (now: number) => void): void => {
      if (isOver) return;
      isOver = true;
      change(clock.now());
      advance();
    };
    return {
      async leave(stop) {
        const left = await exit.join(call, stop);
        // Whether a probe is out may be what others wait for.
        advance();
        return left !== null;
      },
      admitted: (taken) =>
        end((now) => {
          admittedAt = now;
          if (taken === null) tokens.unknown(now, reserved);
          else tokens.settle(now, reserved, taken);
          requests.settle(now, 1, 1);
        }),
      rejected: (quota, retryAfterMs) =>
        end((now) => {
          const { sentAt } = call;
          if (quota === "requests") {
            requests.reject(now, sentAt, 1, retryAfterMs);
            tokens.giveBack(now, sentAt, reserved);
          } else {
            tokens.reject(now, sentAt, reserved, retryAfterMs);
            requests.giveBack(now, sentAt, 1);
          }
        }),
      unused: () =>
        end((now) => {
          requests.giveBack(now, call.sentAt, 1);
          tokens.giveBack(now, call.sentAt, reserved);
        }),
    };
  };

  const entrance = createQueue(
    clock,
    (cost: number) => {
      const now = clock.now();
      return Math.max(requests.wait(now, 1), tokens.wait(now, cost));
    },
    permit,
  );
  const exit = createQueue(
    clock,
    () => {
      const now = clock.now();
      return Math.max(requests.hold(now), tokens.hold(now));
    },
    (call: Call) => {
      const now = clock.now();
      call.sentAt = now;
      requests.leave(now, 1);
      tokens.leave(now, call.reserved);
      return true;
    },
  );
  const advance = (): void => {
    exit.advance();
    entrance.advance();
  };

  return {
    clock,
    lastAdmittedAt: () => admittedAt,
    pace: () => ({ requests: requests.pace(), tokens: tokens.pace() }),
    enter: (cost, stop, throttled) => entrance.join(cost, stop, throttled),
  };
};

/** A call between its grant and its end. */
interface Call {
  readonly reserved: number;
  /** Infinity until it has left. */
  sentAt: number;
}

const perMs = (perMinute: number | null): number | null => (perMinute === null ? null : perMinute / 60_000);

/** A quota of requests may hold nothing in store, so calls go out evenly. */
export const requestTerms = { start: 0.02, savedMs: 0, burstMs: 1000 };
/**
 * Bedrock counts tokens by the minute; that a rested account holds a minute's worth is a guess. A second of it is
 * left alone, since the service sees a call a little later than it is counted here.
 */
export const tokenTerms = { start: Number.POSITIVE_INFINITY, savedMs: 59_000, burstMs: 60_000 };
