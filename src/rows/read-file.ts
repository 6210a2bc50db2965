import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { FileFailure, fileFailure } from "../core/file-failure.js";
import { type Format, formatOf } from "./format.js";
import { csvReader } from "./read-csv.js";
import { jsonRows } from "./read-json.js";
import { ndjsonRows } from "./read-ndjson.js";
import type { BadLines, ReadRows, Row } from "./row.js";
import { untilQuiet } from "./until-quiet.js";
import { textChunks } from "./utf8.js";

interface FileOptions {
  /** The format, for a file that does not tell it by its ending. */
  format?: Format;
  badLines: BadLines;
  /** Once aborted, a pipe that stays silent is no longer waited for. */
  signal?: AbortSignal | undefined;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
}

/** Rows that are read as they are asked for. */
export interface Reading {
  /** Throws a FileFailure where the input cannot be read or must not be. */
  rows: AsyncGenerator<Row>;
  /** The length of the input in bytes; undefined for a pipe. */
  size: number | undefined;
  /** The names of the header, once it has been read. */
  header(): readonly string[];
}

/** The rows of a file. Throws a FileFailure for a path that cannot be read. */
export const readFileRows = async (
  path: string,
  { format = formatOf(path), badLines, signal, warn }: FileOptions,
): Promise<Reading> => {
  const stats = await stat(path).catch((error: unknown) => {
    throw fileFailure("read", path, error);
  });
  if (stats.isDirectory()) throw new FileFailure(`cannot read ${path}: it is a folder`);
  const isPipe = !stats.isFile();
  if (isPipe && (format === "csv" || format === "tsv"))
    throw new FileFailure(
      `cannot read ${path}: ${format.toUpperCase()} is read twice, which a pipe cannot be`,
    );
  const bytes = () => createReadStream(path);
  const open = () => textChunks(isPipe && signal ? untilQuiet(bytes(), signal) : bytes(), path);
  let header: readonly string[] = [];
  const found = (names: readonly string[]): void => {
    header = names;
  };
  const rows = readers[format]({ name: path, open, badLines, warn, found });
  return { rows, size: isPipe ? undefined : stats.size, header: () => header };
};

const readers: Readonly<Record<Format, ReadRows>> = {
  csv: csvReader(","),
  tsv: csvReader("\t"),
  json: jsonRows,
  ndjson: ndjsonRows,
};
