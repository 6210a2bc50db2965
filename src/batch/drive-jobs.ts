import type { JobState } from "../bedrock/jobs.js";
import { ConnectorError } from "../core/errors.js";
import { FileFailure } from "../core/file-failure.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import type { Purse } from "../run/purse.js";
import { after, type Door, holding, ownJobs } from "./door.js";
import { giveUpDead } from "./plan-jobs.js";
import { readOutput } from "./read-output.js";
import { submit } from "./submit.js";

/** How jobs are brought to their ends. */
interface Drive {
  /** Ends the watching, and leaves the jobs as they are. */
  readonly stop: AbortSignal;
  /** Makes the jobs that there is a place for, reads those that have ended, and does not wait for the others. */
  readonly once: boolean;
  /** Whether jobs are to be stopped now, for what is left of them to go on line. */
  readonly wanted?: (jobs: readonly JobEntry[]) => boolean;
  readonly purse: (job: JobEntry) => Pick<Purse, "settle"> | null;
  readonly report: (jobs: readonly JobEntry[]) => void;
}

interface Driven {
  /** The jobs that came to their end here. */
  readonly ended: JobEntry[];
  /** The jobs that have yet to. */
  readonly open: JobEntry[];
  /** Why jobs came to nothing, or cannot be gone on with. */
  readonly fault: ConnectorError | null;
}

/** Brings the jobs of a ledger to their ends, whoever planned and made them. */
export const driveJobs = async (door: Door, drive: Drive): Promise<Driven> => {
  const { clock } = door;
  const ended: JobEntry[] = [];
  const began = clock.now();
  let fault: ConnectorError | null = null;
  for (;;) {
    await holding(door, () => giveUpDead(door));
    const jobs = await stillOpen(door);
    drive.report([...ended, ...jobs]);
    if (jobs.length === 0 || drive.stop.aborted) return { ended, open: jobs, fault };
    const stopThem = drive.wanted?.(jobs) ?? false;
    let places = await placesFor(door, jobs);
    for (const job of jobs) {
      if (drive.stop.aborted) break;
      try {
        if (job.stage === "planned" && stopThem) await giveUp(door, job);
        else if (job.stage === "planned" && places > 0) {
          const made = await submit(door, job.key, drive.stop);
          if (made.is === "submitted") places--;
          if (made.is === "refused") {
            ended.push(made.job);
            fault ??= new ConnectorError("batch_unusable", made.error.message);
          }
        } else if (job.stage === "submitted") {
          const done = await watch(door, job, { stopIt: stopThem, purse: drive.purse(job) });
          if (done.stage === "submitted") continue;
          ended.push(done);
          if (done.stage === "refused" && !stopThem) fault ??= endedBadly(done);
        }
      } catch (thrown) {
        const error = inWords(thrown);
        if (!mayPass(error)) return { ended, open: await stillOpen(door), fault: error };
      }
    }
    const open = await stillOpen(door);
    if (open.length === 0 || drive.once) {
      drive.report([...ended, ...open]);
      return { ended, open, fault };
    }
    await clock.sleep(pauseMs(clock.now() - began), drive.stop);
  }
};

/** How many of the planned jobs may be made now. */
const placesFor = async (door: Door, jobs: readonly JobEntry[]): Promise<number> => {
  if (jobs.every(({ stage }) => stage !== "planned")) return 0;
  const { limits } = await door.limits();
  return limits.openJobs - jobs.filter(({ stage }) => stage === "submitted").length;
};

const stillOpen = async (door: Door): Promise<JobEntry[]> =>
  (await holding(door, () => ownJobs(door))).filter(isOpen);

/** Looks how far a job is, and reads what it has written if it has ended. */
const watch = async (
  door: Door,
  job: JobEntry,
  { stopIt, purse }: { stopIt: boolean; purse: Pick<Purse, "settle"> | null },
): Promise<JobEntry> => {
  const { jobs, clock, ledger } = door;
  const arn = job.arn ?? "";
  const state = await jobs.get(arn);
  if (ends.has(state.status)) {
    door.at("ended");
    return readOutput(door, job, state, purse);
  }
  if (stopIt && state.status !== "Stopping") await jobs.stop(arn).catch(unlessEnded);
  const seen = after(job, clock, { report: reportOf(state) });
  if (seen.report?.status !== job.report?.status || seen.report?.processed !== job.report?.processed)
    await holding(door, () => ledger.appendJob(seen));
  return seen;
};

/** A job that ends by itself at the same moment cannot be stopped, which the next look tells. */
const unlessEnded = (error: ConnectorError): void => {
  if (error.code !== "invalid_request") throw error;
};

const ends: ReadonlySet<string> = new Set([
  "Completed",
  "PartiallyCompleted",
  "Failed",
  "Stopped",
  "Expired",
]);

const reportOf = ({ status, message, processed }: JobState): NonNullable<JobEntry["report"]> => ({
  status,
  ...(message !== null && { message }),
  ...(processed !== null && { processed }),
});

/** A job that was not made yet is not made any more. */
const giveUp = (door: Door, job: JobEntry): Promise<boolean> =>
  holding(door, () =>
    door.ledger.appendJob(
      after(job, door.clock, {
        stage: "refused",
        report: { status: "Not made", message: "there was no time for it" },
      }),
    ),
  );

const endedBadly = ({ arn, report }: JobEntry): ConnectorError =>
  new ConnectorError(
    "batch_unusable",
    `${arn?.slice(arn.lastIndexOf("/") + 1)} is ${report?.status}${report?.message ? `: ${report.message}` : ""}.`,
  );

const inWords = (thrown: unknown): ConnectorError => {
  if (thrown instanceof ConnectorError) return thrown;
  if (thrown instanceof FileFailure)
    return new ConnectorError("batch_unusable", `${thrown.message}.`, { cause: thrown });
  throw thrown;
};

/** What another look in a while may not meet again. */
const mayPass = ({ retryable, scope }: ConnectorError): boolean => retryable && scope !== "end";

/** A short job is soon seen to have ended, and a long one is not asked for all the time. */
const pauseMs = (waitedMs: number): number => Math.min(30_000, Math.max(100, waitedMs / 20));
