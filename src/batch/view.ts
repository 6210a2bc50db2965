import { isOpen, type JobEntry, type JobReport } from "../run/ledger/job.js";
import type { TakeOver } from "./deadline.js";
import { nameOf } from "./job/submit.js";

/** A batch job for people and programs. */
export interface BatchJob extends Partial<Omit<JobReport, "status">> {
  /** Its name at the service, and its key in the ledger behind the last hyphen. */
  readonly name: string;
  readonly arn: string | null;
  /** Where it is with us: see `JobStage` in run/ledger/job.ts. */
  readonly stage: JobEntry["stage"];
  /** The service's word for its state; `null` before it has it. */
  readonly status: string | null;
  readonly model: string;
  readonly records: number;
  /** The folder of its answers. */
  readonly output: string;
  /** When it last came further: milliseconds since 1970. */
  readonly at: number;
}

/** How far the batch jobs of a run are. */
export interface BatchProgress {
  /** `left`: jobs go on without this run. `read`: all jobs have ended, and the rows' outcomes follow. */
  readonly phase: "planned" | "waiting" | "left" | "read";
  readonly jobs: readonly BatchJob[];
  /** Calls in jobs that were planned now, and rows that wait in jobs of before. */
  readonly records: number;
  readonly waiting: number;
  /** Rows that no job takes and the run calls, by why. */
  readonly on_line: Readonly<Record<string, number>>;
  /** Rows that a ceiling keeps out of jobs, by why. */
  readonly kept_out: Readonly<Record<string, number>>;
  /** What new jobs are held to and where that is from, in a sentence; absent where no row was for one. */
  readonly limits?: string;
  /** Where the deadline has jobs stopped. */
  readonly take_over?: TakeOver;
}

/**
 * `list`: as the ledger has them. `status`: asks the service how far the open ones are. `submit`: makes those that are not made
 * yet, also of rows that are still being collected. `wait`: brings the open ones to their ends, so that the ledger has their
 * answers. `stop`: stops them first.
 */
export type JobsAction = "list" | "status" | "submit" | "wait" | "stop";

export interface ManageOptions {
  /** Ends the waiting; the jobs go on. */
  readonly signal?: AbortSignal;
  /** The name of the one job that is looked after, in place of all. */
  readonly job?: string;
  readonly onJobs?: (jobs: readonly BatchJob[]) => void;
}

export const viewJob = (job: JobEntry): BatchJob => {
  const { stage, arn = null, at, plan, report, trouble } = job;
  const { status = null, ...numbers } = report ?? {};
  const records = plan.files.reduce((sum, file) => sum + file.records, 0);
  return {
    name: nameOf(job),
    arn,
    stage,
    status,
    model: plan.model,
    records,
    output: plan.output,
    at,
    ...numbers,
    ...(trouble !== undefined && { message: trouble }),
  };
};

/** Jobs that have not ended, in a few words. */
export const openInWords = (jobs: readonly JobEntry[]): string => {
  const views = jobs.filter(isOpen).map(viewJob);
  const sum = (name: "records" | "processed"): number =>
    views.reduce((total, view) => total + (view[name] ?? 0), 0);
  const states = [...new Set(views.map(({ status, stage }) => status ?? stage))].join(", ");
  const trouble = jobs.find((job) => isOpen(job) && job.trouble !== undefined)?.trouble;
  return `${views.length === 1 ? "1 job" : `${views.length} jobs`} (${states}), ${sum("processed")} of ${sum("records")} records done.${trouble === undefined ? "" : ` ${trouble}`}`;
};
