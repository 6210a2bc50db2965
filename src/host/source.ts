import type { Pipeline } from "../generated/pipeline.js";

/** How a source is listened to while it is read. */
interface SourceReading {
  /** Once aborted, a file that is a silent pipe is no longer waited for. */
  readonly signal: AbortSignal | undefined;
  /** Takes one line about the source; never a row's content. */
  warn(line: string): void;
}

/**
 * The rows of a pipeline's source, read as they are asked for; of a file a row may be any JSON value. @throws Error
 * with a sentence that quotes no row.
 */
export const sourceRows = (source: Pipeline["source"], reading: SourceReading): AsyncIterable<unknown> =>
  source.type === "postgres" ? tableRows(source) : fileRows(source, source.type, reading);

async function* tableRows({
  connection_string,
  table = "",
  columns,
}: Pipeline["source"]): AsyncGenerator<unknown> {
  const { readTable } = await import("../tables/read-table.js");
  yield* readTable(connection_string, table, columns);
}

async function* fileRows(
  { path = "", delimiter, encoding }: Pipeline["source"],
  format: Exclude<Pipeline["source"]["type"], "postgres">,
  reading: SourceReading,
): AsyncGenerator<unknown> {
  const { readFileRows } = await import("../rows/read-file.js");
  // A row without a primary key has no place in the state, so a broken line would be lost.
  const { rows } = await readFileRows(path, { format, delimiter, encoding, badLines: "refuse", ...reading });
  for await (const { value } of rows) yield value;
}
