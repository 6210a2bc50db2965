import type { ConnectorError } from "../../core/errors.js";
import type { Session } from "../../enrich/session.js";
import type { Entry } from "../../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../../run/ledger/job.js";
import { takeOver } from "../deadline.js";
import { type Door, type DoorParts, openDoor, ownJobs } from "../door.js";
import { driveJobs } from "../job/drive-jobs.js";
import { keptOut } from "../job/kept-out.js";
import { createKeySet } from "../plan/key-set.js";
import { warnOfCalls } from "../plan/tell-progress.js";

interface Terms {
  readonly hasDeadline: boolean;
  readonly parts: DoorParts | undefined;
}

/**
 * What the rows of a host's run know together of the jobs that they wait in, and how these are gone on with: once for all rows that
 * come at the same time, and not again for a while.
 */
export const createDriver = (session: Session, door: Door, { hasDeadline, parts }: Terms) => {
  const { clock, plan } = door;
  const isOnLine = plan.connection.delivery === "auto" || hasDeadline;
  /** Whether what a job has not answered is called. */
  const isTakenOver = (job: JobEntry): boolean => isOnLine || job.plan.deadline !== undefined;
  let jobs: ReadonlyMap<string, JobEntry> = new Map();
  let seenAt = Number.NEGATIVE_INFINITY;
  const driven = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  /** Jobs that were open in this run, whose answers are then its own: others are read in passing. */
  const awaited = new Set<string>();
  const asked = createKeySet();
  let fault: ConnectorError | null = null;
  let takesOver = false;

  const look = async (): Promise<JobEntry[]> => {
    const all = await ownJobs(door);
    jobs = new Map(all.map((job) => [job.key, job]));
    for (const job of all) if (isOpen(job)) awaited.add(job.key);
    seenAt = clock.now();
    return all;
  };

  const goOn = async (job: JobEntry, stop: AbortSignal): Promise<void> => {
    if (keptOut(job, plan.connection.ceilings)) return;
    await bringOn(job, stop);
    await look();
  };

  const bringOn = async ({ key }: JobEntry, stop: AbortSignal): Promise<void> => {
    const own = openDoor(session, parts) ?? door;
    try {
      const driven = await driveJobs(own, {
        ...{ stop, once: true, takesOver: isTakenOver },
        isMine: (job) => job.key === key,
        wanted: (mine) => {
          const at = Math.min(...mine.map((job) => job.plan.deadline ?? Number.POSITIVE_INFINITY));
          return takeOver(mine, { at, pace: session.pace }, clock) !== null;
        },
        purse: () => null,
        report: () => undefined,
      });
      takesOver ||= driven.ended.some((one) => one.stage === "refused" && isTakenOver(one));
      if (!takesOver) fault ??= driven.fault;
      if (takesOver || !driven.fault) warnOfCalls(session, driven.ended);
    } finally {
      own.jobs.close();
    }
  };

  return {
    look,
    isTakenOver,
    /** Whether jobs have come to nothing in this run, so that its rows are called. */
    takesOver: () => takesOver,
    /** Why jobs have come to nothing, where rows are not called for it. */
    fault: (job: JobEntry): ConnectorError | null => keptOut(job, plan.connection.ceilings) ?? fault,
    isOurs: ({ key, job }: Entry): boolean => job !== undefined && awaited.has(job) && asked.add(key),
    async jobOf(key: string): Promise<JobEntry | undefined> {
      const known = jobs.get(key);
      if (!known || (isOpen(known) && clock.now() - seenAt >= freshMs)) await look();
      return jobs.get(key);
    },
    /** Goes on with a job, for all rows that come to it meanwhile. As it is then. */
    async drive(job: JobEntry, stop: AbortSignal): Promise<JobEntry> {
      let last = driven.get(job.key);
      if (!last || clock.now() - last.at >= againMs) {
        last = { at: clock.now(), done: goOn(job, stop) };
        driven.set(job.key, last);
        last.done.catch(() => driven.delete(job.key));
      }
      await last.done;
      return jobs.get(job.key) ?? job;
    },
  };
};

/** How old what is known of open jobs may be. */
const freshMs = 1_000;

/** How long a job is left alone after it was looked at. */
const againMs = 15_000;
