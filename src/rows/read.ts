import { createReadStream, fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { cannotRun, Failure, fileFailure, wrongUsage } from "../cli/failure.js";
import { csvRows } from "./csv.js";
import { jsonRows } from "./json.js";
import { textChunks, untilQuiet } from "./lines.js";
import { ndjsonRows } from "./ndjson.js";

/** One row and the byte of the input where it ends, from which the progress bar is drawn. */
export interface Row {
  value: unknown;
  end: number;
}

/** Rows of a file or stdin, opened and with the first row already read, so that a bad file shows at once. */
export interface Source {
  rows: AsyncIterable<unknown>;
  /** The names of the first row's columns; without any row, those of a header. */
  columns: readonly string[];
  /** The share of the input handed over so far, 0 to 1; undefined when its size is not known. */
  fraction(): number | undefined;
  /** What ended the input before its end, if anything did: the rows read until then are still good. */
  failure(): Failure | undefined;
}

export interface InputOptions {
  stdin: AsyncIterable<Buffer>;
  /** The length of stdin in bytes when it is a file; undefined for a pipe. */
  stdinSize: number | undefined;
  /** Once aborted, a pipe that stays silent is no longer waited for. */
  signal: AbortSignal;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
}

/** Opens `path` ("-" or undefined is stdin) by its ending. Throws a Failure when it cannot be read. */
export const openInput = async (path: string | undefined, options: InputOptions): Promise<Source> => {
  const reading = path === undefined || path === "-" ? fromStdin(options) : await fromFile(path, options);
  const iterator = reading.rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  let position = 0;
  let failure: Failure | undefined;
  async function* rows(): AsyncGenerator<unknown> {
    try {
      for (let step = first; !step.done; step = await iterator.next()) {
        position = step.value.end;
        yield step.value.value;
      }
    } catch (error) {
      failure = error instanceof Failure ? error : fileFailure("read", path ?? "stdin", error);
    } finally {
      await iterator.return?.();
    }
  }
  const { size } = reading;
  return {
    rows: rows(),
    columns: first.done ? reading.header() : namesOf(first.value.value),
    fraction: () => (size ? Math.min(1, position / size) : undefined),
    failure: () => failure,
  };
};

/** Exit 2 with a hint instead of waiting for somebody to type rows. */
export const refuseTerminal = (path: string | undefined, stdin: { isTTY?: boolean }): void => {
  if (path === undefined && stdin.isTTY) {
    throw wrongUsage("no input: give --input FILE, or pipe rows in, one JSON object a line");
  }
};

/** The length of stdin in bytes when it was redirected from a file. */
export const sizeOfStdin = (): number | undefined => {
  const stats = fstatSync(0);
  return stats.isFile() ? stats.size : undefined;
};

function namesOf(row: unknown): readonly string[] {
  return typeof row === "object" && row !== null && !Array.isArray(row) ? Object.keys(row) : [];
}

interface Reading {
  rows: AsyncIterable<Row>;
  size: number | undefined;
  header(): readonly string[];
}

const noHeader = (): readonly string[] => [];

function fromStdin({ stdin, stdinSize: size, signal, warn }: InputOptions): Reading {
  const chunks = size === undefined ? untilQuiet(stdin, signal) : stdin;
  return { rows: ndjsonRows(textChunks(chunks, "stdin"), "stdin", warn), size, header: noHeader };
}

async function fromFile(path: string, { signal, warn }: InputOptions): Promise<Reading> {
  const stats = await stat(path).catch((error: unknown) => {
    throw fileFailure("read", path, error);
  });
  if (stats.isDirectory()) throw cannotRun(`cannot read ${path}: it is a folder`);
  const bytes = () => createReadStream(path);
  const chunks = () => textChunks(stats.isFile() ? bytes() : untilQuiet(bytes(), signal), path);
  const ending = extname(path).toLowerCase();
  const { size } = stats;
  if (ending === ".json") {
    return { rows: jsonRows(chunks(), path, { size, warn }), size, header: noHeader };
  }
  if (ending === ".csv" || ending === ".tsv") {
    let header: readonly string[] = [];
    const found = (columns: string[]): void => {
      header = columns;
    };
    const delimiter = ending === ".csv" ? "," : "\t";
    return { rows: csvRows(chunks, path, { delimiter, warn, found }), size, header: () => header };
  }
  return { rows: ndjsonRows(chunks(), path, warn), size, header: noHeader };
}
