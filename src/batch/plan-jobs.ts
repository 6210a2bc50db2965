import { ConnectorError } from "../core/errors.js";
import { type InvokeRequest, unsent } from "../core/invoke.js";
import { copyRow } from "../enrich/enrich-rows.js";
import { placeless } from "../enrich/place.js";
import { renderRequest } from "../enrich/request.js";
import { isInJob } from "../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { addShares, nothing, type Purse } from "../run/purse.js";
import { refusedByJob } from "../run/record-and-reuse.js";
import { noJobs, unbatchable } from "./batchable.js";
import { after, type Door, holding, ownJobs } from "./door.js";
import { cutFiles, lineOf } from "./input-files.js";
import type { KnownLimits } from "./limits.js";
import { newJob } from "./new-job.js";
import { giveUpDead, type Leased, leasePlans } from "./plan-lease.js";
import { shareOf } from "./share.js";

/** What became of rows when jobs were planned of them. */
export interface Planned {
  /** Rows that went through, and calls that are in new jobs. */
  rows: number;
  records: number;
  /** Rows that are in jobs of before, and the keys of these. */
  waiting: number;
  readonly waitedFor: Set<string>;
  /** Rows that go on line, by why. */
  readonly onLine: Map<string, number>;
  /** The keys of new jobs, and what is set aside for them. */
  readonly jobs: Map<string, Draft>;
  /** What the new jobs are held to; `null` where no row was for one. */
  limits: KnownLimits | null;
}

/** A job while calls are added to it. */
interface Draft {
  readonly entry: JobEntry;
  records: number;
  bytes: number;
  share: typeof nothing;
}

/**
 * Goes through rows once, and puts the calls that the ledger does not answer into jobs, in the ledger alone: nothing leaves the
 * machine. Rows that no job takes are left for the run to call. @throws ConnectorError of the ledger
 */
export const planJobs = (
  door: Door,
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  terms: { purse: Purse; stop: AbortSignal; deadline?: number | undefined },
): Promise<Planned> => holding(door, () => addRows(door, rows, terms));

const addRows = async (
  door: Door,
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  { purse, stop, deadline }: { purse: Purse; stop: AbortSignal; deadline?: number | undefined },
): Promise<Planned> => {
  const { plan, ledger } = door;
  const { connection } = plan;
  const none = noJobs(plan);
  const planned: Planned = {
    ...{ rows: 0, records: 0, waiting: 0, limits: null },
    ...{ onLine: new Map(), jobs: new Map(), waitedFor: new Set<string>() },
  };
  let draft: Draft | null = null;
  let isFull = false;
  await giveUpDead(door);
  // Their output may have been read in part only: what it refuses is not for another job yet.
  const openJobs = new Set((await ownJobs(door)).filter(isOpen).map(({ key }) => key));
  const writing = createCrowd(addedAtOnce);
  const plans = leasePlans(door);
  const finish = async (): Promise<void> => {
    if (!draft) return;
    await writing.ended();
    const done = draft;
    draft = null;
    const { limits } = await door.limits();
    if (done.records < limits.leastRecords) {
      await ledger.appendJob(after(done.entry, door.clock, { stage: "abandoned" }));
      if (done.records > 0) note(planned.onLine, tooFew(limits.leastRecords), done.records);
      await purse.settle(done.share, nothing, done.records);
      return;
    }
    const whole = after(done.entry, door.clock, {
      stage: "planned",
      plan: { ...done.entry.plan, files: await cutFiles(door, done.entry) },
    });
    // Another process may have given it up meanwhile; its calls are then free.
    if (!(await ledger.appendJob(whole))) return;
    planned.records += done.records;
    planned.jobs.set(done.entry.key, done);
    door.at("planned");
  };
  try {
    for await (const row of rows) {
      if (stop.aborted) break;
      planned.rows++;
      const record = copyRow(row);
      const request = placeless(record, plan) ?? renderRequest(record, plan);
      if (request instanceof ConnectorError || request === "blank") continue;
      if (ledger.underway.has(request.key)) continue;
      const entry = await ledger.find(request.key, stop);
      const isWaiting = isInJob(entry) || (entry?.state === "refused" && openJobs.has(entry.job ?? ""));
      if (isWaiting && !plans.has(entry.job ?? "")) {
        planned.waiting++;
        planned.waitedFor.add(entry.job ?? "");
      }
      const mayGo = entry === null || entry.state === "refused";
      if (isWaiting || (!mayGo && (entry.state === "received" || connection.onUnknown !== "retry"))) continue;
      const why = none ?? unbatchable(request, connection.api);
      if (why !== null) note(planned.onLine, why, 1);
      // Rows behind a ceiling may be in jobs of before all the same.
      if (why !== null || isFull) continue;
      if (refusedByJob(entry)) continue;
      const bytes = Buffer.byteLength(lineOf(request));
      planned.limits ??= await door.limits();
      const { recordsPerJob, bytesPerJob } = planned.limits.limits;
      if (draft && (draft.records === recordsPerJob || draft.bytes + bytes > bytesPerJob)) await finish();
      const share = shareOf(plan, request);
      if (share instanceof ConnectorError) continue;
      if (share && (await purse.take(share)) !== null) {
        isFull = true;
        continue;
      }
      draft ??= await begin(door, deadline, plans);
      draft.records++;
      draft.bytes += bytes;
      draft.share = addShares(draft.share, share ?? nothing);
      await writing.join(add(door, request, draft, purse));
    }
    await finish();
    return planned;
  } finally {
    plans.end();
  }
};

