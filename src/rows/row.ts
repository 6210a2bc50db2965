import type { BadLine } from "../core/bad-line.js";
import type { Text } from "./decode.js";

/** One row, or a line that is none, and the byte of the input's text where it ends. */
export interface Row {
  value: unknown;
  end: number;
}

/** How a table's text is laid out, so that it can be written the same way. */
export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly lineEnd: string;
  /** Whether a byte order mark stands in front. */
  readonly bom: boolean;
}

/** What the reader of a format of text is given of a file, or of what comes through stdin. */
export interface RowsInput {
  /** As messages name it: the path, or "stdin". */
  name: string;
  text: Text;
  /** What separates the cells of a table, where its user says it. */
  delimiter: string | undefined;
  /** What becomes of a line that is no row. */
  bad(text: string, line: number, fault: string): BadLine;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
  /** Takes the names in the header of a format that has one, and how it is laid out. */
  found(header: readonly string[], dialect: Dialect): void;
}

/** Reads the rows of one format. Throws a FileFailure where the input cannot be read or must not be. */
export type ReadRows = (input: RowsInput) => AsyncGenerator<Row>;
