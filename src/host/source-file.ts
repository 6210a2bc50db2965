import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { SourceRow } from "./source.js";

/** One JSON value a line; blank lines are skipped. @throws Error that names the line. */
export async function* ndjsonRows(path: string): AsyncGenerator<SourceRow> {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() !== "") yield parse(text, `${path}, line ${number}`);
  }
}

/** Rows by the names in the first line. Cells are text, as the host's own CSV source gives them. */
export async function* csvRows(path: string): AsyncGenerator<SourceRow> {
  const { parse } = await import("csv-parse");
  const parser = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
  yield* parser;
}

const parse = (text: string, place: string): SourceRow => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${place} is not JSON`, { cause });
  }
};
