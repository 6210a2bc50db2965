import { ConnectorError } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { readOptions, runRecords } from "../enrich/enrich-rows.js";
import { wasteOf } from "../enrich/plan-problems.js";
import type { Door as RunDoor, Session } from "../enrich/session.js";
import type { Summary } from "../enrich/summary.js";
import type { Entry } from "../run/ledger/entry.js";
import type { JobEntry } from "../run/ledger/job.js";
import { type TakeOver, takeOver } from "./deadline.js";
import type { DeliverOptions } from "./delivery.js";
import { type Door, type DoorParts, holding, openDoor, ownJobs } from "./door.js";
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
    : deliverByJobs(session, door, records, options, runId);
};

async function* deliverByJobs(
  session: Session,
  door: Door,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options: DeliverOptions | null | undefined,
  runId: string | undefined,
): AsyncGenerator<Outcome, Summary> {
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
  const { ended, open, fault } = await driveJobs(door, {
    stop,
    once: options?.detach === true,
    wanted(jobs) {
      const at = deadline ?? Math.min(...jobs.map(({ plan }) => plan.deadline ?? Number.POSITIVE_INFINITY));
      const taken = takeOver(jobs, { at, pace: session.pace }, door.clock);
      if (taken) report("waiting", jobs, taken);
      return taken !== null;
    },
    purse: ({ key }) => planned.jobs.get(key)?.aside ?? null,
    report: (jobs) => report("waiting", jobs),
  });
  report(open.length > 0 ? "left" : "read", [...ended, ...open]);
  await giveBack(door, planned);
  const hasDeadline = deadline !== undefined || ended.some(({ plan }) => plan.deadline !== undefined);
  const takesOver = session.plan.connection.delivery === "auto" || hasDeadline;
  return {
    purse,
    delivered: {
      takesOver,
      isOurs: firstOf(ended),
      pending: () => (open.length > 0 ? openInWords(open) : undefined),
    },
    ...(fault && !takesOver && { ended: fault }),
  };
};

/**
 * What is still set aside for the jobs of a run comes back where nothing was sent, and is spent where a job goes on, or another
 * run has read it. Either way no row waits for it.
 */
const giveBack = async (door: Door, { jobs }: Planned): Promise<void> => {
  if (jobs.size === 0) return;
  for (const { key, stage } of await holding(door, () => ownJobs(door)))
    await jobs.get(key)?.aside.end(stage !== "refused");
};

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
