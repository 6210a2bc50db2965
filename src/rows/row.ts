import type { BadLine } from "../core/bad-line.js";
import type { Text } from "./decode.js";
import type { Format } from "./format.js";
import type { ParquetType } from "./parquet-types.js";

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

/** Rows that are read as they are asked for. */
export interface Reading {
  /** Throws a FileFailure where the input cannot be read or must not be. */
  rows: AsyncGenerator<Row>;
  /** The share of the input before a row's end, 0 to 1; undefined when its size is not known. */
  shareAt(end: number): number | undefined;
  /** What is known of the columns before the first row. */
  layout(): Layout;
}

/** What a file says of its columns, beside its rows. */
export interface Layout {
  readonly format: Format;
  /** The names of a header, in its order; empty for a format that has none. */
  readonly header: readonly string[];
  /** How a table's text is laid out. */
  readonly dialect?: Dialect | undefined;
  /** The types of Parquet's columns. */
  readonly types?: Columns | undefined;
}

/** The types of a Parquet file's columns by their names; a column of lists, structs and the like has none. */
export type Columns = ReadonlyMap<string, ParquetType>;

/** What the reader of a format of text is given of a file, or of what comes through stdin. */
export interface RowsInput {
  /** As messages name it: the path, or "stdin". */
  name: string;
  text: Text;
  /** What separates the cells of a table, where its user says it. */
  delimiter: string | undefined;
  /** What becomes of a line that is no row; `isValue` where it can be read, and is none all the same. */
  bad(text: string, line: number, fault: string, isValue?: boolean): BadLine;
  /** Takes one line about the input; never a row's content. */
  warn(line: string): void;
  /** Takes the names in the header of a format that has one, and how it is laid out. */
  found(header: readonly string[], dialect: Dialect): void;
}

/** Reads the rows of one format. Throws a FileFailure where the input cannot be read or must not be. */
export type ReadRows = (input: RowsInput) => AsyncGenerator<Row>;
