import { type BadLines, createBadLines } from "./bad-lines.js";
import { type ByteSource, openBytes } from "./byte-source.js";
import { openText } from "./decode.js";
import { type Format, inputKind } from "./format.js";
import { csvReader } from "./read-csv.js";
import { jsonRows } from "./read-json.js";
import { ndjsonRows } from "./read-ndjson.js";
import type { Dialect, Layout, Reading, ReadRows } from "./row.js";

/** How a file is read. */
export interface FileOptions {
  /** The format, for a file that does not tell it by its ending. */
  format?: Format | undefined;
  badLines: BadLines;
  /** A name of an encoding; without it UTF-8, unless the file's first bytes say another. */
  encoding?: string | undefined;
  /** What separates the cells of a table: one ASCII character. Without it, what the ending says or the file shows. */
  delimiter?: string | undefined;
  /** Once aborted, a pipe that stays silent is no longer waited for. */
  signal?: AbortSignal | undefined;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
}

/** The rows of a file or an object of S3. Throws a FileFailure for one that cannot be read. */
export const readFileRows = async (place: string, options: FileOptions): Promise<Reading> =>
  readRows(place, await openBytes(place, options.signal), {
    ...options,
    format: options.format ?? inputKind(place).format,
  });

/** The rows of some bytes, which messages call `name`. */
export const readRows = async (
  name: string,
  source: ByteSource,
  { format = "ndjson", badLines, encoding, delimiter, warn }: FileOptions,
): Promise<Reading> => {
  if (format === "parquet") return (await import("./read-parquet.js")).readParquet(name, source, warn);
  const text = await openText(source.stream(), { name, encoding, warn });
  let layout: Layout = { format, header: [] };
  const lines = createBadLines(name, badLines, warn);
  const found = (header: readonly string[], dialect: Dialect): void => {
    layout = { format, header, dialect };
  };
  const rows = readers[format]({ name, text, delimiter, bad: lines.take, warn, found });
  return {
    rows: (async function* () {
      yield* rows;
      lines.finish();
    })(),
    shareAt: (end) =>
      source.size === undefined || text.read.decoded === 0
        ? undefined
        : Math.min(1, (end / text.read.decoded) * (text.read.raw / source.size)),
    layout: () => layout,
  };
};

const readers: Readonly<Record<Exclude<Format, "parquet">, ReadRows>> = {
  csv: csvReader(","),
  tsv: csvReader("\t"),
  json: jsonRows,
  ndjson: ndjsonRows,
};
