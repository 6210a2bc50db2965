import { randomBytes } from "node:crypto";
import { ConnectorError } from "../core/errors.js";
import { type InvokeRequest, unsent } from "../core/invoke.js";
import { copyRow } from "../enrich/enrich-rows.js";
import { placeless } from "../enrich/place.js";
import { renderRequest } from "../enrich/request.js";
import { isBounded, worstCase } from "../run/budget.js";
import { isInJob } from "../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { nothing, type Purse } from "../run/purse.js";
import { refusedByJob } from "../run/record-and-reuse.js";
import { noJobs, unbatchable } from "./batchable.js";
import { after, type Door, holding, ownJobs } from "./door.js";
import { cutFiles, lineOf } from "./input-files.js";
import type { KnownLimits } from "./limits.js";
import { createSetAside, type SetAside } from "./set-aside.js";

/** What became of rows when jobs were planned of them. */
export interface Planned {
  /** Rows that went through, and calls that are in new jobs. */
  rows: number;
  records: number;
  /** Rows that are in a job of before. */
  waiting: number;
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
  readonly aside: SetAside;
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
    ...{ onLine: new Map(), jobs: new Map() },
  };
  const keys = new Set<string>();
  let draft: Draft | null = null;
  let isFull = false;
  await giveUpDead(door);
  // Their output may have been read in part only: what it refuses is not for another job yet.
  const openJobs = new Set((await ownJobs(door)).filter(isOpen).map(({ key }) => key));
  const writing = createCrowd(addedAtOnce);
  const finish = async (): Promise<void> => {
    if (!draft) return;
    await writing.ended();
    const done = draft;
    draft = null;
    const { limits } = await door.limits();
    if (done.records < limits.leastRecords) {
      await ledger.appendJob(after(done.entry, door.clock, { stage: "abandoned" }));
      if (done.records > 0) note(planned.onLine, tooFew(limits.leastRecords), done.records);
      await done.aside.end(false);
      return;
    }
    const whole = after(done.entry, door.clock, {
      stage: "planned",
      plan: { ...done.entry.plan, files: await cutFiles(door, done.entry) },
    });
    // Another process may have given it up meanwhile; its calls are then free.
    if (!(await ledger.appendJob(whole))) return done.aside.end(false);
    planned.records += done.records;
    planned.jobs.set(done.entry.key, done);
    door.at("planned");
  };
  try {
    for await (const row of rows) {
      if (stop.aborted || isFull) break;
      planned.rows++;
      const record = copyRow(row);
      const request = placeless(record, plan) ?? renderRequest(record, plan);
      if (request instanceof ConnectorError || request === "blank") continue;
      const why = none ?? unbatchable(request, connection.api);
      if (why !== null) {
        note(planned.onLine, why, 1);
        continue;
      }
      if (ledger.underway.has(request.key)) continue;
      const entry = await ledger.find(request.key, stop);
      const isWaiting = isInJob(entry) || (entry?.state === "refused" && openJobs.has(entry.job ?? ""));
      if (isWaiting && !keys.has(entry.job ?? "")) planned.waiting++;
      const mayGo = entry === null || entry.state === "refused";
      if (isWaiting || (!mayGo && (entry.state === "received" || connection.onUnknown !== "retry"))) continue;
      if (refusedByJob(entry) || ledger.underway.has(request.key)) continue;
      const bytes = Buffer.byteLength(lineOf(request));
      planned.limits ??= await door.limits();
      const { recordsPerJob, bytesPerJob } = planned.limits.limits;
      if (draft && (draft.records === recordsPerJob || draft.bytes + bytes > bytesPerJob)) await finish();
      const share = isBounded(door.ceilings) ? worstCase(request, door.ceilings) : null;
      if (share instanceof ConnectorError) continue;
      if (share && (await purse.take(share)) !== null) {
        isFull = true;
        continue;
      }
      draft ??= await begin(door, { deadline, keys, purse });
      if (share) draft.aside.add(share);
      draft.records++;
      draft.bytes += bytes;
      await writing.join(add(door, request, draft));
    }
    await finish();
    return planned;
  } finally {
    for (const key of keys) underway.delete(key);
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

const begin = async (
  door: Door,
  { deadline, keys, purse }: { deadline: number | undefined; keys: Set<string>; purse: Purse },
): Promise<Draft> => {
  const { plan, place, clock, ledger } = door;
  const key = randomBytes(16).toString("hex");
  const entry: JobEntry = {
    ...{ state: "job", key, at: clock.date(), version: 1, stage: "planning" },
    plan: {
      model: plan.connection.modelId,
      target: plan.routeKey,
      api: plan.connection.api,
      input: `${place.input}${key}/`,
      output: `${place.output}${key}/`,
      files: [],
      ...(deadline !== undefined && { deadline }),
    },
  };
  keys.add(key);
  underway.add(key);
  await ledger.appendJob(entry);
  door.at("planning");
  return { entry, records: 0, bytes: 0, aside: createSetAside(purse) };
};

/** Writes that a call is in a job. One that is called meanwhile stays out of it. */
const add = async (door: Door, request: InvokeRequest, draft: Draft): Promise<void> => {
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
    const share = isBounded(door.ceilings) ? worstCase(request, door.ceilings) : null;
    if (share && !(share instanceof ConnectorError)) await draft.aside.settle(share, nothing);
  } finally {
    ledger.underway.delete(key);
  }
};

/**
 * Gives up plans that a process left behind: who holds a file knows that no other process is at them; elsewhere they are given
 * time.
 */
export const giveUpDead = async (door: Door): Promise<void> => {
  for (const job of await ownJobs(door))
    if (job.stage === "planning" && !underway.has(job.key))
      await door.ledger.appendJob(after(job, door.clock, { stage: "abandoned" }), deadAfterMs);
};

/** The jobs that this process is planning. */
const underway = new Set<string>();

/** A planner writes its calls one after the other. */
const deadAfterMs = 120_000;

const tooFew = (least: number): string => `too few for a job, which takes ${least} at least`;

const note = (counts: Map<string, number>, why: string, rows: number): void => {
  counts.set(why, (counts.get(why) ?? 0) + rows);
};
