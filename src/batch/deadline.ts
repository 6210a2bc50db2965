import type { Clock } from "../core/clock.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import type { Pace } from "../run/pacer/pacer.js";

/** When what batch jobs have not answered is wanted on line: milliseconds since 1970, and at what pace it would go. */
interface Deadline {
  readonly at: number;
  readonly pace: () => Pace;
}

/**
 * How long the rows that jobs have not answered would take on line, in milliseconds: at the pace that the account's quota was
 * learned or told to allow, or at a slow one where nothing is known of it.
 */
const onLineMs = (jobs: readonly JobEntry[], { requests, tokens }: Pace): number => {
  let [rows, allTokens] = [0, 0];
  for (const { plan, report } of jobs.filter(isOpen)) {
    const records = plan.files.reduce((sum, file) => sum + file.records, 0);
    const bytes = plan.files.reduce((sum, file) => sum + file.bytes, 0);
    const left = Math.max(0, records - (report?.processed ?? 0));
    rows += left;
    allTokens += records === 0 ? 0 : ((left / records) * bytes) / bytesPerToken;
  }
  return Math.max(rows / (requests ?? slowest), tokens === null ? 0 : allTokens / tokens);
};

/** A row a second: less than any account's quota lets in. */
const slowest = 1 / 1000;
/** A little of the answer is among them. */
const bytesPerToken = 3;

/** Beside the time of the rows themselves: a tenth of it, and what stopping and reading a job takes. */
const marginMs = (neededMs: number): number => neededMs / 10 + 5 * 60_000;

/** A job that would have less than this is not made. */
const leastMs = 30 * 60_000;

/** Whether the time that is left is no more than the rest needs on line. Jobs that are not made yet want some time of their own. */
export const isWanted = (
  jobs: readonly JobEntry[],
  { at, pace }: Deadline,
  clock: Pick<Clock, "date">,
): boolean => {
  const needed = onLineMs(jobs, pace());
  const own = jobs.some(({ stage }) => stage === "submitted") ? 0 : leastMs;
  return at - clock.date() <= needed + marginMs(needed) + own;
};
