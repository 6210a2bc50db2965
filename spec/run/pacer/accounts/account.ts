import type { PacedScenario } from "../../../support/paced-calls.js";

/** An account, and what the pacer comes to there. The table in the pacer's README is made of these. */
export interface Account {
  readonly name: string;
  readonly scenario: PacedScenario;
  /** When the start is over. */
  readonly steadyMs: number;
  /** How many calls were possible between two times. */
  readonly possible: (fromMs: number, toMs: number) => number;
  /** The share of these that is let in, on the median of the runs. */
  readonly goodput: number;
  /** The same of the worst run. */
  readonly least?: number;
  /** The share of calls that may be rejected, beyond what chance rejects. */
  readonly wasted: number;
  readonly byChance?: number;
  /** How long a job may take: 1.2 of what it takes with retries that grow, measured on the same account. */
  readonly jobMs?: number;
  /** What it comes to, where it falls short of that. */
  readonly reached?: Partial<Pick<Account, "goodput" | "least" | "wasted" | "jobMs">>;
}

export const perSecond = (rate: number) => (fromMs: number, toMs: number) => (rate * (toMs - fromMs)) / 1000;
/** A rate that changes with time. */
export const varying = (rate: (atMs: number) => number) => (fromMs: number, toMs: number) => {
  let calls = 0;
  for (let at = fromMs; at < toMs; at += 50) calls += (rate(at) * Math.min(50, toMs - at)) / 1000;
  return calls;
};
export const between = (from: number, to: number, there: number, else_: number) => (at: number) =>
  at > from && at < to ? there : else_;
/** What windows hold; the last one only as far as it has gone. */
export const inWindows = (rate: number, seconds: number) => (fromMs: number, toMs: number) => {
  const until = (ms: number): number => {
    const windows = Math.floor(ms / (seconds * 1000));
    return (windows * seconds + Math.min(seconds, ms / 1000 - windows * seconds)) * rate;
  };
  return until(toMs) - until(fromMs);
};

export const bucket = (rate: number, burst: number) => ({ requests_per_second: rate, burst });
export const few = { concurrency: 50, latencyMs: 50 };
/** Fifty calls of 200 ms, and what they can do a second without a quota. */
export const open = { quota: {}, concurrency: 50, latencyMs: 200, spread: 0.5 };
export const openRate = 50 / 0.21;
export const always = (share: number) => () => share;

export const bucketOf = (
  name: string,
  rate: number,
  rest: Partial<Account> & { readonly goodput: number; readonly wasted: number },
  scenario: Partial<PacedScenario> = {},
): Account => ({
  name,
  steadyMs: 5000,
  possible: perSecond(rate),
  ...rest,
  scenario: { ...few, quota: bucket(rate, rate), rows: 30 * rate, ...scenario },
});
