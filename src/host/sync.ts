import { resolve } from "node:path";
import type { Pipeline } from "../generated/pipeline.js";
import type { SyncConfig } from "../index.js";
import { checkSourceColumns, outputSchemaOf } from "./check-columns.js";
import type { Catalog, Connections } from "./connections.js";
import { type Extracted, extract } from "./extract.js";
import { load } from "./load.js";
import { compileMapping } from "./mapping.js";
import { failUnplaced } from "./place-rows.js";
import type { Fields } from "./secrets.js";
import { sourceRows } from "./source.js";
import type { RecordState, RowStatus, RunStatus } from "./state.js";
import { createSyncTally, fail, type Reasons, type SyncTally, type SyncUsage } from "./tally.js";
import { openWriteBack, type WriteBack } from "./write-back.js";
import { identifyTables, type Tables, writtenColumns } from "./written-columns.js";

/** What became of a run. `success + failed + pending` is `queued`. */
export interface Report extends Extracted, SyncUsage, Record<RowStatus, number> {
  readonly sync: string;
  readonly run: number;
  readonly status: RunStatus;
  readonly reasons: Reasons;
  /** What is to be said of rows that are a success, such as texts that were written without their NUL. */
  readonly remarks: Reasons;
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
  const tables = await identifyTables(pipeline);
  const columns = pipeline.source.columns ?? tables.source?.columns ?? null;
  if (columns) checkSourceColumns(pipeline, columns);
  const writeBack = await openWriteBack(pipeline, outputSchemaOf(stream.json_schema), columns);
  const { scope, isOther } = state.openScope(name, madeFor(pipeline, tables));
  if (isOther)
    onWarning(`${name} has another source, key or target than before, so all of its rows count as new`);
  const run = state.start(name, sync_mode);
  try {
    const rows = sourceRows(pipeline.source, { signal, warn: onWarning });
    const uncounted = writtenColumns(pipeline, tables);
    const found = await extract(rows, pipeline, { state, run, scope, quirks, uncounted, signal });
    if (!signal?.aborted) state.readWhole(name, run);
    const tally = createSyncTally();
    await checkQueued(pipeline, found, { state, run, writeBack, tally });
    const { connector, configuration } = connections.open(name);
    let done = state.counts(run).failed;
    const broken = await load(state, run, {
      connector,
      syncConfig: syncConfigOf(pipeline, { stream, run, configuration }),
      ...{ mapping, writeBack, quirks, signal, tally },
      mode: how.mode ?? "individual",
      threads: how.threads ?? stream.request_rate_concurrency ?? catalog.request_rate_concurrency ?? 5,
      pageSize: how.page_size ?? 1000,
      batchSize: how.batch_size ?? 100,
      onRows: (count) => {
        done += count;
        onProgress?.(done, found.queued);
      },
    });
    const counts = state.counts(run);
    if (broken !== null && counts.pending > 0)
      tally.blame("run_broken", `${stopped}: ${broken}`, counts.pending);
    // What waits for a batch job is where it should be.
    const waiting = tally.reasons.batch_pending?.count ?? 0;
    const worked = broken === null && (counts.success + waiting > 0 || found.queued + found.unusable === 0);
    const report: Report = {
      ...{ sync: name, run, status: signal?.aborted ? "canceled" : worked ? "success" : "failed" },
      ...found,
      ...counts,
      ...tally.usage,
      ...{ reasons: tally.reasons, remarks: tally.remarks },
      seconds: Math.round(performance.now() - started) / 1000,
    };
    state.end(run, report.status, report);
    return report;
  } catch (error) {
    state.end(run, "failed", null);
    throw error;
  } finally {
    await writeBack?.table.close();
  }
};

const stopped =
  "the run was ended, since rows could not be written back for the same reason, one after the other";

/** Where the rows come from, what names them and where they go: what a row's state is about. */
const madeFor = ({ source, destination, write_back }: Pipeline, tables: Tables): unknown[] => [
  ...[source.type, tables.source?.place ?? resolve(source.path ?? ""), source.primary_key],
  ...[destination.connector, destination.stream ?? null],
  ...[tables.target?.place ?? null, write_back?.key ?? source.primary_key],
];

/** What can be told of the queued rows before one of them is sent. @throws Error when none of them can be loaded. */
const checkQueued = async (
  pipeline: Pipeline,
  { extracted, queued, unchanged, unusable }: Extracted,
  {
    state,
    run,
    writeBack,
    tally,
  }: { state: RecordState; run: number; writeBack: WriteBack | null; tally: SyncTally },
): Promise<void> => {
  const { source } = pipeline;
  if (unusable > 0 && unusable === extracted)
    throw new Error(`no row has a value in ${source.primary_key}, which source.primary_key names`);
  const [first] = state.pending(run, 0, 1);
  if (!first) return;
  // Every row of such a file has all of its columns.
  if (source.type === "csv" || source.type === "tsv" || source.type === "parquet") {
    const columns = Object.keys(first.record);
    checkSourceColumns(pipeline, columns);
    writeBack?.checkFields(columns);
  }
  if (!writeBack) return;
  const unplaced = await failUnplaced(state, run, writeBack, (message) =>
    fail(tally, "write_back_failed", message),
  );
  if (unplaced === queued && unchanged === 0)
    throw new Error(
      `write_back: none of ${queued} rows can be written: ${tally.reasons.write_back_failed?.message}`,
    );
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
