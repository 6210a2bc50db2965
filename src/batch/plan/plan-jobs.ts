import { ConnectorError } from "../../core/errors.js";
import type { InvokeRequest } from "../../core/invoke.js";
import { isInJob } from "../../run/ledger/entry.js";
import { isOpen } from "../../run/ledger/job.js";
import type { Deposit, Purse, Share } from "../../run/purse.js";
import { refusedByJob } from "../../run/record-and-reuse.js";
import { noJobs, unbatchable } from "../batchable.js";
import { type Door, holding, ownJobs } from "../door.js";
import { bytesOf } from "../job/input-files.js";
import type { KnownLimits } from "../limits.js";
import { createDraft, type Draft, isFree } from "./draft.js";
import { createKeySet, type KeySet } from "./key-set.js";
import { giveUpDead, type Leased, leasePlans } from "./plan-lease.js";
import { callOf } from "./row-call.js";
import { shareOf } from "./share.js";

/** What becomes of the rows of a run, as it was planned. Every row that is in none of this waits for another run. */
export interface Planned {
  /** Calls that are in new jobs. */
  records: number;
  /** Rows that are in jobs of before, and the keys of these. */
  waiting: number;
  readonly waitedFor: Set<string>;
  /** The new jobs, by their keys, and what is set aside for them. */
  readonly jobs: Map<string, Deposit>;
  /** What the new jobs are held to; `null` where no row was for one. */
  limits: KnownLimits | null;
  /** Calls that go on line, by their keys, and how many by why. */
  readonly line: KeySet;
  /** The bytes of their bodies. */
  lineBytes: number;
  readonly onLine: Map<string, number>;
  /** Calls that a ceiling keeps out of jobs, and why; `null` where none does. */
  keptOut: { readonly calls: number; readonly why: string } | null;
  /** Calls that somebody else had at that moment: what comes of them is not known yet. */
  missed: number;
}

/** How jobs are planned. */
interface Terms {
  readonly purse: Purse;
  readonly stop: AbortSignal;
  /** Whether rows go on line that no job has answered. */
  readonly takesOver: boolean;
  readonly deadline?: number | undefined;
  /** The host's run. */
  readonly run?: string | undefined;
}

export const createPlanned = (): Planned => ({
  ...{ records: 0, waiting: 0, waitedFor: new Set(), jobs: new Map(), limits: null },
  ...{ line: createKeySet(), lineBytes: 0, onLine: new Map(), keptOut: null, missed: 0 },
});

/**
 * Goes through rows once, and puts the calls that the ledger does not answer into jobs, in the ledger alone: nothing leaves the
 * machine. Adds to what was planned before. @throws ConnectorError of the ledger
 */
export const planJobs = (
  door: Door,
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  planned: Planned,
  terms: Terms,
): Promise<void> =>
  holding(door, async () => {
    Object.assign(planned, { waiting: 0, keptOut: null, missed: 0 } satisfies Partial<Planned>);
    await giveUpDead(door);
    const lease = leasePlans(door);
    const drafts = createDrafts(door, planned, { ...terms, lease });
    const free = await lookFor(door, planned, (key) => drafts.isAdding(key) || lease.has(key));
    try {
      for await (const row of rows) {
        if (terms.stop.aborted) break;
        const request = await free(row, terms.stop);
        if (request) await drafts.add(request);
      }
      await drafts.end();
    } finally {
      await drafts.leave();
      lease.end();
    }
  });

