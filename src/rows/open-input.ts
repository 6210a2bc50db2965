import { FileFailure, fileFailure } from "../core/file-failure.js";
import { isObject } from "../core/json.js";
import { type FileOptions, readFileRows, readRows } from "./read-file.js";
import type { Layout } from "./row.js";
import { untilQuiet } from "./until-quiet.js";

/** Rows of a file or stdin, opened and with the first row already read, so that a bad file shows at once. */
export interface Input {
  rows: AsyncIterable<unknown>;
  /** The names of the first row's columns; without any row, those of a header. */
  columns: readonly string[];
  /** What the file says of its columns, for an output that is to be like it. */
  layout: Layout;
  /** The share of the input handed over so far, 0 to 1; undefined when its size is not known. */
  fraction(): number | undefined;
  /** What ended the input before its end, if anything did: the rows read until then are still good. */
  failure(): FileFailure | undefined;
}

interface InputOptions extends Pick<FileOptions, "encoding" | "delimiter" | "warn"> {
  stdin: AsyncIterable<Buffer>;
  /** The length of stdin in bytes when it is a file; undefined for a pipe. */
  stdinSize: number | undefined;
  /** Once aborted, a pipe that stays silent is no longer waited for. */
  signal: AbortSignal;
}

/**
 * Opens `path` by its ending; "-" or undefined is stdin, which is NDJSON. A line that is no row comes out as a
 * BadLine. Throws a FileFailure when it cannot be read.
 */
export const openInput = async (path: string | undefined, options: InputOptions): Promise<Input> => {
  const reading =
    path === undefined || path === "-"
      ? await stdinRows(options)
      : await readFileRows(path, { ...options, badLines: "keep" });
  const first = await reading.rows.next();
  const { header } = reading.layout();
  let position = 0;
  let failure: FileFailure | undefined;
  async function* rows(): AsyncGenerator<unknown> {
    try {
      for (let step = first; !step.done; step = await reading.rows.next()) {
        position = step.value.end;
        yield step.value.value;
      }
      position = Number.POSITIVE_INFINITY;
    } catch (error) {
      failure = error instanceof FileFailure ? error : fileFailure("read", path ?? "stdin", error);
    } finally {
      await reading.rows.return(undefined);
    }
  }
  return {
    rows: rows(),
    columns: header.length > 0 || first.done ? header : namesOf(first.value.value),
    layout: reading.layout(),
    fraction: () => reading.shareAt(position),
    failure: () => failure,
  };
};

const namesOf = (row: unknown): readonly string[] => (isObject(row) ? Object.keys(row) : []);

const stdinRows = ({ stdin, stdinSize: size, signal, warn, encoding }: InputOptions) => {
  const stream = (): AsyncIterable<Buffer> => (size === undefined ? untilQuiet(stdin, signal) : stdin);
  const slice = () => Promise.reject(new FileFailure("stdin is read from its start to its end"));
  return readRows(
    "stdin",
    { size, stream, slice, close: async () => undefined },
    { badLines: "keep", encoding, signal, warn },
  );
};
