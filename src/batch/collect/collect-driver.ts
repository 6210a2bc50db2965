import type { ConnectorError } from "../../core/errors.js";
import type { Session } from "../../enrich/session.js";
import type { Entry } from "../../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../../run/ledger/job.js";
import { takeOver } from "../deadline.js";
import { type Door, type DoorParts, openDoor, ownJobs } from "../door.js";
import { driveJobs } from "../job/drive-jobs.js";
import { keptOut } from "../job/kept-out.js";
import { createKeySet, type KeySet } from "../plan/key-set.js";
import { warnOfCalls } from "../plan/tell-progress.js";

interface Terms {
  readonly hasDeadline: boolean;
  readonly parts: DoorParts | undefined;
}

/** A job that came to nothing: its calls, whether they go on line for it, and why it did. */
interface Lost {
  readonly calls: KeySet;
  readonly isCalled: boolean;
  readonly fault: ConnectorError | null;
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
  /** Why open jobs were not gone on with, the last time. */
  const faults = new Map<string, ConnectorError>();
  /** The calls of jobs that are gone on with. */
  const callsIn = new Map<string, KeySet>();
  const lost: Lost[] = [];

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

  const callsOf = async (job: string): Promise<KeySet> => {
    const known = callsIn.get(job);
    if (known) return known;
    const calls = createKeySet();
    for await (const { key } of door.ledger.callsOf(job)) calls.add(key);
    callsIn.set(job, calls);
    return calls;
  };

  const bringOn = async (job: JobEntry, stop: AbortSignal): Promise<void> => {
    const { key } = job;
    // Once it has come to nothing, they are no longer told to be of it.
    const calls = await callsOf(key);
    const own = openDoor(session, parts) ?? door;
    try {
      const { ended, fault } = await driveJobs(own, {
        ...{ stop, once: true, takesOver: isTakenOver },
        isMine: (one) => one.key === key,
        wanted: (mine) => {
          const at = Math.min(...mine.map(({ plan: { deadline } }) => deadline ?? Number.POSITIVE_INFINITY));
          return takeOver(mine, { at, pace: session.pace }, clock) !== null;
        },
        purse: () => null,
        report: () => undefined,
      });
      if (fault) faults.set(key, fault);
      else faults.delete(key);
      const isLost = ended.some((one) => one.key === key && one.stage === "refused");
      const isCalled = isLost && isTakenOver(job);
      if (isLost) lost.push({ calls, isCalled, fault });
      if (isCalled || !fault) warnOfCalls(session, ended);
    } finally {
      own.jobs.close();
    }
  };

  return {
    look,
    isTakenOver,
    /** The job that came to nothing in this run with a call in it. */
    lost: (call: string): Lost | undefined => lost.findLast(({ calls }) => calls.has(call)),
    /** Why an open job is not gone on with. */
    fault: (job: JobEntry): ConnectorError | null =>
      keptOut(job, plan.connection.ceilings) ?? faults.get(job.key) ?? null,
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
