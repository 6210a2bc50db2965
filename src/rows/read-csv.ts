import { pipeline, Readable } from "node:stream";
import { type Info, type Options, parse } from "csv-parse";
import { FileFailure } from "../core/file-failure.js";
import type { ReadRows, Row, RowsInput } from "./row.js";
import { refuseOtherThanUtf8 } from "./utf8.js";

/** The reader of CSV (",") or TSV ("\t"). */
export const csvReader =
  (delimiter: "," | "\t"): ReadRows =>
  (input) =>
    csvRows(input, delimiter);

/**
 * The records of a CSV or TSV file, keyed by its header. The input is opened twice: the text is checked to be UTF-8 to
 * its end before the first row is handed over, since a row once sent is paid for.
 */
async function* csvRows({ name, open, warn, found }: RowsInput, delimiter: "," | "\t"): AsyncGenerator<Row> {
  await refuseOtherThanUtf8(open(), name);
  const options: Options = {
    delimiter,
    bom: true,
    columns: (header: string[]) => {
      refuseHeader(header, name, delimiter);
      found(header);
      return header;
    },
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
  // The loop below throws what the pipeline reports.
  const parser = pipeline(Readable.from(open()), parse(options), () => undefined);
  let uneven = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const cells = Object.values(record);
      if (cells.length === 1 && cells[0]?.trim() === "") continue;
      if (info.error && uneven++ === 0)
        warn(`${name}, line ${info.lines}: more or fewer cells than the header`);
      yield { value: record, end: info.bytes };
    }
  } catch (error) {
    throw csvFailure(error, name);
  }
  if (uneven > 1) warn(`${name}: ${uneven - 1} more rows have more or fewer cells than the header`);
}

interface Parsed {
  record: Record<string, string>;
  info: Info & { error?: Error | null };
}

function refuseHeader(header: readonly string[], name: string, delimiter: string): void {
  const empty = header.findIndex((title) => title.trim() === "");
  if (empty !== -1) throw new FileFailure(`${name}: column ${empty + 1} of the header has no name`);
  const twice = header.find((title, index) => header.indexOf(title) !== index);
  if (twice !== undefined)
    throw new FileFailure(`${name}: the header has ${JSON.stringify(twice)} twice; rename one`);
  if (header.length === 1 && /[;\t|]/.test(header[0] ?? "")) {
    const expected = delimiter === "," ? "commas" : "tabs";
    throw new FileFailure(`${name}: the header is one column; separate its names by ${expected}`);
  }
}

/** A parser's message can quote a cell; its code and line cannot. */
function csvFailure(error: unknown, name: string): unknown {
  const { code, lines } = error as { code?: string; lines?: number };
  if (code === undefined || !code.startsWith("CSV_")) return error;
  const what = code.slice("CSV_".length).replaceAll("_", " ").toLowerCase();
  return new FileFailure(`${name}, line ${lines}: ${what}`);
}
