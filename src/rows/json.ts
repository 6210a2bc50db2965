import { isUtf8 } from "node:buffer";
import { cannotRun } from "../cli/failure.js";
import { inexactNumber, losesDigits } from "./inexact-numbers.js";
import { parseJson } from "./json-file.js";
import type { Row } from "./read.js";

/** The elements of a JSON array. The file is read whole; `size` is its length in bytes. */
export async function* jsonRows(
  chunks: AsyncIterable<Buffer>,
  name: string,
  { size, warn }: { size: number; warn(line: string): void },
): AsyncGenerator<Row> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw cannotRun(`${name} is not UTF-8; save it as UTF-8 text first`);
  const text = bytes.toString("utf8");
  const rows = await parseJson(text, name);
  if (!Array.isArray(rows)) {
    throw cannotRun(`${name} must hold a JSON array of rows; name a file with one row a line .ndjson`);
  }
  if (losesDigits(text, rows)) warn(`${name}: ${inexactNumber}`);
  for (const [index, value] of rows.entries()) yield { value, end: (size * (index + 1)) / rows.length };
}
