import { isUtf8 } from "node:buffer";
import { FileFailure } from "../core/file-failure.js";
import { textOf } from "./decode.js";
import { delimiterName, guessDelimiter, looksDivided, namedDelimiter } from "./guess-delimiter.js";
import type { ReadRows, Row, RowsInput } from "./row.js";
import { type RawRecord, splitCells, splitRecords } from "./split-records.js";

/** The reader of CSV (",") or TSV ("\t"), whose delimiter the file itself or its user may say otherwise. */
export const csvReader =
  (expected: "," | "\t"): ReadRows =>
  (input) =>
    csvRows(input, expected);

/** The records of a table, keyed by its header. A record that does not fit the header comes out as a bad line. */
async function* csvRows(input: RowsInput, expected: string): AsyncGenerator<Row> {
  const { name, text, bad, found } = input;
  const { delimiter, chunks, linesBefore } = await layoutOf(input, expected);
  let header: readonly string[] | undefined;
  for await (const record of splitRecords(chunks, delimiter)) {
    const line = record.line + linesBefore;
    const raw = textOf(record.bytes);
    if (raw === "" || (header?.length !== 1 && /^ *$/.test(raw))) continue;
    const cells = record.open ? undefined : splitCells(raw, delimiter);
    if (header === undefined) {
      header = headerOf(record, cells, input);
      found(header, { delimiter, lineEnd: record.lineEnd || "\n", bom: text.bom });
      continue;
    }
    const fault = faultOf(record, cells, { header, encoding: text.encoding });
    const value =
      fault === undefined && cells ? objectOf(header, cells) : bad(raw, line, fault ?? "it is no record");
    yield { value, end: record.end };
  }
  if (header === undefined && text.read.decoded > 0) input.warn(`${name} holds nothing but blank lines`);
}

const faultOf = (
  { bytes, open }: RawRecord,
  cells: readonly string[] | undefined,
  { header, encoding }: { header: readonly string[]; encoding: string },
): string | undefined => {
  if (!isUtf8(bytes)) return notText(encoding);
  if (open) return "a quote in it is never closed";
  if (cells === undefined) {
    const lines = bytes.filter((byte) => byte === lineFeed).length + 1;
    const over = lines > 1 ? ` in a record of ${lines} lines: perhaps one is not closed` : "";
    return `text stands behind a closing quote${over}; a quote inside a quoted cell is written ""`;
  }
  if (cells.length !== header.length)
    return `it has ${cells.length === 1 ? "1 cell" : `${cells.length} cells`}, and the header has ${header.length}`;
  const isHeader = header.length > 1 && withoutMarks(cells).every((cell, index) => cell === header[index]);
  return isHeader ? "it is the header again, as where two files were joined" : undefined;
};

const lineFeed = 10;

/** Cells of a line that a byte order mark stands in front of, where tables were joined. */
const withoutMarks = ([first = "", ...rest]: readonly string[]): string[] => [
  first.replace(/^\uFEFF+/, ""),
  ...rest,
];

/** What is wrong with bytes that are not of their encoding. */
export const notText = (encoding: string): string =>
  encoding === "UTF-8"
    ? "it is not UTF-8; if the file is of another encoding, say which, as in --encoding windows-1252"
    : `it is not ${encoding}`;

/** Defined, not assigned: a column may be called `__proto__`. */
const objectOf = (header: readonly string[], cells: readonly string[]): Record<string, string> =>
  Object.fromEntries(header.map((title, index) => [title, cells[index] as string]));

const headerOf = (
  record: RawRecord,
  raw: readonly string[] | undefined,
  input: RowsInput,
): readonly string[] => {
  const { name, text, delimiter } = input;
  if (record.bytes.includes(0))
    throw new FileFailure(
      `${name}: the header holds NUL characters; if the file is UTF-16, say so, as in --encoding utf-16le`,
    );
  if (!isUtf8(record.bytes))
    throw new FileFailure(`${name}: the header cannot be read: ${notText(text.encoding)}`);
  if (raw === undefined) throw new FileFailure(`${name}: the quotes of the header make no sense`);
  const cells = withoutMarks(raw);
  const empty = cells.findIndex((title) => title.trim() === "");
  if (empty !== -1)
    throw new FileFailure(`${name}: column ${empty + 1} of the header has no name; give it one`);
  const twice = cells.find((title, index) => cells.indexOf(title) !== index);
  if (twice !== undefined)
    throw new FileFailure(`${name}: the header has ${JSON.stringify(twice)} twice; rename one`);
  const [only = ""] = cells;
  if (cells.length === 1 && delimiter === undefined && looksDivided(only))
    throw new FileFailure(
      `${name}: the header is one column, ${JSON.stringify(only.slice(0, 80))}; ` +
        "say what separates its names, as in --delimiter ';'",
    );
  return cells;
};

/** What separates the cells, and the text behind a line that says so. */
const layoutOf = async (input: RowsInput, expected: string) => {
  const { name, warn, delimiter: told } = input;
  const { head, chunks } = await headOf(input.text.chunks);
  const firstRecords = (delimiter: string): Promise<RawRecord[]> =>
    toArray(splitRecords(once(head.bytes), delimiter));
  const [first] = await firstRecords(told ?? expected);
  const named = first && namedDelimiter(first);
  if (first && named !== undefined)
    return { delimiter: told ?? named, chunks: skip(chunks, first.end), linesBefore: 1 };
  if (told !== undefined) return { delimiter: told, chunks, linesBefore: 0 };
  const records = await firstRecords(expected);
  // The last one may be cut off.
  const whole = head.isAll ? records : records.slice(0, -1);
  const guess = guessDelimiter(
    whole.map(({ bytes }) => textOf(bytes)).filter((text) => text.trim() !== ""),
    expected,
  );
  if (guess !== undefined) warn(`${name}: cells are separated by ${delimiterName(guess)}`);
  return { delimiter: guess ?? expected, chunks, linesBefore: 0 };
};

/** The first 64 kilobytes or so of a text, and the whole of it. */
const headOf = async (stream: AsyncIterable<Buffer>) => {
  const iterator = stream[Symbol.asyncIterator]();
  const taken: Buffer[] = [];
  let length = 0;
  let isAll = false;
  while (length < 65_536 && !isAll) {
    const step = await iterator.next();
    isAll = step.done === true;
    if (!step.done) length += taken[taken.push(step.value) - 1]?.length ?? 0;
  }
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield* taken;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: { bytes: Buffer.concat(taken), isAll }, chunks: chunks() };
};

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

const toArray = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
  }
}
