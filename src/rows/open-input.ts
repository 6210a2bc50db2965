import { FileFailure, fileFailure } from "../core/file-failure.js";
import { type Reading, readFileRows } from "./read-file.js";
import { ndjsonRows } from "./read-ndjson.js";
import { untilQuiet } from "./until-quiet.js";
import { textChunks } from "./utf8.js";

/** Rows of a file or stdin, opened and with the first row already read, so that a bad file shows at once. */
export interface Input {
  rows: AsyncIterable<unknown>;
  /** The names of the first row's columns; without any row, those of a header. */
  columns: readonly string[];
  /** The share of the input handed over so far, 0 to 1; undefined when its size is not known. */
  fraction(): number | undefined;
  /** What ended the input before its end, if anything did: the rows read until then are still good. */
  failure(): FileFailure | undefined;
}

interface InputOptions {
  stdin: AsyncIterable<Buffer>;
  /** The length of stdin in bytes when it is a file; undefined for a pipe. */
  stdinSize: number | undefined;
  /** Once aborted, a pipe that stays silent is no longer waited for. */
  signal: AbortSignal;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
}

/**
 * Opens `path` by its ending; "-" or undefined is stdin, which is NDJSON. A line that is not JSON comes out as a row
 * of text. Throws a FileFailure when it cannot be read.
 */
export const openInput = async (path: string | undefined, options: InputOptions): Promise<Input> => {
  const { signal, warn } = options;
  const isStdin = path === undefined || path === "-";
  const reading = isStdin ? stdinRows(options) : await readFileRows(path, { badLines: "keep", signal, warn });
  const first = await reading.rows.next();
  let position = 0;
  let failure: FileFailure | undefined;
  async function* rows(): AsyncGenerator<unknown> {
    try {
      for (let step = first; !step.done; step = await reading.rows.next()) {
        position = step.value.end;
        yield step.value.value;
      }
    } catch (error) {
      failure = error instanceof FileFailure ? error : fileFailure("read", path ?? "stdin", error);
    } finally {
      await reading.rows.return(undefined);
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

function namesOf(row: unknown): readonly string[] {
  return typeof row === "object" && row !== null && !Array.isArray(row) ? Object.keys(row) : [];
}

function stdinRows({ stdin, stdinSize: size, signal, warn }: InputOptions): Reading {
  const open = () => textChunks(size === undefined ? untilQuiet(stdin, signal) : stdin, "stdin");
  const rows = ndjsonRows({ name: "stdin", open, badLines: "keep", warn, found: () => undefined });
  return { rows, size, header: () => [] };
}
