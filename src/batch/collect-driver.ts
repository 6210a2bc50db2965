import type { ConnectorError } from "../core/errors.js";
import type { Session } from "../enrich/session.js";
import type { Entry } from "../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { takeOver } from "./deadline.js";
import { type Door, type DoorParts, openDoor, ownJobs } from "./door.js";
import { driveJobs } from "./drive-jobs.js";
import { createKeySet } from "./key-set.js";

/**
 * What the rows of a host's run know together of the jobs that they wait in, and how these are gone on with: once for all rows that
 * come at the same time, and not again for a while.
 */
export const createDriver = (
  session: Session,
  door: Door,
  hasDeadline: boolean,
  parts: DoorParts | undefined,
) => {
  const { clock, plan } = door;
  const isOnLine = plan.connection.delivery === "auto" || hasDeadline;
  /** Whether what a job has not answered is called. */
  const isTakenOver = (job: JobEntry): boolean => isOnLine || job.plan.deadline !== undefined;
  let jobs: ReadonlyMap<string, JobEntry> = new Map();
  let seenAt = Number.NEGATIVE_INFINITY;
  const driven = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  const ended = new Set<string>();
  const asked = createKeySet();
  let fault: ConnectorError | null = null;
  let takesOver = false;

  const look = async (): Promise<JobEntry[]> => {
    const all = await ownJobs(door);
    jobs = new Map(all.map((job) => [job.key, job]));
    seenAt = clock.now();
    return all;
  };

  const goOn = async ({ key }: JobEntry, stop: AbortSignal): Promise<void> => {
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
      for (const job of driven.ended) {
        if (job.stage !== "abandoned") ended.add(job.key);
        takesOver ||= job.stage === "refused" && isTakenOver(job);
      }
      if (!takesOver) fault ??= driven.fault;
    } finally {
      own.jobs.close();
    }
    await look();
  };

  return {
    look,
    isTakenOver,
    /** Whether jobs have come to nothing in this run, so that its rows are called. */
    takesOver: () => takesOver,
    /** Why jobs have come to nothing, where rows are not called for it. */
    fault: () => fault,
    isOurs: ({ key, job }: Entry): boolean => job !== undefined && ended.has(job) && asked.add(key),
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
