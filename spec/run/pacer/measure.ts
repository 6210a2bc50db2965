import { paceCalls } from "../../support/paced-calls.js";
import { goodput, wasted } from "../../support/simulate.js";
import type { Account } from "./accounts/account.js";

/** What the pacer came to on an account: the median of some runs, and the worst of them. */
export interface Measured {
  readonly goodput: number;
  readonly least: number;
  /** Rows without an answer in any of the runs. */
  readonly unanswered: number;
  /** Beyond what chance rejected. */
  readonly wasted: number;
  /** How long a job took; 0 where rows do not come in jobs. */
  readonly jobMs: number;
}

export const measure = (
  { scenario, steadyMs, possible, byChance = 0 }: Account,
  { runs = 9, firstSeed = 1 }: { readonly runs?: number; readonly firstSeed?: number } = {},
): Measured => {
  const all = Array.from({ length: runs }, (_, run) => {
    const paced = paceCalls(scenario, firstSeed + run);
    const until = paced.admittedAt.at(-1) ?? 0;
    return {
      good: goodput(paced, possible(steadyMs, until), steadyMs, until),
      unanswered: scenario.rows - paced.answered,
      wasted: wasted(paced) - byChance,
      jobMs: median(paced.jobsMs),
    };
  });
  return {
    goodput: median(all.map(({ good }) => good)),
    least: Math.min(...all.map(({ good }) => good)),
    unanswered: Math.max(...all.map((run) => run.unanswered)),
    wasted: median(all.map((run) => run.wasted)),
    jobMs: median(all.map(({ jobMs }) => jobMs)),
  };
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** In what an account falls short; nothing where it does not. */
export const shortfalls = (
  {
    goodput: good,
    least = 0,
    wasted: waste,
    jobMs = 0,
  }: Pick<Account, "goodput" | "least" | "wasted" | "jobMs">,
  measured: Measured,
): string[] => {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const short: string[] = [];
  if (measured.unanswered > 0) short.push(`${measured.unanswered} rows without an answer`);
  if (measured.goodput < good) short.push(`goodput ${percent(measured.goodput)} of ${percent(good)}`);
  if (measured.least < least)
    short.push(`goodput of the worst run ${percent(measured.least)} of ${percent(least)}`);
  if (measured.wasted > waste + rounding)
    short.push(`wasted ${percent(measured.wasted)} for ${percent(waste)}`);
  if (measured.jobMs > jobMs && jobMs > 0) short.push(`${Math.round(measured.jobMs)} ms a job for ${jobMs}`);
  return short;
};

const rounding = 1e-9;
