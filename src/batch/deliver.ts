import { ConnectorError } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { readOptions, runRecords } from "../enrich/enrich-rows.js";
import { wasteOf } from "../enrich/plan-problems.js";
import type { Door as RunDoor, Session } from "../enrich/session.js";
import type { Summary } from "../enrich/summary.js";
import type { Entry } from "../run/ledger/entry.js";
import type { JobEntry } from "../run/ledger/job.js";
import { emitWarning } from "../run/ledger/shared-ledger.js";
import { nothing } from "../run/purse.js";
import { collectRows } from "./collect.js";
import { type TakeOver, takeOver } from "./deadline.js";
import type { DeliverOptions } from "./delivery.js";
import { type Door, type DoorParts, openDoor } from "./door.js";
import { driveJobs } from "./drive-jobs.js";
import { createKeySet } from "./key-set.js";
import { limitsInWords } from "./limits.js";
import { type Planned, planJobs } from "./plan-jobs.js";
import { readTwice } from "./read-twice.js";
import { type BatchProgress, openInWords, viewJob } from "./view.js";

/**
 * Rows in, outcomes out, as `runRecords` does it. Where the settings have rows delivered in batch jobs, these fill the ledger
 * first, and the run finds its answers there.
 */
export const deliverRecords = (
  session: Session | ConnectorError,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options: DeliverOptions | null | undefined,
  runId?: string,
  parts?: DoorParts,
): AsyncGenerator<Outcome, Summary> => {
  const door = session instanceof ConnectorError ? null : doorOf(session, options, parts);
  return session instanceof ConnectorError || !door
    ? runRecords(session, records, options, runId)
    : deliverByJobs(session, door, records, { options, runId, parts });
};

interface How {
  readonly options: DeliverOptions | null | undefined;
  /** The host's, whose rows come by many calls. */
  readonly runId: string | undefined;
  readonly parts: DoorParts | undefined;
}

/** Whether the rows of a host's call make no job by themselves. */
const areFew = async (door: Door, records: unknown): Promise<boolean> => {
  if (!Array.isArray(records)) return false;
  return records.length <= 1 || records.length < (await door.limits()).limits.leastRecords;
};

async function* deliverByJobs(
  session: Session,
  door: Door,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  { options, runId, parts }: How,
): AsyncGenerator<Outcome, Summary> {
  if (runId !== undefined && options?.detach && (await areFew(door, records))) {
    const collected = collectRows(session, door, runId, { deadlineMs: options.deadlineMs, parts });
    return yield* runRecords(session, records, options, runId, collected);
  }
  const rows = readTwice(records);
  const filled = await fill(session, door, rows.first, options, runId).catch((thrown: unknown) => {
    if (thrown instanceof ConnectorError) return thrown;
    throw thrown;
  });
  door.jobs.close();
  return filled instanceof ConnectorError
    ? yield* runRecords(filled, rows.second, options, runId)
    : yield* runRecords(session, rows.second, options, runId, filled);
}

/** The way by batch jobs; `null` where rows go on line. */
const doorOf = (
  session: Session,
  options: DeliverOptions | null | undefined,
  parts: DoorParts | undefined,
): Door | null => {
  if (session.plan.connection.delivery === "now") return null;
  if (readOptions(options).strict && wasteOf(session.plan)) return null;
  return openDoor(session, parts);
};

/** Has jobs answer what they can. */
const fill = async (
  session: Session,
  door: Door,
  rows: AsyncIterable<unknown>,
  options: DeliverOptions | null | undefined,
  runId: string | undefined,
): Promise<RunDoor> => {
  const { signal: stop = new AbortController().signal } = readOptions(options);
  const purse = session.purse(runId);
  const given = options?.deadlineMs;
  const deadline = given === undefined ? undefined : door.clock.date() + given;
  const planned = await planJobs(door, rows, { purse, stop, deadline });
  const report = reporter(options, planned);
  const isOnLine = session.plan.connection.delivery === "auto" || deadline !== undefined;
  const takesOver = ({ plan }: JobEntry): boolean => isOnLine || plan.deadline !== undefined;
  let isHurried = deadline !== undefined && deadline - door.clock.date() < flexMs;
  const { ended, open, fault } = await driveJobs(door, {
    stop,
    takesOver,
    once: options?.detach === true,
    isMine: ({ key }) => planned.jobs.has(key) || planned.waitedFor.has(key),
    wanted(jobs) {
      const at = deadline ?? Math.min(...jobs.map(({ plan }) => plan.deadline ?? Number.POSITIVE_INFINITY));
      const taken = takeOver(jobs, { at, pace: session.pace }, door.clock);
      if (taken) report("waiting", jobs, taken);
      isHurried ||= taken !== null;
      return taken !== null;
    },
    purse: ({ key }) => (planned.jobs.has(key) ? purse : null),
    report: (jobs) => report("waiting", jobs),
  });
  report(open.length > 0 ? "left" : "read", [...ended, ...open]);
  const unused = ended.find(({ stage, arn }) => stage === "refused" && arn === undefined)?.report?.message;
  if (isOnLine && !isHurried && unused !== undefined && !options?.onBatch) warnOnce(session, unused);
  for (const { key, stage } of ended) {
    const draft = stage === "refused" ? planned.jobs.get(key) : undefined;
    if (draft) await purse.settle(draft.share, nothing, draft.records);
  }
  const isTakenOver = isOnLine || ended.some(takesOver);
  return {
    purse,
    delivered: {
      takesOver: isTakenOver,
      isOurs: firstOf(ended),
      pending: () => (open.length > 0 ? openInWords(open) : undefined),
    },
    isHurried,
    ...(fault && !isTakenOver && { ended: fault }),
  };
};

/** Tells a host, which listens to no jobs, that rows were called in place of a job. */
const warnOnce = (session: Session, why: string): void => {
  if (warned.get(session) === why) return;
  warned.set(session, why);
  emitWarning(
    `Rows were called at the price of calls, since a batch job came to nothing: ${why}`,
    "BatchUnused",
  );
};

const warned = new WeakMap<Session, string>();

/** What a call by the flex tier may take, and another in its place. */
const flexMs = 30 * 60_000;

/** Whether an entry is of one of some jobs and was not asked for before. */
const firstOf = (jobs: readonly JobEntry[]): ((entry: Entry) => boolean) => {
  const keys = new Set(jobs.map(({ key }) => key));
  const seen = createKeySet();
  return ({ key, job }) => job !== undefined && keys.has(job) && seen.add(key);
};

/** Tells a listener what is new. Its faults are not the rows'. */
const reporter = (
  options: DeliverOptions | null | undefined,
  { records, waiting, onLine, limits }: Planned,
) => {
  let last = "";
  let first: TakeOver | undefined;
  return (phase: BatchProgress["phase"], jobs: readonly JobEntry[], taken?: TakeOver): void => {
    first ??= taken;
    const progress = {
      phase,
      jobs: jobs.map(viewJob),
      records,
      waiting,
      on_line: Object.fromEntries(onLine),
      ...(limits && { limits: limitsInWords(limits) }),
      ...(first && { take_over: first }),
    };
    const text = JSON.stringify(progress);
    if (text === last) return;
    last = text;
    try {
      options?.onBatch?.(progress);
    } catch {
      // As with `onProgress`.
    }
  };
};
