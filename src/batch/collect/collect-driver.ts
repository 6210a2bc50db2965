import { ConnectorError } from "../../core/errors.js";
import type { Session } from "../../enrich/session.js";
import { isBounded } from "../../run/budget.js";
import type { Entry } from "../../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../../run/ledger/job.js";
import { nothing, type Purse, type Share } from "../../run/purse.js";
import { takeOver } from "../deadline.js";
import { type Door, type DoorParts, openDoor, ownJobs } from "../door.js";
import { driveJobs, isUnmade } from "../job/drive-jobs.js";
import { worstOf } from "../output/take-lines.js";
import { createKeySet } from "../plan/key-set.js";
import { warnOfCalls } from "../plan/tell-progress.js";

interface Terms {
  /** The run, and what it has left under its ceilings. */
  readonly run: string;
  readonly purse: Purse;
  readonly hasDeadline: boolean;
  readonly parts: DoorParts | undefined;
}

/**
 * What the rows of a host's run know together of the jobs that they wait in, and how these are gone on with: once for all rows that
 * come at the same time, and not again for a while.
 */
export const createDriver = (session: Session, door: Door, { run, purse, hasDeadline, parts }: Terms) => {
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
  /** Why jobs of other runs are not made in this one. */
  const kept = new Map<string, ConnectorError>();

  const look = async (): Promise<JobEntry[]> => {
    const all = await ownJobs(door);
    jobs = new Map(all.map((job) => [job.key, job]));
    for (const job of all) if (isOpen(job)) awaited.add(job.key);
    seenAt = clock.now();
    return all;
  };

  const goOn = async (job: JobEntry, stop: AbortSignal): Promise<void> => {
    const isOfOther = job.plan.run !== run && isUnmade(job);
    const share = isOfOther ? await takeShare(door, job, purse) : null;
    if (share instanceof ConnectorError) {
      kept.set(job.key, share);
      return;
    }
    kept.delete(job.key);
    try {
      await bringOn(job, stop);
      await look();
    } finally {
      const { stage } = jobs.get(job.key) ?? job;
      const isMade = stage === "creating" || stage === "submitted" || stage === "settled";
      if (share) await purse.settle(share, isMade ? share : nothing);
    }
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
    fault: ({ key }: JobEntry): ConnectorError | null => kept.get(key) ?? fault,
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

/**
 * Sets aside in a run what a job of another one may take, which it makes: as if it had the rows in it sent. `null` for a run without
 * ceilings; why it may not, where one does not let it.
 */
const takeShare = async (
  { ledger, plan }: Door,
  job: JobEntry,
  purse: Purse,
): Promise<Share | ConnectorError | null> => {
  if (!isBounded(plan.connection.ceilings)) return null;
  let sum = nothing;
  for await (const call of ledger.callsOf(job.key)) {
    const { rows, tokens, usd } = worstOf({ plan }, call) ?? nothing;
    sum = { rows: sum.rows + rows, tokens: sum.tokens + tokens, usd: sum.usd + usd };
  }
  const refused = await purse.take(sum);
  if (refused === null || refused instanceof ConnectorError) return refused ?? sum;
  return new ConnectorError(
    "budget_reached",
    `${refused.reason} So the job of ${sum.rows} rows is not made.`,
  );
};

/** How old what is known of open jobs may be. */
const freshMs = 1_000;

/** How long a job is left alone after it was looked at. */
const againMs = 15_000;
