import { ConnectorError } from "../core/errors.js";
import type { InvokeRequest } from "../core/invoke.js";
import { copyRow } from "../enrich/enrich-rows.js";
import { placeless } from "../enrich/place.js";
import { renderRequest } from "../enrich/request.js";
import { isInJob } from "../run/ledger/entry.js";
import { isOpen } from "../run/ledger/job.js";
import type { Deposit, Purse, Share } from "../run/purse.js";
import { refusedByJob } from "../run/record-and-reuse.js";
import { noJobs, unbatchable } from "./batchable.js";
import { createCrowd } from "./crowd.js";
import { type Door, holding, ownJobs } from "./door.js";
import { addCall, beginDraft, closeDraft, type Draft, dropDraft, giveUpDead } from "./draft.js";
import { lineOf } from "./input-files.js";
import { createKeySet, type KeySet } from "./key-set.js";
import type { KnownLimits } from "./limits.js";
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
}

export const createPlanned = (): Planned => ({
  ...{ records: 0, waiting: 0, waitedFor: new Set(), jobs: new Map(), limits: null },
  ...{ line: createKeySet(), onLine: new Map(), keptOut: null, missed: 0 },
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
    const drafts = createDrafts(door, planned, terms);
    const free = await lookFor(door, planned, drafts.isAdding);
    try {
      for await (const row of rows) {
        if (terms.stop.aborted) break;
        const request = await free(row, terms.stop);
        if (request) await drafts.add(request);
      }
      await drafts.end();
    } finally {
      drafts.drop();
    }
  });

/** Looks what becomes of a row, and notes it, but where the row's call is free to be in a job: it is then told. */
const lookFor = async (door: Door, planned: Planned, isAdding: (key: string) => boolean) => {
  const { plan, ledger } = door;
  const { connection } = plan;
  const none = noJobs(plan);
  // Their output may have been read in part only: what it refuses is not for another job yet.
  const openJobs = new Set((await ownJobs(door)).filter(isOpen).map(({ key }) => key));
  return async (row: unknown, stop: AbortSignal): Promise<InvokeRequest | null> => {
    const record = copyRow(row);
    const request = placeless(record, plan) ?? renderRequest(record, plan);
    if (request instanceof ConnectorError || request === "blank" || isAdding(request.key)) return null;
    if (planned.line.has(request.key)) return null;
    if (ledger.underway.has(request.key)) {
      planned.missed++;
      return null;
    }
    const entry = await ledger.find(request.key, stop);
    const job = entry?.job ?? "";
    if (isInJob(entry) || (entry?.state === "refused" && openJobs.has(job))) {
      if (planned.jobs.has(job)) return null;
      planned.waiting++;
      planned.waitedFor.add(job);
      return null;
    }
    if (entry !== null && entry.state !== "refused")
      if (entry.state === "received" || connection.onUnknown !== "retry") return null;
    const why = none ?? unbatchable(request, connection.api);
    if (why === null) return refusedByJob(entry) ? null : request;
    goesOnLine(planned, why, [request.key]);
    return null;
  };
};

const goesOnLine = ({ line, onLine }: Planned, why: string, keys: readonly string[]): void => {
  for (const key of keys) if (line.add(key)) onLine.set(why, (onLine.get(why) ?? 0) + 1);
};

/** A call that is to be in a job, and what is set aside for it. */
interface Free {
  readonly request: InvokeRequest;
  readonly share: Share | null;
}

/**
 * Puts calls into one job after the other, as far as the ceilings let them. A job is begun when there are enough of them, so that
 * those that are too few leave nothing in the ledger.
 */
const createDrafts = (door: Door, planned: Planned, { purse, deadline, takesOver }: Terms) => {
  const writing = createCrowd(addedAtOnce);
  /** The keys of calls that are to be in the next job, or are just being written. */
  const adding = new Set<string>();
  let first: Free[] = [];
  let draft: Draft | null = null;

  const write = async ({ request, share }: Free, to: Draft): Promise<void> => {
    to.records++;
    to.bytes += bytesOf(request);
    if (!(await addCall(door, request, to, share))) planned.missed++;
    adding.delete(request.key);
  };
  const begin = async (deposit: Deposit): Promise<Draft> => {
    const begun = await beginDraft(door, deposit, deadline);
    planned.jobs.set(begun.entry.key, deposit);
    for (const free of first) await writing.join(write(free, begun));
    return begun;
  };
  const depositOf = (frees: readonly Free[]): Deposit => {
    const deposit = createDeposit(purse);
    for (const { share } of frees) if (share) deposit.add(share);
    return deposit;
  };
  /** Ends the job that gets no more calls. */
  const end = async (): Promise<void> => {
    await writing.ended();
    const [done, few] = [draft, first];
    [draft, first] = [null, []];
    if (few.length === 0) return;
    const became = done ? await closeDraft(door, done) : "too few";
    if (became === "planned") planned.records += done?.records ?? 0;
    else if (done) planned.jobs.delete(done.entry.key);
    else await depositOf(few).giveBack();
    if (became === "lost") planned.missed += done?.records ?? 0;
    if (became === "too few") leaveFew(planned, few, done?.records ?? few.length, takesOver);
  };
  return {
    end,
    drop: () => draft && dropDraft(draft),
    isAdding: (key: string) => adding.has(key),
    async add(request: InvokeRequest): Promise<void> {
      const share = shareOf(door.plan, request);
      if (share instanceof ConnectorError) {
        // Its call says so, which does not leave the machine.
        planned.line.add(request.key);
        return;
      }
      const why = planned.keptOut?.why ?? (share && (await refusalOf(purse, share)));
      if (why) {
        planned.keptOut = { calls: (planned.keptOut?.calls ?? 0) + 1, why };
        return;
      }
      planned.limits ??= await door.limits();
      const { recordsPerJob, bytesPerJob, leastRecords } = planned.limits.limits;
      if (draft && (draft.records === recordsPerJob || draft.bytes + bytesOf(request) > bytesPerJob))
        await end();
      adding.add(request.key);
      const free = { request, share };
    },
  };
};

/** The ceiling that does not let a share be set aside, in words; `null` where it was. @throws ConnectorError */
const refusalOf = async (purse: Purse, share: Share): Promise<string | null> => {
  const refused = await purse.take(share);
  if (refused instanceof ConnectorError) throw refused;
  return refused?.reason ?? null;
};

const addedAtOnce = 500;
