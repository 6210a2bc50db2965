import type { Clock } from "../../core/clock.js";
import { ConnectorError } from "../../core/errors.js";
import { isOpen, type JobEntry } from "../../run/ledger/job.js";
import type { Deposit } from "../../run/purse.js";
import { closePlan } from "../collect/close-plan.js";
import { type Door, holding, ownJobs } from "../door.js";
import { giveUpDead } from "../plan/plan-lease.js";
import { advance, latest, type Stepped, tell } from "./step.js";
import { findOut, nameOf, submit } from "./submit.js";
import { watch } from "./watch.js";

/** How jobs are brought to their ends. */
interface Drive {
  /** Ends the watching, and leaves the jobs as they are. */
  readonly stop: AbortSignal;
  /** Makes the jobs that there is a place for, reads those that have ended, and does not wait for the others. */
  readonly once: boolean;
  /** Whose jobs these are: they are made, waited for, and may be stopped. Others are read if they have ended. */
  readonly isMine: (job: JobEntry) => boolean;
  /** Whether jobs are to be stopped now, for what is left of them to go on line. */
  readonly wanted?: (jobs: readonly JobEntry[]) => boolean;
  /** Whether a job that cannot be made is given up, so that its calls are free. */
  readonly takesOver: (job: JobEntry) => boolean;
  /** Whether a job that the service does not know is given up: see `watch`. */
  readonly forgets?: boolean;
  readonly purse: (job: JobEntry) => Deposit | null;
  readonly report: (jobs: readonly JobEntry[]) => void;
}

interface Driven {
  /** The jobs that came to their end here. */
  readonly ended: readonly JobEntry[];
  /** The jobs that have yet to. */
  readonly open: readonly JobEntry[];
  /** Why jobs came to nothing, or cannot be gone on with. */
  readonly fault: ConnectorError | null;
}

/** Brings jobs of a ledger to their ends, whoever planned and made them. @throws ConnectorError of the ledger */
export const driveJobs = async (door: Door, drive: Drive): Promise<Driven> => {
  const { clock } = door;
  const course: Course = { ended: [], stuck: new Set(), fault: null };
  const began = clock.now();
  for (let round = 1; ; round++) {
    const done = await outliving(door, drive, () => goOn(door, drive, course, round));
    if (done) return { ...course, open: done };
    await clock.sleep(drive.once ? backoffMs(round, clock) : pauseMs(clock.now() - began), drive.stop);
  }
};

/** What has come of jobs so far. */
interface Course {
  readonly ended: JobEntry[];
  /** Those that only a change outside helps on. */
  readonly stuck: Set<string>;
  fault: ConnectorError | null;
}

/** Asks once for all jobs what is to be asked. The open ones, where there is nothing to wait for; else `null`. */
const goOn = async (
  door: Door,
  drive: Drive,
  course: Course,
  round: number,
): Promise<readonly JobEntry[] | null> => {
  const { ended, stuck } = course;
  await holding(door, () => giveUpDead(door));
  const all = await openJobs(door);
  const jobs = all.filter(drive.isMine);
  drive.report([...ended, ...jobs]);
  if (drive.stop.aborted) return jobs;
  if (round === 1) await readOthers(door, all, drive);
  const stopIt = jobs.length > 0 && (drive.wanted?.(jobs) ?? false);
  let places = await placesFor(door, jobs);
  let isSoon = false;
  for (const job of jobs) {
    if (drive.stop.aborted) break;
    const isPlanned = job.stage === "planned";
    if (!(isPlanned && stopIt) && (stuck.has(job.key) || (isPlanned && places <= 0))) continue;
    const { job: after, failure } = await step(door, job, drive, { jobs, stopIt, hasPlace: places > 0 });
    if (!isOpen(after)) {
      ended.push(after);
      if (after.stage === "refused" && !stopIt && !isGivenUp(after)) course.fault ??= endedBadly(after);
      continue;
    }
    if (failure?.is === "refused") {
      stuck.add(job.key);
      course.fault ??= new ConnectorError("batch_unusable", `${nameOf(job)}: ${failure.why}`);
    }
    if (failure) await tell(door, after, failure.why);
    const waits = isUnmade(job) && after.stage === "planned" && places <= 0;
    // One that the service has goes on by itself.
    isSoon ||= after.stage !== "submitted" && (failure?.isSoon ?? (after.stage !== job.stage && !waits));
    if (isUnmade(job) && (after.stage !== "planned" || failure?.isSoon === false)) places--;
  }
  const open = (await openJobs(door)).filter(drive.isMine);
  if (open.some(({ key }) => !stuck.has(key)) && !(drive.once && (!isSoon || round === mostRounds)))
    return null;
  drive.report([...ended, ...open]);
  return open;
};

