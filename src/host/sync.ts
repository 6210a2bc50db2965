import type { Pipeline } from "../generated/pipeline.js";
import type { SyncConfig } from "../index.js";
import type { Catalog, Connections } from "./connections.js";
import { type Extracted, extract } from "./extract.js";
import { load } from "./load.js";
import { compileMapping } from "./mapping.js";
import type { Fields } from "./secrets.js";
import { sourceRows } from "./source.js";
import type { RecordState, RowStatus, RunStatus } from "./state.js";
import type { Reasons, SyncUsage } from "./tally.js";
import { openWriteBack } from "./write-back.js";
import { writtenColumns } from "./written-columns.js";

/** What became of a run. `success + failed + pending` is `queued`. */
export interface Report extends Extracted, SyncUsage, Record<RowStatus, number> {
  readonly sync: string;
  readonly run: number;
  readonly status: RunStatus;
  readonly reasons: Reasons;
  readonly seconds: number;
}

export interface SyncOptions {
  /** Ends the run: calls in flight finish, rows that were not sent stay pending, and the next run sends them. */
  readonly signal?: AbortSignal;
  /** Called when rows have ended, with how many have and how many there are. */
  readonly onProgress?: (done: number, queued: number) => void;
  /** Takes one line about the source, such as a row with too few cells; never a row's content. */
  readonly onWarning?: (line: string) => void;
}

/**
 * One run of a pipeline: extract, map, load, report. Whatever can be checked is checked before a row is read.
 * @throws Error when the run cannot begin, or the source breaks; it is noted as failed.
 */
export const sync = async (
  pipeline: Pipeline,
  { connections, state }: { connections: Connections; state: RecordState },
  { signal, onProgress, onWarning = () => undefined }: SyncOptions = {},
): Promise<Report> => {
  const started = performance.now();
  const { name, destination, sync_mode = "incremental", load: how = {} } = pipeline;
  const quirks = new Set(pipeline.quirks);
  const mapping = compileMapping(pipeline.mapping, quirks);
  connections.save({
    name,
    connector_type: "destination",
    connector_name: destination.connector,
    configuration: destination.connection as Fields,
  });
  const { status: works, message } = await connections.check(name);
  if (works !== "succeeded")
    throw new Error(`${destination.connector}: ${message ?? "the connection does not work"}`);
  const catalog = await connections.discover(name);
  const stream = streamOf(catalog, destination.stream);
  const writeBack = await openWriteBack(pipeline);
  const run = state.start(name, sync_mode);
  try {
    const uncounted = await writtenColumns(pipeline);
    const rows = sourceRows(pipeline.source, { signal, warn: onWarning });
    const found = await extract(rows, pipeline, { state, run, quirks, uncounted, signal });
    const { connector, configuration } = connections.open(name);
    let done = 0;
    const loaded = await load(state, run, {
      connector,
      syncConfig: syncConfigOf(pipeline, { stream, run, configuration }),
      ...{ mapping, writeBack, quirks, signal },
      mode: how.mode ?? "individual",
      threads: how.threads ?? stream.request_rate_concurrency ?? catalog.request_rate_concurrency ?? 5,
      pageSize: how.page_size ?? 1000,
      batchSize: how.batch_size ?? 100,
      onRows: (count) => {
        done += count;
        onProgress?.(done, found.queued);
      },
    });
    const report: Report = {
      ...{ sync: name, run, status: signal?.aborted ? "canceled" : "success" },
      ...found,
      ...state.counts(run),
      ...loaded.usage,
      reasons: loaded.reasons,
      seconds: Math.round(performance.now() - started) / 1000,
    };
    state.end(run, report.status, report);
    return report;
  } catch (error) {
    state.end(run, "failed", null);
    throw error;
  } finally {
    await writeBack?.close();
  }
};

type Stream = Catalog["streams"][number];

const streamOf = ({ streams }: Catalog, wanted: string | undefined): Stream => {
  const found = wanted === undefined ? streams[0] : streams.find(({ name }) => name === wanted);
  if (found) return found;
  throw new Error(
    `the catalog has no stream ${wanted ?? "at all"}; it has ${streams.map(({ name }) => name)}`,
  );
};

/** The protocol's sync config. The source's connection string is not the destination's business. */
const syncConfigOf = (
  { name, source, destination, sync_mode = "incremental" }: Pipeline,
  { stream, run, configuration }: { stream: Stream; run: number; configuration: Fields },
): SyncConfig & { readonly sync_run_id: string } => ({
  source: { name: source.type, type: "source", connection_specification: {} },
  destination: { name: destination.connector, type: "destination", connection_specification: configuration },
  model: { name, query: source.table ?? "", query_type: "table_selector", primary_key: source.primary_key },
  stream,
  sync_mode,
  destination_sync_mode: "insert",
  sync_id: name,
  sync_run_id: String(run),
});
