import { ConnectorError } from "../errors.js";
import { type Invoke, isFailed, type Rejections } from "../invoke.js";
import { type Clock, systemClock } from "./clock.js";
import { learnQuota } from "./learned-quota.js";
import type { Reservations } from "./reservation.js";
import type { Run } from "./run.js";

/** What the user told of an account's quota for a model; `null` where it is to be learned. */
export interface ToldQuota {
  readonly tokensPerMinute: number | null;
  readonly requestsPerMinute: number | null;
}

/** Lets calls go, in their order, as the account's quota allows. Shared by all that call one model of an account. */
export interface Pacer {
  /** Waits until a call may start that sets so many tokens aside. `null` when `stop` was aborted first. */
  enter(tokens: number, stop: AbortSignal): Promise<Permit | null>;
  /** When a call last ended that was not throttled; the pacer's start before one did. */
  lastAdmittedAt(): number;
  readonly clock: Clock;
}

/** The place of one call. Exactly one of these is called when it ends. */
export interface Permit {
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
  const line: Waiting[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;

  const waitFor = (cost: number): number => {
    const now = clock.now();
    return Math.max(requests.wait(now, 1), tokens.wait(now, cost));
  };

  /** Lets go whoever is first, as long as the quotas allow. */
  const advance = (): void => {
    for (let first = line[0]; first; first = line[0]) {
      const wait = waitFor(first.tokens);
      if (wait > 0) {
        wake(wait);
        return;
      }
      line.shift();
      first.go(permit(first.tokens));
    }
  };

  const wake = (ms: number): void => {
    const at = clock.now() + ms;
    if (at >= wakeAt) return;
    wakeAt = at;
    clock.after(Math.ceil(ms), () => {
      // A later timer may be set by now; to look once more costs nothing.
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      advance();
    });
  };

  const permit = (reserved: number): Permit => {
    const sentAt = clock.now();
    requests.take(sentAt, 1);
    tokens.take(sentAt, reserved);
    const end = (change: (now: number) => void): void => {
      change(clock.now());
      advance();
    };
    return {
      admitted: (taken) =>
        end((now) => {
          admittedAt = now;
          if (taken !== null) tokens.settle(now, taken - reserved);
        }),
      rejected: (quota, retryAfterMs) =>
        end((now) => {
          const [hit, other] = quota === "requests" ? [requests, tokens] : [tokens, requests];
          const costs = quota === "requests" ? [1, reserved] : [reserved, 1];
          hit.reject(now, sentAt, costs[0] as number, retryAfterMs);
          other.settle(now, -(costs[1] as number));
        }),
      unused: () =>
        end((now) => {
          requests.settle(now, -1);
          tokens.settle(now, -reserved);
        }),
    };
  };

  return {
    clock,
    lastAdmittedAt: () => admittedAt,
    async enter(cost, stop) {
      if (stop.aborted) return null;
      if (line.length === 0 && waitFor(cost) <= 0) return permit(cost);
      return new Promise((resolve) => {
        const waiting: Waiting = {
          tokens: cost,
          go(granted) {
            stop.removeEventListener("abort", leave);
            resolve(granted);
          },
        };
        const leave = (): void => {
          line.splice(line.indexOf(waiting), 1);
          resolve(null);
          advance();
        };
        stop.addEventListener("abort", leave, { once: true });
        line.push(waiting);
        advance();
      });
    },
  };
};

interface Waiting {
  readonly tokens: number;
  go(permit: Permit): void;
}

const perMs = (perMinute: number | null): number | null => (perMinute === null ? null : perMinute / 60_000);

/** A quota of requests may hold nothing in store, so calls go out evenly. */
const requestTerms = { start: 0.02, savedMs: 0, burstMs: 1000 };
/**
 * Bedrock counts tokens by the minute; that a rested account holds a minute's worth is a guess. A second of it is
 * left alone, since the service sees a call a little later than it is counted here.
 */
const tokenTerms = { start: Number.POSITIVE_INFINITY, savedMs: 59_000, burstMs: 60_000 };

/** No call of any row was let in for so long: there is no quota to wait for. */
const patienceMs = 5 * 60_000;

/**
 * Waits for the account's quota before each call, and sends a throttled row again, as often as it takes. Gives up
 * only when the service has let no call in for five minutes. Rows that are throttled count as waiting.
 */
export const pace =
  (pacer: Pacer, reservations: Reservations, run: Run, next: Invoke): Invoke =>
  async (request, stop) => {
    const rejections: Rejections = {};
    let attempts = 0;
    const startedAt = pacer.clock.now();
    for (;;) {
      const reserved = reservations.reserve(request);
      if (attempts > 0) run.waiting++;
      const permit = await pacer.enter(reserved, stop);
      if (attempts > 0) run.waiting--;
      const ended = permit === null ? new ConnectorError("stopped") : run.ended();
      if (permit === null || ended) {
        permit?.unused();
        return { error: ended ?? new ConnectorError("stopped"), attempts, rejections };
      }
      const result = await next(request, stop);
      attempts += result.attempts;
      const done = { ...result, attempts, rejections };
      if (!isFailed(result)) {
        permit.admitted(reservations.settle(request, result));
        return done;
      }
      const { code, billed, retryAfterMs } = result.error;
      const quota = throttledQuotas[code];
      if (quota === undefined) {
        if (result.attempts === 0) permit.unused();
        else permit.admitted(billed === "no" ? 0 : null);
        return done;
      }
      permit.rejected(quota, retryAfterMs);
      if (quota === "tokens") reservations.tooMuch();
      const waitedSince = Math.max(startedAt, pacer.lastAdmittedAt());
      if (stop.aborted || pacer.clock.now() - waitedSince > patienceMs) return done;
      rejections[code] = (rejections[code] ?? 0) + 1;
    }
  };

/** Which quota a throttled call met. */
const throttledQuotas: Readonly<Record<string, "requests" | "tokens" | undefined>> = {
  throttled_requests: "requests",
  throttled_tokens: "tokens",
};

/** A row comes out throttled only when its pacer has given up on it. */
export const isThrottled = ({ code }: ConnectorError): boolean => throttledQuotas[code] !== undefined;