/** Does something again while the ledger is away: nothing is at stake while jobs are waited for. */
const outliving = async <Result>(
  { clock }: Door,
  { once, stop }: Drive,
  use: () => Promise<Result>,
): Promise<Result> => {
  for (let until: number | undefined; ; await clock.sleep(5_000, stop))
    try {
      return await use();
    } catch (error) {
      const isAway = error instanceof ConnectorError && error.scope === "end";
      until ??= clock.now() + (once ? 0 : awayMs);
      if (!isAway || clock.now() >= until || stop.aborted) throw error;
    }
};

const awayMs = 10 * 60_000;

const openJobs = async (door: Door): Promise<JobEntry[]> =>
  (await holding(door, () => ownJobs(door))).filter(isOpen);

/** What is asked for a job at its stage. */
const step = async (
  door: Door,
  job: JobEntry,
  drive: Drive,
  { jobs, stopIt, hasPlace }: { jobs: readonly JobEntry[]; stopIt: boolean; hasPlace: boolean },
): Promise<Stepped> => {
  const { purse, forgets = false, takesOver } = drive;
  if (job.stage === "creating") return findOut(door, job);
  if (job.stage === "submitted") return watch(door, job, { stopIt, forgets, purse: purse(job) });
  if (!isUnmade(job)) return { job };
  if (stopIt) return giveUp(door, job, forgets ? "it was stopped before it was made" : noTime);
  const planned = job.stage === "planned" ? { job } : await closePlan(door, job);
  // How many calls are in it was not known before.
  const isWanted =
    planned.job !== job && drive.wanted?.(jobs.map((one) => (one === job ? planned.job : one)));
  if (isWanted && isUnmade(planned.job)) return giveUp(door, planned.job, noTime);
  if (planned.job.stage !== "planned" || !hasPlace) return planned;
  const made = await submit(door, planned.job);
  const isHopeless = made.job.stage === "planned" && made.failure?.is === "refused";
  return isHopeless && takesOver(job) ? giveUp(door, made.job, made.failure?.why ?? "") : made;
};

/** Whether a job is still to be made, and wants a place. */
export const isUnmade = ({ stage }: JobEntry): boolean =>
  stage === "collecting" || stage === "counting" || stage === "planned";

/** A job that was not made yet is not made any more. */
const giveUp = async (door: Door, job: JobEntry, message: string): Promise<Stepped> => {
  const given = await advance(door, job, { stage: "refused", report: { status: notMade, message } });
  return { job: given ?? (await latest(door, job)) };
};

const noTime = "there was no time for it";
const notMade = "Not made";
/** Whether a job was given up before it was made, so that its calls are free. */
export const isGivenUp = ({ report }: JobEntry): boolean => report?.status === notMade;

/** Jobs of other runs, whose faults are not this one's. */
const readOthers = async (door: Door, all: readonly JobEntry[], { isMine, stop }: Drive): Promise<void> => {
  for (const job of all)
    if (job.stage === "submitted" && !isMine(job) && !stop.aborted)
      await watch(door, job, { stopIt: false, forgets: false, purse: null });
};

/** How many of the planned jobs may be made now. */
const placesFor = async (door: Door, jobs: readonly JobEntry[]): Promise<number> => {
  if (!jobs.some(isUnmade)) return 0;
  const { limits } = await door.limits();
  // Jobs of other runs may have ended just now.
  const all = await openJobs(door);
  return limits.openJobs - all.filter(({ stage }) => stage === "submitted" || stage === "creating").length;
};

const endedBadly = ({ arn, report, ...job }: JobEntry): ConnectorError =>
  new ConnectorError(
    "batch_unusable",
    `${arn?.slice(arn.lastIndexOf("/") + 1) ?? nameOf(job)} is ${report?.status}: ${report?.message ?? ""}`.replace(
      /[:.]? ?$/,
      ".",
    ),
  );

/** Who does not wait comes back this often to what may go well the next time. */
const mostRounds = 8;
const backoffMs = (round: number, { random }: Pick<Clock, "random">): number =>
  Math.min(1000 * 2 ** (round - 1), 15_000) * (0.5 + random());

/** A short job is soon seen to have ended, and a long one is not asked for all the time. */
const pauseMs = (waitedMs: number): number => Math.min(30_000, Math.max(100, waitedMs / 20));
