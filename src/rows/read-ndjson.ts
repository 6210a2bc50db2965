import { isUtf8 } from "node:buffer";
import { parseExact } from "../core/exact-json.js";
import { FileFailure } from "../core/file-failure.js";
import { isObject } from "../core/json.js";
import { textOf } from "./decode.js";
import { splitLines } from "./lines.js";
import { notText } from "./read-csv.js";
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
    const line = textOf(bytes).replace(/\r$/, "");
    if (line.trim() === "") continue;
    const value = isUtf8(bytes) ? parsedOrNot(line) : undefined;
    if (isFirst) refuseWholeJson(line, value?.json, name);
    isFirst = false;
    if (value && isObject(value.json)) yield { value: value.json, end };
    else yield { value: bad(line, number, faultOf(bytes, value, text.encoding), value !== undefined), end };
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

/** Why a piece of JSON text is no row. */
export const faultOf = (bytes: Buffer, value: { json: unknown } | undefined, encoding: string): string => {
  if (!isUtf8(bytes)) return notText(encoding);
  return value === undefined ? "not JSON" : "not a JSON object";
};

/** The first line of a file that was not made for one row a line. */
const refuseWholeJson = (line: string, value: unknown, name: string): void => {
  if (/^\s*[{[]\s*$/.test(line)) throw new FileFailure(`${name}: ${prettyHint}`);
  if (Array.isArray(value) && value.length > 0 && value.every(isObject))
    throw new FileFailure(`${name}: its first line is a JSON array; name a file that holds one array .json`);
};

const prettyHint =
  "this looks like pretty-printed JSON: write one object a line, or an array of objects in a file named .json";
