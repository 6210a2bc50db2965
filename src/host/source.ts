import type { Pipeline } from "../generated/pipeline.js";
import { csvRows, ndjsonRows } from "./source-file.js";
import { postgresRows } from "./source-postgres.js";

/** A row of a source; of a file it may be any JSON value. */
export type SourceRow = unknown;

/** The rows of a pipeline's source, read as they are asked for. */
export const sourceRows = (pipeline: Pipeline): AsyncIterable<SourceRow> => {
  const { source } = pipeline;
  if (source.type === "postgres") return postgresRows(source, writtenBack(pipeline));
  const { path = "" } = source;
  return source.type === "csv" ? csvRows(path) : ndjsonRows(path);
};

/**
 * The columns that the sync itself writes into the table that it reads. They are left out of the rows: else every
 * row that was enriched would have changed, and would be sent again by the next run.
 */
const writtenBack = ({ source, write_back }: Pipeline): ReadonlySet<string> => {
  const elsewhere =
    write_back?.connection_string && write_back.connection_string !== source.connection_string;
  if (!write_back || elsewhere || write_back.table !== source.table) return new Set();
  return new Set(Object.keys(write_back.columns));
};
