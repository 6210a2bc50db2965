import type { Clock } from "../core/clock.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import type { Pace } from "../run/pacer/pacer.js";

/** When what batch jobs have not answered is wanted on line: milliseconds since 1970, and at what pace it would go. */
interface Deadline {
  readonly at: number;
  readonly pace: () => Pace;
  /** Calls that go on line whatever becomes of the jobs, and have not ended, and their bytes. */
  readonly others?: { readonly calls: number; readonly bytes: number };
}

/** Why jobs are stopped, and what is left of them goes on line. */
export interface TakeOver {
  readonly rows: number;
  /** Rows that no job takes, and that have yet to be called beside them. */
  readonly other_rows: number;
  /** What both need on line, in milliseconds, and what is added to it. */
  readonly needed_ms: number;
  readonly margin_ms: number;
  /** The pace that was reckoned with, and whether it is known of the account's quota. */
  readonly rows_per_minute: number;
  readonly is_known: boolean;
}

/**
 * The taking over of rows that jobs have not answered, where the time that is left is no more than they need on line; `null` where
 * there is more. They would go at the pace that the account's quota was learned or told to allow, or at a slow one where nothing
 * is known of it. Jobs that are not made yet want some time of their own.
 */
export const takeOver = (
  jobs: readonly JobEntry[],
  { at, pace, others = { calls: 0, bytes: 0 } }: Deadline,
  clock: Pick<Clock, "date">,
): TakeOver | null => {
  const { requests, tokens } = pace();
  let [rows, bytesLeft] = [0, others.bytes];
  for (const { plan, report } of jobs.filter(isOpen)) {
    const records = plan.files.reduce((sum, file) => sum + file.records, 0);
    const bytes = plan.files.reduce((sum, file) => sum + file.bytes, 0);
    const left = Math.max(0, records - (report?.processed ?? 0));
    rows += left;
    bytesLeft += records === 0 ? 0 : (left / records) * bytes;
  }
  const all = rows + others.calls;
  const allTokens = bytesLeft / bytesPerToken;
  const needed = Math.max(all / (requests ?? slowest), tokens === null ? 0 : allTokens / tokens);
  const margin = marginMs(needed);
  const own = jobs.some(({ stage }) => stage === "submitted" || stage === "creating") ? 0 : leastMs;
  if (at - clock.date() > needed + margin + own) return null;
  return {
    ...{
      rows,
      other_rows: others.calls,
      needed_ms: needed,
      margin_ms: margin,
      is_known: requests !== null || tokens !== null,
    },
    rows_per_minute: (needed > 0 ? all / needed : (requests ?? slowest)) * 60_000,
  };
};

/** A row a second: less than any account's quota lets in. */
const slowest = 1 / 1000;
/** A little of the answer is among them. */
const bytesPerToken = 3;

/** Beside the time of the rows themselves: a tenth of it, and what stopping and reading a job takes. */
const marginMs = (neededMs: number): number => neededMs / 10 + 5 * 60_000;

/** A job that would have less than this is not made. */
const leastMs = 30 * 60_000;
