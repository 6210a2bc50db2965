import type { FaultPlan } from "../faults.js";
import type { Api } from "../http-message.js";
import type { JobRules, RecordFault } from "./job-rules.js";

/** The jobs of an account, by id, the oldest first. */
export type JobStore = Map<string, Job>;

export type JobState = TimedState | EndState;

type TimedState = "Submitted" | "Validating" | "Scheduled" | "InProgress" | "Stopping";
type EndState = "Completed" | "PartiallyCompleted" | "Stopped" | "Expired" | "Failed";

/** What a client asked for, in the service's words, checked. */
export interface JobRequest {
  readonly jobName: string;
  readonly roleArn: string;
  readonly modelId: string;
  readonly clientRequestToken?: string;
  readonly inputDataConfig: { readonly s3InputDataConfig: { readonly s3Uri: string } };
  readonly outputDataConfig: { readonly s3OutputDataConfig: { readonly s3Uri: string } };
  readonly timeoutDurationInHours: number;
  readonly modelInvocationType: "InvokeModel" | "Converse";
  readonly vpcConfig?: object;
}

/** A line of a job's input: its file, by place, and its bytes. */
export interface Line {
  readonly file: number;
  readonly bytes: Buffer;
}

/** A file of a job: its name below the folder of the input, and the lines that its output has so far. */
interface JobFile {
  readonly name: string;
  readonly written: string[];
}

/** One model invocation job. Times are milliseconds since 1970. */
export interface Job {
  readonly arn: string;
  readonly id: string;
  readonly request: JobRequest;
  readonly api: Api;
  readonly baseId: string;
  readonly region: string;
  /** The account's rules at the time of the submission. */
  readonly rules: JobRules;
  readonly faults: FaultPlan<RecordFault>;
  readonly submitted: number;
  /** When it ends at the latest, whatever it has done by then. */
  readonly expires: number;
  state: JobState;
  /** When it came to its state. */
  since: number;
  message: string | null;
  /** Both are empty once it has ended. */
  files: readonly JobFile[];
  lines: readonly Line[];
  total: number;
  processed: number;
  succeeded: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** What is going on with it, one thing at a time. */
  underway: Promise<void>;
}

const ended: ReadonlySet<JobState> = new Set<EndState>([
  "Completed",
  "PartiallyCompleted",
  "Stopped",
  "Expired",
  "Failed",
]);

export const hasEnded = ({ state }: Pick<Job, "state">): boolean => ended.has(state);
