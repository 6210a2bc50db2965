import { setMaxListeners } from "node:events";
import { pMapIterable } from "p-map";
import { enrich } from "./enrich.js";
import type { ConnectorError } from "./errors.js";
import { failedTrace, type Outcome } from "./outcome.js";
import type { Session } from "./session.js";
import { createTally, type Progress, type Summary } from "./summary.js";

/** Extensions of the host's contract, for hosts that have them. */
export interface RunOptions {
  /** Ends the run: calls in flight finish, the remaining rows come out as `not_sent`. */
  readonly signal?: AbortSignal;
  /** Called after every row with the counts so far; the object is reused. */
  readonly onProgress?: (progress: Readonly<Progress>) => void;
}

/**
 * Rows in, outcomes out, in the order of the rows, with bounded read-ahead. Returns the summary.
 * A session that could not be opened gives every row the reason.
 */
export async function* runRecords(
  session: Session | ConnectorError,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, onProgress }: RunOptions = {},
): AsyncGenerator<Outcome, Summary> {
  const tally = createTally();
  // Rows that were read ahead are not sent once the consumer has left.
  const left = new AbortController();
  const stop = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  // Every row that waits listens to it.
  setMaxListeners(0, stop);
  const run = async (record: unknown): Promise<Outcome> => {
    tally.receive();
    const outcome =
      "job" in session ? await enrich(record, session.job, session.invoke, stop) : unopened(record, session);
    tally.settle(outcome);
    onProgress?.(tally.progress);
    return outcome;
  };
  const concurrency = "job" in session ? readAhead(session.job.connection.maxConcurrency) : 1;
  const source = endAtError(records);
  try {
    yield* pMapIterable(source.records, run, { concurrency, backpressure: concurrency });
  } finally {
    left.abort();
  }
  // Only now, so that no row that was taken before is lost with its answer.
  if (source.failure()) throw source.failure();
  return tally.summary();
}

/** The records up to the first error of their source, and that error. */
const endAtError = (records: Iterable<unknown> | AsyncIterable<unknown>) => {
  let failure: unknown;
  return {
    failure: () => failure,
    records: (async function* () {
      try {
        yield* records;
      } catch (error) {
        failure = error;
      }
    })(),
  };
};

/** Enough rows that a few slow or throttled ones in front do not idle the rest; little enough to stay in memory. */
const readAhead = (maxConcurrency: number): number => Math.max(200, 10 * maxConcurrency);

const unopened = (record: unknown, error: ConnectorError): Outcome => ({
  record,
  columns: {},
  trace: failedTrace(error),
  payloads: { request: null, response: null },
});