/** Looks what becomes of a row, and notes it, but where the row's call is free to be in a job: it is then told. */
const lookFor = async (door: Door, planned: Planned, isNew: (key: string) => boolean) => {
  const { plan, ledger } = door;
  const { connection } = plan;
  const none = noJobs(plan);
  // Their output may have been read in part only: what it refuses is not for another job yet.
  const openJobs = new Set((await ownJobs(door)).filter(isOpen).map(({ key }) => key));
  return async (row: unknown, stop: AbortSignal): Promise<InvokeRequest | null> => {
    const request = callOf(row, plan)?.request;
    if (!request || isNew(request.key) || planned.line.has(request.key)) return null;
    if (ledger.underway.has(request.key)) {
      planned.missed++;
      return null;
    }
    const entry = await ledger.find(request.key, stop);
    const job = entry?.job ?? "";
    if (isInJob(entry) || (entry?.state === "refused" && openJobs.has(job))) {
      if (isNew(job) || planned.jobs.has(job)) return null;
      planned.waiting++;
      planned.waitedFor.add(job);
      return null;
    }
    if (!isFree(entry, connection.onUnknown) || refusedByJob(entry)) return null;
    const why = none ?? unbatchable(request, connection.api);
    planned.limits ??= why === null ? await door.limits() : null;
    const isBarred = planned.limits?.isBarred === true && connection.delivery === "auto";
    if (why === null && !isBarred) return request;
    goesOnLine(planned, why ?? noPlaces, [request.key], request.bodyBytes);
    return null;
  };
};

const noPlaces = "the account's quota of open batch jobs is 0 for this model";

const goesOnLine = (planned: Planned, why: string, keys: readonly string[], bytes: number): void => {
  const { line, onLine } = planned;
  planned.lineBytes += bytes;
  for (const key of keys) if (line.add(key)) onLine.set(why, (onLine.get(why) ?? 0) + 1);
};

/** Puts calls into one job after the other, as far as the ceilings let them. */
const createDrafts = (door: Door, planned: Planned, terms: Terms & { readonly lease: Leased }) => {
  let draft: Draft | null = null;
  const end = async (): Promise<void> => {
    const done = draft;
    if (!done) return;
    const became = await done.close();
    draft = null;
    const { records } = done.size;
    planned.missed += done.missed() + (became === "lost" ? records : 0);
    if (became === "planned") {
      planned.records += records;
      planned.jobs.set(done.key, done.deposit);
    } else if (became === "too few" && records > 0) leaveFew(planned, done, terms.takesOver);
  };
  return {
    end,
    leave: async () => draft?.deposit.leave(),
    isAdding: (key: string) => draft?.isAdding(key) === true,
    async add(request: InvokeRequest): Promise<void> {
      const share = shareOf(door.plan, request);
      if (share instanceof ConnectorError) {
        // Its call says so, which does not leave the machine.
        planned.line.add(request.key);
        return;
      }
      const why = planned.keptOut?.why ?? (share && (await refusalOf(terms.purse, share)));
      if (why) {
        planned.keptOut = { calls: (planned.keptOut?.calls ?? 0) + 1, why };
        return;
      }
      planned.limits ??= await door.limits();
      const { recordsPerJob, bytesPerJob, leastRecords: least } = planned.limits.limits;
      const bytes = bytesOf(request);
      if (draft && (draft.size.records === recordsPerJob || draft.size.bytes + bytes > bytesPerJob))
        await end();
      draft ??= createDraft(door, { ...terms, least });
      await draft.add(request, share);
    },
  };
};

/** Calls that are too few for a job go on line; where a ceiling has made them few, they are kept out as well. */
const leaveFew = (planned: Planned, { keys, size }: Draft, takesOver: boolean): void => {
  const { keptOut, limits } = planned;
  const least = `which takes ${limits?.limits.leastRecords} at least`;
  if (!keptOut || takesOver) goesOnLine(planned, `too few for a job, ${least}`, keys, size.bytes);
  else
    planned.keptOut = {
      calls: keptOut.calls + size.records,
      why: `${keptOut.why} It leaves ${size.records} rows for a batch job, ${least}: raise it, or set delivery: auto.`,
    };
};

/** The ceiling that does not let a share be set aside, in words; `null` where it was. @throws ConnectorError */
const refusalOf = async (purse: Purse, share: Share): Promise<string | null> => {
  const refused = await purse.take(share);
  if (refused instanceof ConnectorError) throw refused;
  return refused?.reason ?? null;
};
