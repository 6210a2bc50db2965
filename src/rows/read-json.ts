import { isUtf8 } from "node:buffer";
import { FileFailure } from "../core/file-failure.js";
import { parseJson } from "../core/parse-json.js";
import { inexactNumber, losesDigits } from "./inexact-numbers.js";
import type { Row, RowsInput } from "./row.js";
import { notUtf8 } from "./utf8.js";

/** The elements of a JSON array. It is read whole. */
export async function* jsonRows({ name, open, warn }: RowsInput): AsyncGenerator<Row> {
  const parts: Buffer[] = [];
  for await (const chunk of open()) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw notUtf8(name);
  const text = bytes.toString("utf8");
  const rows = await parseJson(text, name);
  if (!Array.isArray(rows)) {
    throw new FileFailure(`${name} must hold a JSON array of rows; name a file with one row a line .ndjson`);
  }
  if (losesDigits(text, rows)) warn(`${name}: ${inexactNumber}`);
  for (const [index, value] of rows.entries())
    yield { value, end: (bytes.length * (index + 1)) / rows.length };
}
