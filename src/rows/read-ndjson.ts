import { isUtf8 } from "node:buffer";
import { FileFailure } from "../core/file-failure.js";
import { inexactNumber, losesDigits } from "./inexact-numbers.js";
import { splitLines } from "./lines.js";
import type { Row, RowsInput } from "./row.js";

/**
 * One JSON value a line; blank lines are skipped. A line that is not JSON and is kept is handed over as a string, so
 * that it comes out as a failed row, and is warned about by its number.
 */
export async function* ndjsonRows({ name, open, badLines, warn }: RowsInput): AsyncGenerator<Row> {
  let number = 0;
  let end = 0;
  let bad = 0;
  let inexact = false;
  let blank = true;
  for await (const line of splitLines(open())) {
    number += 1;
    end += line.length + 1;
    const text = textOf(line, number === 1);
    if (text.trim() === "") continue;
    if (blank && /^\s*[{[]\s*$/.test(text)) throw new FileFailure(`${name}: ${prettyHint}`);
    blank = false;
    const parsed = isUtf8(line) ? parsedOrNot(text) : undefined;
    if (parsed === undefined) {
      const what = `${name}, line ${number}: ${isUtf8(line) ? "not JSON" : "not UTF-8"}`;
      if (badLines === "refuse") throw new FileFailure(what);
      bad += 1;
      if (bad <= mostWarnings) warn(`${what}; it will come out as a failed row`);
    }
    if (parsed && !inexact && losesDigits(text, parsed.value)) {
      inexact = true;
      warn(`${name}, line ${number}: ${inexactNumber}`);
    }
    yield { value: parsed === undefined ? text : parsed.value, end };
  }
  if (bad > mostWarnings) warn(`${name}: ${bad - mostWarnings} more lines are not JSON or not UTF-8`);
}

const mostWarnings = 10;

const prettyHint =
  "this looks like pretty-printed JSON: write one object a line, or an array of objects in a file named .json";

function textOf(line: Buffer, first: boolean): string {
  const text = line.toString("utf8").replace(/\r$/, "");
  return first ? text.replace(/^\uFEFF/, "") : text;
}

function parsedOrNot(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
