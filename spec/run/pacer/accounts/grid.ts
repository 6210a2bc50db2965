import { paceCalls } from "../../../support/paced-calls.js";
import { goodput, wasted } from "../../../support/simulate.js";
import { median } from "../measure.js";

/** An account with a quota of requests and chance throttles, and what the pacer came to, the quota not told. */
export interface Point {
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
  readonly latencyMs: number;
  readonly concurrency: number;
  /** The share that is throttled whatever the pace. */
  readonly byChance: number;
  /** The share of the quota that was let in after the start. */
  readonly goodput: number;
  /** The share of calls that was rejected, beyond chance. */
  readonly wasted: number;
}

/** Every one of these accounts, for about so many seconds of its quota; medians of so many runs. */
export const measureGrid = (seconds: number, runs: number): Point[] =>
  [2, 20, 100].flatMap((rate) =>
    [0, 0.25, 1, 5].flatMap((burstS) =>
      [50, 2000].flatMap((latencyMs) =>
        [0, 0.02, 0.05, 0.1].flatMap((byChance) => {
          const burst = Math.max(burstS === 0 ? 1 : 2, Math.round(rate * burstS));
          // With fewer open calls than that there is nothing to pace.
          const enough = Math.max(fewest, Math.ceil((1.5 * rate * (latencyMs + 20)) / 1000));
          return [enough, 4 * enough].map((concurrency) => ({
            rate,
            burst,
            latencyMs,
            concurrency,
            byChance,
            ...come({ rate, burst, latencyMs, concurrency, byChance }, seconds, runs),
          }));
        }),
      ),
    ),
  );

const come = (
  { rate, burst, latencyMs, concurrency, byChance }: Omit<Point, "goodput" | "wasted">,
  seconds: number,
  runs: number,
): Pick<Point, "goodput" | "wasted"> => {
  const scenario = {
    quota: { requests_per_second: rate, burst },
    rows: burst + seconds * rate,
    concurrency,
    latencyMs,
    spread: 0.5,
    throttled: () => byChance,
  };
  const all = Array.from({ length: runs }, (_, run) => paceCalls(scenario, run + 1));
  return {
    goodput: median(
      all.map((paced) => {
        const until = paced.admittedAt.at(-1) ?? 0;
        return goodput(paced, (rate * (until - startMs)) / 1000, startMs, until);
      }),
    ),
    wasted: median(all.map(wasted)) - byChance,
  };
};

const fewest = 3;
const startMs = 10_000;
