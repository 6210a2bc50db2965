import { ConnectorError } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { readOptions, runRecords } from "../enrich/enrich-rows.js";
import { wasteOf } from "../enrich/plan-problems.js";
import type { RunDoor, Session } from "../enrich/session.js";
import type { Summary } from "../enrich/summary.js";
import { collectRows } from "./collect/collect.js";
import type { DeliverOptions } from "./delivery.js";
import { type Door, type DoorParts, openDoor } from "./door.js";
import { fill, flexMs } from "./plan/fill.js";
import { readAgain } from "./plan/read-again.js";

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
  if (session instanceof ConnectorError) return runRecords(session, records, options, runId);
  return door
    ? deliverByJobs(session, door, records, { options, runId, parts })
    : runRecords(session, records, options, runId, hurried(session, options, runId));
};

/** Keeps calls away from the flex tier where rows are wanted sooner than that may answer. */
const hurried = (
  session: Session,
  options: DeliverOptions | null | undefined,
  runId: string | undefined,
): RunDoor | undefined =>
  session.plan.isFlexible && (options?.deadlineMs ?? flexMs) < flexMs
    ? { purse: session.purse(runId), isHurried: true }
    : undefined;

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
  const mayWait = session.plan.connection.delivery === "batch" || options?.deadlineMs !== undefined;
  if (runId !== undefined && options?.detach && mayWait && (await areFew(door, records))) {
    const collected = collectRows(session, door, runId, { deadlineMs: options.deadlineMs, parts });
    return yield* runRecords(session, records, options, runId, collected);
  }
  const rows = readAgain(records);
  const filled = await fill(session, door, rows, options, runId).catch((thrown: unknown) => {
    if (thrown instanceof ConnectorError) return thrown;
    throw thrown;
  });
  door.jobs.close();
  return filled instanceof ConnectorError
    ? yield* runRecords(filled, rows(), options, runId)
    : yield* runRecords(session, rows(), options, runId, filled);
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
