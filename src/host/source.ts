import type { Pipeline } from "../generated/pipeline.js";
import { postgresRows } from "./postgres-rows.js";
import { csvRows, ndjsonRows } from "./source-file.js";

/** A row of a source; of a file it may be any JSON value. */
export type SourceRow = unknown;

/** The rows of a pipeline's source, read as they are asked for. */
export const sourceRows = (source: Pipeline["source"]): AsyncIterable<SourceRow> => {
  if (source.type === "postgres") return postgresRows(source);
  const { path = "" } = source;
  return source.type === "csv" ? csvRows(path) : ndjsonRows(path);
};
