import { isObject } from "../../../core/json.js";
import type { Conditions } from "../faults.js";
import { checkFaults } from "../read-faults.js";

/** How an account's jobs go. What is left out is as its comment says. */
export interface JobRules {
  /** How long a job stays in a state, by the state: Submitted, Validating, Scheduled, InProgress, Stopping. Default 0. */
  readonly seconds?: Readonly<Partial<Record<TimedState, number>>>;
  /** How jobs end, where not by what befalls them: after `end_after` records, with `end_message`. */
  readonly end?: "PartiallyCompleted" | "Stopped" | "Expired" | "Failed";
  /** Default 0. `Expired` is the end of a job that has not begun. */
  readonly end_after?: number;
  readonly end_message?: string;
  /** What befalls records; `at` counts the records of a job. */
  readonly faults?: readonly RecordFault[];
  /** The lines of an output, `shuffled` (the default) or `as_sent`. */
  readonly order?: "shuffled" | "as_sent";
  /** The form of `errorCode`: a `number` (the default) or a `string`. */
  readonly error_code?: "number" | "string";
  /** Whether there is a manifest. Default true. */
  readonly manifest?: boolean;
  /** Whether jobs are told with numbers of records. Default true. */
  readonly counts?: boolean;
  /** What a repeated clientRequestToken gets: the ARN of the `same_job` (the default), 200 and `no_arn`, or a `conflict`. */
  readonly token_repeats?: "same_job" | "no_arn" | "conflict";
  /** For how long tokens are remembered. Default for good. */
  readonly token_seconds?: number;
  /** Default 100, 50,000, 1 GB, 5 GB, and 20 jobs of a model. */
  readonly min_records?: number;
  readonly max_records?: number;
  readonly max_file_bytes?: number;
  readonly max_job_bytes?: number;
  readonly max_jobs?: number;
}

type TimedState = "Submitted" | "Validating" | "Scheduled" | "InProgress" | "Stopping";

/** What befalls a record: it is refused, its answer ends otherwise, or its line is missing from the output, or there twice. */
export type RecordFault = Conditions &
  (
    | {
        readonly kind: "record_error";
        readonly status: number;
        readonly message: string;
        readonly billed?: boolean;
      }
    | { readonly kind: "stop"; readonly reason: string; readonly text?: string }
    /** Has exactly this as its answer: what the text is as JSON, or the text. */
    | { readonly kind: "body"; readonly body: string }
    | { readonly kind: "missing" }
    | { readonly kind: "repeated" }
  );

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isSeconds = (value: unknown): boolean => typeof value === "number" && value >= 0;
const count = { expected: "a whole number of 0 or more", fits: isCount };
const oneOf = (...words: string[]) => ({
  expected: `one of ${words.join(", ")}`,
  fits: (value: unknown): boolean => words.includes(value as string),
});
const timed: readonly string[] = ["Submitted", "Validating", "Scheduled", "InProgress", "Stopping"];

const rules: Readonly<
  Record<
    Exclude<keyof JobRules, "faults">,
    { readonly expected: string; readonly fits: (value: unknown) => boolean }
  >
> = {
  seconds: {
    expected: `numbers of seconds, by state: ${timed.join(", ")}`,
    fits: (value) =>
      isObject(value) &&
      Object.entries(value).every(([state, given]) => timed.includes(state) && isSeconds(given)),
  },
  end: oneOf("PartiallyCompleted", "Stopped", "Expired", "Failed"),
  end_after: count,
  end_message: { expected: "a string", fits: (value) => typeof value === "string" },
  order: oneOf("shuffled", "as_sent"),
  error_code: oneOf("number", "string"),
  manifest: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  counts: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  token_repeats: oneOf("same_job", "no_arn", "conflict"),
  token_seconds: { expected: "a number of 0 or more", fits: isSeconds },
  min_records: count,
  max_records: count,
  max_file_bytes: count,
  max_job_bytes: count,
  max_jobs: count,
};

/** What is wrong with a list of what befalls records, as a sentence; `null` where nothing is. */
export const recordFaultsFault = (given: unknown, where: string): string | null =>
  checkFaults(given, where, ["record_error", "stop", "body", "missing", "repeated"]);

/** What is wrong with the rules, as a sentence; `null` where nothing is. */
export const jobRulesFault = (given: unknown): string | null => {
  if (!isObject(given)) return "batch must be an object.";
  for (const [name, value] of Object.entries(given)) {
    if (name === "faults") {
      const fault = recordFaultsFault(value, "batch.faults");
      if (fault) return fault;
      continue;
    }
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules] : undefined;
    if (!rule)
      return `batch.${name.slice(0, 40)} is no field; take one of faults, ${Object.keys(rules).join(", ")}.`;
    if (!rule.fits(value)) return `batch.${name} must be ${rule.expected}.`;
  }
  return null;
};

/** What jobs are held to. */
export const limitsOf = ({
  min_records = 100,
  max_records = 50_000,
  max_file_bytes = 1e9,
  max_job_bytes = 5e9,
  max_jobs = 20,
}: JobRules) => ({ min_records, max_records, max_file_bytes, max_job_bytes, max_jobs });
