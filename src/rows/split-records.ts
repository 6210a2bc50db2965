/** One record of a table as it stands in the file. */
export interface RawRecord {
  /** Without its line end. */
  readonly bytes: Buffer;
  /** The number of its first line, from 1. */
  readonly line: number;
  /** "\n", "\r\n" or "\r"; "" for the last record of a file that does not end in one. */
  readonly lineEnd: string;
  /** The byte of the text where it ends. */
  readonly end: number;
  /** A quote in it is never closed: it ends at its first line end all the same. */
  readonly open: boolean;
}

/**
 * Splits the bytes of a table into records, at any mix of line ends outside of quotes. A quote opens a cell only at its
 * beginning; one that is not closed within `longest` bytes does not hide the lines behind it.
 */
export async function* splitRecords(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  longest = 16_000_000,
): AsyncGenerator<RawRecord> {
  const scanner = createScanner(delimiter.charCodeAt(0), longest);
  for await (const chunk of chunks) yield* scanner.scan(chunk, false);
  yield* scanner.scan(Buffer.alloc(0), true);
}

const createScanner = (delimiter: number, longest: number) => {
  /** Bytes that are no record yet; those before `at` have been looked at. */
  let rest: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let partsLength = 0;
  let end = 0;
  let line = 1;
  let linesWithin = 0;
  let quoted = false;
  let cellStart = true;
  let closed = false;

  function* scan(chunk: Buffer, final: boolean): Generator<RawRecord> {
    // A carriage return at the end of a chunk may be half a line end.
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    let at = 0;
    const take = (to: number, next: number, open: boolean): RawRecord => {
      const last = rest.subarray(start, to);
      const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
      const lineEnd = rest.toString("latin1", to, next);
      parts = [];
      partsLength = 0;
      end += bytes.length + lineEnd.length;
      const record = { bytes, line, lineEnd, end, open };
      line += 1 + linesWithin;
      linesWithin = 0;
      start = next;
      quoted = false;
      closed = false;
      cellStart = true;
      return record;
    };
    /** Gives the first line of a record whose quote is never closed, and starts anew behind it. */
    const giveUp = (): RawRecord => {
      rest = Buffer.concat([...parts, rest.subarray(start)]);
      parts = [];
      partsLength = 0;
      start = 0;
      linesWithin = 0;
      const [to, next] = lineEndIn(rest);
      at = next;
      return take(to, next, true);
    };
    for (;;) {
      while (at < rest.length) {
        const byte = rest[at] as number;
        if (quoted) {
          if (byte === quote) {
            quoted = false;
            closed = true;
          }
          if (byte === lineFeed) linesWithin++;
          at++;
        } else if (byte === quote) {
          // A doubled quote closes a cell and opens it again.
          quoted = cellStart || closed;
          cellStart = false;
          closed = false;
          at++;
        } else if (byte === lineFeed) {
          yield take(at, at + 1, false);
          at = start;
        } else if (byte === carriageReturn) {
          if (at + 1 === rest.length && !final) break;
          yield take(at, at + (rest[at + 1] === lineFeed ? 2 : 1), false);
          at = start;
        } else {
          cellStart = byte === delimiter;
          closed = false;
          at++;
        }
      }
      const length = partsLength + rest.length - start;
      if (!quoted || !(final || length > longest)) break;
      if (length === 0) break;
      yield giveUp();
    }
    if (final) {
      if (partsLength + rest.length - start > 0) yield take(rest.length, rest.length, false);
      return;
    }
    if (at > start) {
      parts.push(rest.subarray(start, at));
      partsLength += at - start;
    }
    rest = rest.subarray(at);
  }
  return { scan };
};

const lineEndIn = (bytes: Buffer): [number, number] => {
  const at = bytes.findIndex((byte) => byte === lineFeed || byte === carriageReturn);
  if (at === -1) return [bytes.length, bytes.length];
  return [at, at + (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? 2 : 1)];
};

const [quote, lineFeed, carriageReturn] = [34, 10, 13];

/**
 * The cells of a record; `undefined` where its quotes make no sense: text after a closing one, or one that is never
 * closed. A quote inside a cell that does not begin with one stands for itself.
 */
export const splitCells = (text: string, delimiter: string): string[] | undefined => {
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; ) {
    let end: number;
    if (text[at] === '"') {
      let cell = "";
      let from = at + 1;
      for (;;) {
        const close = text.indexOf('"', from);
        if (close === -1) return undefined;
        cell += text.slice(from, close);
        from = close + 1;
        if (text[from] !== '"') break;
        cell += '"';
        from += 1;
      }
      end = from;
      if (end < text.length && text[end] !== delimiter) return undefined;
      cells.push(cell);
    } else {
      const next = text.indexOf(delimiter, at);
      end = next === -1 ? text.length : next;
      cells.push(text.slice(at, end));
    }
    if (end >= text.length) return cells;
    at = end + 1;
  }
};