const addedAtOnce = 500;

/** Work that goes on beside the rows, of so many of them at most. Its first failure ends both. */
const createCrowd = (most: number) => {
  let [earlier, latest]: [Promise<void>[], Promise<void>[]] = [[], []];
  let failure: unknown;
  const ended = async (): Promise<void> => {
    await Promise.all([...earlier, ...latest]);
    if (failure !== undefined) throw failure;
  };
  return {
    ended,
    /** Resolves when there is room for more. To ask each of them who is done would take longer than all of the rest. */
    async join(work: Promise<void>): Promise<void> {
      latest.push(
        work.catch((error: unknown) => {
          failure ??= error;
        }),
      );
      if (failure !== undefined) await ended();
      if (latest.length < most / 2) return;
      await Promise.all(earlier);
      [earlier, latest] = [latest, []];
    },
  };
};

const begin = async (door: Door, deadline: number | undefined, plans: Leased): Promise<Draft> => {
  const entry = newJob(door, "planning", { deadline });
  plans.add(entry.key);
  await door.ledger.appendJob(entry);
  door.at("planning");
  return { entry, records: 0, bytes: 0, share: nothing };
};

/** Writes that a call is in a job. One that is called meanwhile stays out of it. */
const add = async (door: Door, request: InvokeRequest, draft: Draft, purse: Purse): Promise<void> => {
  const { ledger, clock } = door;
  const { key, modelId: model, routeKey: target, body } = request;
  const job = draft.entry.key;
  const write = ledger.append({ state: "intent", key, at: clock.date(), job, model, target, body });
  ledger.underway.set(
    key,
    write.then(
      () => unsent(new ConnectorError("batch_pending")),
      (error: ConnectorError) => unsent(error),
    ),
  );
  try {
    await write;
  } catch (error) {
    if ((error as ConnectorError).code !== "claimed_elsewhere") throw error;
    draft.records--;
    const share = shareOf(door.plan, request);
    if (share && !(share instanceof ConnectorError)) await purse.settle(share, nothing);
  } finally {
    ledger.underway.delete(key);
  }
};

const tooFew = (least: number): string => `too few for a job, which takes ${least} at least`;

const note = (counts: Map<string, number>, why: string, rows: number): void => {
  counts.set(why, (counts.get(why) ?? 0) + rows);
};
