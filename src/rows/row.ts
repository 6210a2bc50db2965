/** One row and the byte of the input where it ends, from which the progress bar is drawn. */
export interface Row {
  value: unknown;
  end: number;
}

/** What the reader of a format is given of a file, or of what comes through stdin. */
export interface RowsInput {
  /** As messages name it: the path, or "stdin". */
  name: string;
  /** Its bytes from the start. It may be called twice only where the format says so. */
  open(): AsyncIterable<Buffer>;
  badLines: BadLines;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
  /** Takes the names in the header of a format that has one. */
  found(header: readonly string[]): void;
}

/**
 * What becomes of a line that should be JSON and is not: `keep` hands it over as a text, for who can pass a failed row
 * on, and `refuse` ends the reading there.
 */
export type BadLines = "keep" | "refuse";

/** Reads the rows of one format. Throws a FileFailure where the input cannot be read or must not be. */
export type ReadRows = (input: RowsInput) => AsyncGenerator<Row>;
