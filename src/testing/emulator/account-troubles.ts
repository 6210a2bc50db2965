import { draw } from "./draw.js";
import { holdsOne, type TokenBucket } from "./token-bucket.js";

/** What befalls an account's calls that has nothing to do with how many it makes. */
export interface Troubles {
  /** The share of calls that is throttled by chance, from 0 to 1. */
  readonly chance?: number;
  /** Outages, and brownouts with a share. */
  readonly refused?: readonly Refused[];
  readonly neighbour?: Neighbour;
  /** Makes chance repeat: the nth call since it was set has the same luck. */
  readonly seed?: number;
}

/** From one moment to below another, in seconds since the first call after this was set, calls are throttled. */
interface Refused {
  readonly from_seconds: number;
  readonly to_seconds: number;
  /** The share of calls, above 0 to 1. Default 1, all. */
  readonly share?: number;
}

/** Another one on the account, who takes requests of the same bucket or window, and is served first. */
interface Neighbour {
  /** Takes so many requests a second, evenly, one number after the other and round again. */
  readonly requests_per_second?: readonly number[];
  /** For how long each of those numbers holds. Default 10. */
  readonly every_seconds?: number;
  /** Takes this share of the quota's rate instead, above 0 to 1, at random moments. */
  readonly share?: number;
}

/**
 * Lets the neighbour take its requests up to a moment, and tells whether a call that comes then is throttled. Moments are
 * milliseconds and never go back; the first call starts the clock.
 */
type Befall = (at: number, requests: TokenBucket | null) => boolean;

/** `perSecond` is the quota's rate of requests. */
export const createTroubles = (troubles: Troubles, perSecond = 0): Befall => {
  const { chance = 0, refused = [], neighbour, seed = Math.random() } = troubles;
  const takes = neighbour && createNeighbour(neighbour, perSecond, seed);
  let startedAt: number | null = null;
  let calls = 0;
  return (at, requests) => {
    startedAt ??= at;
    calls += 1;
    if (takes && requests) takes(at, startedAt, requests);
    const risk = 1 - (1 - chance) * spared(refused, (at - startedAt) / 1000);
    return risk > 0 && draw(seed, "call", calls) < risk;
  };
};

/** The share of calls that no outage and no brownout refuses. */
const spared = (refused: readonly Refused[], second: number): number =>
  refused
    .filter(({ from_seconds, to_seconds }) => second >= from_seconds && second < to_seconds)
    .reduce((left, { share = 1 }) => left * (1 - share), 1);

const createNeighbour = (neighbour: Neighbour, perSecond: number, seed: number) => {
  const { requests_per_second: paces = [], every_seconds = 10, share } = neighbour;
  const everyMs = every_seconds * 1000;
  const paceAt = (ms: number): number =>
    share === undefined ? (paces[Math.floor(ms / everyMs) % paces.length] ?? 0) : share * perSecond;
  let comes = 0;
  let nextMs: number | null = null;
  let waiting = 0;
  /** Milliseconds from one request to the next; while it rests, to the end of that. */
  const gap = (ms: number): number => {
    const pace = paceAt(ms);
    if (pace === 0) return Math.max(1, everyMs - (ms % everyMs));
    return (share === undefined ? 1000 : -1000 * Math.log(1 - draw(seed, "neighbour", comes))) / pace;
  };
  const serve = (at: number, requests: TokenBucket): void => {
    for (; waiting >= 1 && holdsOne(requests, at); waiting -= 1) requests.take(at, 1);
  };
  return (at: number, startedAt: number, requests: TokenBucket): void => {
    for (nextMs ??= gap(0); startedAt + nextMs <= at; nextMs += gap(nextMs)) {
      const pace = paceAt(nextMs);
      comes += 1;
      // Where the account has less than it wants, it gives up what would wait for more than a second.
      if (pace > 0) waiting = Math.min(waiting + 1, Math.max(1, perSecond));
      serve(startedAt + nextMs, requests);
    }
    serve(at, requests);
  };
};
