import { stringify } from "csv-stringify/sync";
import type { Encoder } from "./encoder.js";

/**
 * CSV or TSV. `_bedrock` becomes columns `_bedrock.status` and so on; other nested values are JSON text; null is
 * an empty cell. The header is the first row's columns.
 */
export const csvEncoder = (delimiter: "," | "\t"): Encoder => {
  let header: string[] | undefined;
  let strays: Cells[] = [];
  let lossyRows = 0;
  const lost = new Set<string>();

  const line = (cells: string[]): string =>
    // A carriage return or an outer space would not survive other readers unquoted.
    stringify([cells], { delimiter, quoted_match: /[\r\n]|^\s|\s$/ });
  const lineOf = (row: Cells, columns: string[]): string => {
    const outside = [...row.keys()].filter((name) => !columns.includes(name));
    if (outside.length > 0) lossyRows += 1;
    for (const name of outside) lost.add(name);
    return line(columns.map((name) => row.get(name) ?? ""));
  };
  const startWith = (rows: Cells[]): string => {
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    header = columns;
    return line(columns) + rows.map((row) => lineOf(row, columns)).join("");
  };

  return {
    row(data) {
      const row = flatten(data);
      if (header) return lineOf(row, header);
      // A row that was no object says nothing about the columns: it waits for one that does.
      strays.push(row);
      if (row.get("_bedrock.error.code") === "not_an_object") return "";
      const text = startWith(strays);
      strays = [];
      return text;
    },
    end(example) {
      if (header) return "";
      if (strays.length > 0) return startWith(strays);
      return example ? line([...flatten(example).keys()]) : "";
    },
    loss: () =>
      lossyRows === 0
        ? undefined
        : `${lossyRows} ${lossyRows === 1 ? "row has" : "rows have"} columns that the header lacks, left out of the file: ${[...lost].join(", ")}; an output that ends in .ndjson keeps them`,
  };
};

/** The text of a row's cells by their column. */
type Cells = Map<string, string>;

function flatten(data: Record<string, unknown>): Cells {
  const row: Cells = new Map();
  for (const [name, value] of Object.entries(data)) {
    if (name === "_bedrock") flattenTrace(value as Record<string, unknown>, row);
    else row.set(name, cell(value));
  }
  return row;
}

function flattenTrace(trace: Record<string, unknown>, row: Cells): void {
  for (const [name, value] of Object.entries(trace)) {
    if (name !== "error") row.set(`_bedrock.${name}`, cell(value));
  }
  // The same columns for good and bad rows, since the header is made of the first row.
  const error = (trace.error ?? {}) as Record<string, unknown>;
  for (const name of ["code", "message", "retryable"]) row.set(`_bedrock.error.${name}`, cell(error[name]));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
