import { isUtf8 } from "node:buffer";
import { parseExact } from "../core/exact-json.js";
import { FileFailure } from "../core/file-failure.js";
import { isObject } from "../core/json.js";
import { textOf } from "./decode.js";
import { splitLines } from "./lines.js";
import { notText } from "./read-csv.js";
import { repeatedKey } from "./repeated-key.js";
import type { Row, RowsInput } from "./row.js";

/** One JSON object a line; blank lines are skipped. A line that is none comes out as a bad line. */
export async function* ndjsonRows({ name, text, bad }: RowsInput): AsyncGenerator<Row> {
  let number = 0;
  let end = 0;
  let isFirst = true;
  for await (const bytes of splitLines(text.chunks, longestText)) {
    number += 1;
    end += bytes.length + 1;
    if (bytes.length > longestText) throw new FileFailure(`${name}, line ${number}: ${tooLong}`);
    // Where files with byte order marks were joined, one stands in front of a line.
    const line = textOf(bytes).replace(/^\uFEFF+|\r$/g, "");
    if (line.trim() === "") continue;
    const value = isUtf8(bytes) ? parsedOrNot(line) : undefined;
    if (isFirst) refuseWholeJson(line, value?.json, name);
    isFirst = false;
    yield { value: rowOrBad({ bytes, text: line, value, encoding: text.encoding }, number, bad), end };
  }
}

/** Of one line or element, in bytes: Bedrock takes less, and a text in memory has its limit. */
export const longestText = 128_000_000;
export const tooLong = "it is longer than 128 MB; is a quote or a line end missing?";

/** What JSON text holds, in a box; `undefined` for text that is not JSON. */
export const parsedOrNot = (text: string): { json: unknown } | undefined => {
  try {
    return { json: parseExact(text) };
  } catch {
    return undefined;
  }
};

/** A piece of JSON text, and what it holds. */
interface Piece {
  readonly bytes: Buffer;
  readonly text: string;
  /** `undefined` where it is not JSON. */
  readonly value: { json: unknown } | undefined;
  readonly encoding: string;
}

/** The row in a piece of JSON text that stands on `line`, or the bad line that it is. */
export const rowOrBad = (
  { bytes, text, value, encoding }: Piece,
  line: number,
  bad: RowsInput["bad"],
): unknown => {
  if (!isUtf8(bytes)) return bad(text, line, notText(encoding));
  if (value === undefined) return bad(text, line, notJson(text, line));
  if (!isObject(value.json)) return bad(text, line, "not a JSON object", true);
  const twice = repeatedKey(text, value.json);
  if (twice === undefined) return value.json;
  return bad(text, line, `it has ${JSON.stringify(twice)} twice, and one of the values would be lost`);
};

const notJson = (text: string, line: number): string =>
  line === 1 && /[,;\t|]/.test(text) && !/[{[]/.test(text)
    ? "not JSON; if it is a table, give it as a file that ends in .csv or .tsv"
    : "not JSON";

/** The first line of a file that was not made for one row a line. */
const refuseWholeJson = (line: string, value: unknown, name: string): void => {
  if (/^\s*[{[]\s*$/.test(line)) throw new FileFailure(`${name}: ${prettyHint}`);
  const isArray = Array.isArray(value) && value.length > 0 && value.every(isObject);
  if (isArray || (value === undefined && /^\s*\[\s*\{/.test(line)))
    throw new FileFailure(
      `${name}: its first line begins a JSON array; name a file that holds one array .json`,
    );
};

const prettyHint =
  "this looks like pretty-printed JSON: write one object a line, or an array of objects in a file named .json";
