import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import type { SourceRow } from "./source.js";

/** One JSON value a line; blank lines are skipped. @throws Error that names the line and quotes nothing of it. */
export async function* ndjsonRows(path: string): AsyncGenerator<SourceRow> {
  await refuseUnreadable(path);
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() !== "") yield parseLine(text, `${path}, line ${number}`);
  }
}

/** Node's own reader of lines also ends them at U+2028 and U+2029, which JSON allows inside a text. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

/** Rows by the names in the first line; a cell is text. @throws Error that names the line and quotes nothing of it. */
export async function* csvRows(path: string): AsyncGenerator<SourceRow> {
  await refuseUnreadable(path);
  const { CsvError, parse } = await import("csv-parse");
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true });
  try {
    // What the stream reports, the loop throws.
    yield* pipeline(createReadStream(path), parser, () => undefined);
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new Error(`${path}, line ${cause.lines} is not CSV (${cause.code})`, { cause });
  }
}

const refuseUnreadable = async (path: string): Promise<void> => {
  const refuse = (reason: string): never => {
    throw new Error(`cannot read the source ${path}: ${reason}`);
  };
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => refuse(error.code ?? error.message));
  if (!stats.isFile()) refuse("it is no file");
};

const parseLine = (text: string, place: string): SourceRow => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the line.
    throw new Error(`${place} is not JSON`);
  }
};
