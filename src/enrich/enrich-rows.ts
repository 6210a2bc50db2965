import { setMaxListeners } from "node:events";
import { ConnectorError } from "../core/errors.js";
import { isObject } from "../core/json.js";
import { failedTrace, type Outcome } from "../core/outcome.js";
import type { ModelEnding } from "../models/ending.js";
import type { Run } from "../run/run-state.js";
import { mostWrites } from "../tables/open-table.js";
import { enrich } from "./enrich.js";
import { wasteOf } from "./plan-problems.js";
import type { RunDoor, Session } from "./session.js";
import { createTally, type Progress, type Summary } from "./summary.js";
import { workAhead } from "./work-ahead.js";

/** Extensions of the host's contract, for hosts that have them. */
export interface RunOptions {
  /** Ends the run: calls in flight finish, the remaining rows come out as `not_sent`. */
  readonly signal?: AbortSignal;
  /** Called when a row is taken and when it has ended, with the counts so far; the object lives on. */
  readonly onProgress?: (progress: Readonly<Progress>) => void;
  /**
   * Sends nothing where every row would be the same request. For hosts whose users never saw a check, or did not heed
   * it.
   */
  readonly strict?: boolean;
}

/**
 * Rows in, outcomes out, in the order of the rows, with bounded read-ahead. Returns the summary.
 * A session that could not be opened gives every row the reason.
 */
export const runRecords = (
  session: Session | ConnectorError,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options: RunOptions | null | undefined,
  runId?: string,
  door?: RunDoor,
): AsyncGenerator<Outcome, Summary> => {
  if (session instanceof ConnectorError)
    return drive(records, (record) => unopened(record, session), options);
  const waste = readOptions(options).strict ? wasteOf(session.plan) : null;
  if (waste) return drive(records, (record) => unopened(record, waste), options);
  const { run, invoke, writeBack } = session.run(runId, door);
  const work = (record: unknown, stop: AbortSignal): Promise<Outcome> | Outcome => {
    const row = copyRow(record);
    const refused = writeBack?.refuse(row);
    if (refused) return refused;
    const outcome = enrich(row, session.plan, invoke, stop);
    return writeBack ? writeBack.keep(outcome) : outcome;
  };
  return drive(records, work, options, {
    run,
    ending: session.plan.ending,
    width: writeBack ? whileWriting(session) : readAhead(session),
    wantsRows: session.wantsRows,
  });
};

interface Driving {
  readonly run?: Run;
  readonly ending?: ModelEnding | null;
  /** The most rows that are taken up before the first of them has come out. */
  readonly width: number;
  /** Resolves when it is worth while to take up one more. */
  readonly wantsRows?: () => Promise<void> | undefined;
}

/** Puts every row through `work`, some of them ahead of the consumer, and counts what comes of it. */
export async function* drive<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  work: (row: Row, stop: AbortSignal) => Promise<Outcome> | Outcome,
  options: RunOptions | null | undefined,
  { run, ending, width, wantsRows }: Driving = { width: 1 },
): AsyncGenerator<Outcome, Summary> {
  const { signal, onProgress } = readOptions(options);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  // Every row that waits listens to it.
  setMaxListeners(0, stop.signal);
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  const tally = createTally(run, ending);
  const report = (): void => {
    try {
      onProgress?.(tally.progress);
    } catch {
      // A listener's fault is not the rows'.
    }
  };
  const workOn = async (row: Row): Promise<Outcome> => {
    tally.receive();
    report();
    const outcome = await work(row, stop.signal);
    run?.note(outcome);
    tally.settle(outcome);
    report();
    return outcome;
  };
  const turn = (): Promise<void> | undefined => (stop.signal.aborted ? undefined : wantsRows?.());
  const ahead = workAhead(rows, workOn, { width, turn });
  let hasLeft = true;
  try {
    for (let outcome = await ahead.next(); outcome; outcome = await ahead.next()) yield outcome;
    hasLeft = false;
    return tally.summary();
  } finally {
    ahead.leave();
    signal?.removeEventListener("abort", end);
    // Rows that were read ahead are not sent once the consumer has left.
    if (hasLeft) end();
  }
}

/** A copy that can be read again and again without surprise; a record that cannot be read is none. */
export const copyRow = (record: unknown): unknown => {
  try {
    return isObject(record) ? { ...record } : record;
  } catch {
    return null;
  }
};

/** The options that are what they should be. */
export const readOptions = (options: RunOptions | null | undefined): RunOptions => {
  try {
    const { signal, onProgress, strict } = options ?? {};
    return {
      ...(signal instanceof AbortSignal && { signal }),
      ...(typeof onProgress === "function" && { onProgress }),
      strict: strict === true,
    };
  } catch {
    return {};
  }
};

/** Enough rows that a few slow or throttled ones in front do not idle the rest; little enough to stay in memory. */
export const readAhead = ({ plan: { connection } }: Session): number =>
  Math.max(200, Math.min(10 * connection.maxConcurrency, 1000 + connection.maxConcurrency));

/** An answer that waits for its table holds back a call: no more is paid for than the table takes. */
const whileWriting = ({ plan }: Session): number => plan.connection.maxConcurrency + mostWrites;

const unopened = (record: unknown, error: ConnectorError): Outcome => ({
  record,
  columns: {},
  trace: failedTrace(error),
  payloads: { request: null, response: null },
  rejections: {},
});
