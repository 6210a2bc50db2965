import { isUtf8 } from "node:buffer";
import { FileFailure } from "../core/file-failure.js";
import { textOf } from "./decode.js";
import { longestText, parsedOrNot, rowOrBad, tooLong } from "./read-ndjson.js";
import type { Row, RowsInput } from "./row.js";

/** The elements of one JSON array of any size; one that is no object comes out as a bad line. */
export async function* jsonRows({ name, text, bad }: RowsInput): AsyncGenerator<Row> {
  for await (const { bytes, line, end } of splitElements(text.chunks, name)) {
    const piece = textOf(bytes);
    const value = isUtf8(bytes) ? parsedOrNot(piece) : undefined;
    yield { value: rowOrBad({ bytes, text: piece, value, encoding: text.encoding }, line, bad), end };
  }
}

interface Element {
  /** From its first character to its last. */
  readonly bytes: Buffer;
  /** The line where it begins. */
  readonly line: number;
  /** The byte of the text where it ends. */
  readonly end: number;
}

/** Splits an array into its elements without reading them. Throws a FileFailure for what is no array, or none whole. */
async function* splitElements(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Element> {
  let place: "before" | "between" | "inside" | "after" = "before";
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let line = 1;
  let firstLine = 1;
  let offset = 0;
  let count = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const element = (last: Buffer, end: number): Element => {
    const bytes = trimmed(Buffer.concat([...parts, last]));
    parts = [];
    length = 0;
    count += 1;
    return { bytes, line: firstLine, end };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === lineFeed) line++;
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) quoted = false;
        continue;
      }
      if (isSpace(byte)) continue;
      if (place === "before") {
        if (byte !== openList) throw noArray(name, byte);
        place = "between";
      } else if (place === "after") {
        throw new FileFailure(`${name}, line ${line}: more text stands behind the end of the JSON array`);
      } else if (depth === 0 && (byte === comma || byte === closeList)) {
        const isEmpty = place === "between" && byte === closeList && count === 0;
        if (!isEmpty) {
          if (place === "between") from = at;
          yield element(chunk.subarray(from, at), offset + at + 1);
        }
        place = byte === comma ? "between" : "after";
        firstLine = line;
      } else {
        if (place === "between") {
          place = "inside";
          from = at;
          firstLine = line;
        }
        if (byte === quote) quoted = true;
        else if (byte === openList || byte === openObject) depth++;
        // One too many makes this element bad, and no other.
        else if (byte === closeList || byte === closeObject) depth = Math.max(0, depth - 1);
      }
    }
    if (place === "inside") {
      parts.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longestText) throw new FileFailure(`${name}, line ${firstLine}: ${tooLong}`);
    }
    offset += chunk.length;
  }
  if (place === "before") throw new FileFailure(`${name} is not JSON: it is empty`);
  if ((place as string) === "after") return;
  if (place === "inside") yield element(Buffer.alloc(0), offset);
  throw new FileFailure(
    `${name}, line ${line}: the file ends inside its JSON array; it is cut off or damaged`,
  );
}

const noArray = (name: string, byte: number): FileFailure =>
  new FileFailure(
    byte === openObject
      ? `${name} must hold a JSON array of rows; name a file with one row a line .ndjson`
      : `${name} is not JSON: it must hold a JSON array of rows`,
  );

const trimmed = (bytes: Buffer): Buffer => {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1] as number)) end--;
  return bytes.subarray(0, end);
};

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);
const [lineFeed, quote, comma, backslash] = [10, 34, 44, 92];
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125];
