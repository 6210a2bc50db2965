import { writeJson } from "../core/exact-json.js";
import type { Encode } from "./encoder.js";

/** One JSON object a line. */
export const ndjsonEncoder: Encode = async function* ({ rows }) {
  for await (const row of rows) yield `${writeJson(row)}\n`;
};

/** One JSON array, one row a line. */
export const jsonEncoder: Encode = async function* ({ rows }) {
  let opening = "[\n";
  for await (const row of rows) {
    yield opening + writeJson(row);
    opening = ",\n";
  }
  yield opening === ",\n" ? "\n]\n" : "[]\n";
};
