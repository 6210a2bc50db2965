import { cellText } from "./cell-text.js";
import type { Encode } from "./encoder.js";
import type { Dialect } from "./row.js";

/** How the cells of an output's table are written. */
interface CellStyle extends Dialect {
  /** Puts an apostrophe before a text that a spreadsheet would take for a formula. */
  readonly escapeFormulas: boolean;
}

/** CSV or TSV: null is an empty cell, nested values are JSON text. */
export const csvEncoder = ({ delimiter, lineEnd, bom, escapeFormulas }: CellStyle): Encode => {
  // A blank inside or a line end of another kind would not survive every reader unquoted.
  const needsQuotes = new RegExp(`["\\r\\n]|^\\s|\\s$|${delimiter.replace(/[^\w\s]/, "\\$&")}`);
  const cellOf = (value: unknown): string => {
    const text = escapeFormulas ? withoutFormula(cellText(value)) : cellText(value);
    return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lineOf = (values: readonly unknown[]): string => {
    const line = values.map(cellOf).join(delimiter);
    // An empty line would be skipped by whoever reads it.
    return (line === "" && values.length === 1 ? '""' : line) + lineEnd;
  };
  return async function* ({ names, rows }) {
    if (names.length > 0) yield (bom ? "\uFEFF" : "") + lineOf(names);
    for await (const row of rows)
      yield lineOf(names.map((name) => (Object.hasOwn(row, name) ? row[name] : null)));
  };
};

/** What spreadsheets run: a text that begins as a formula does, and is no number. */
const withoutFormula = (text: string): string =>
  /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) &&
  !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
    ? `'${text}`
    : text;
