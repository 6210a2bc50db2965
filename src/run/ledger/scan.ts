import type { OpenFile } from "./open-file.js";

/** One whole line of a file, without its line break. Its bytes are those of another once the next one is asked for. */
interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** Most ledgers are short. */
const firstChunkBytes = 1 << 16;
const chunkBytes = 1 << 20;
const lineBreak = 0x0a;

/** A stretch of a file, from a line's start to the end of that or a later line. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const wholeFile: Span = { from: 0, to: Number.POSITIVE_INFINITY };

/** The whole lines of a file in their order. What stands behind the last line break is left out. */
export async function* scanLines(file: OpenFile, { from, to } = wholeFile): AsyncGenerator<Line> {
  let buffer: Buffer = Buffer.allocUnsafe(firstChunkBytes);
  let [offset, rest] = [from, 0];
  for (let position = from; position < to; ) {
    if (position > from && buffer.length < rest + chunkBytes) buffer = grown(buffer, rest);
    const length = Math.min(buffer.length - rest, to - position);
    const { bytesRead } = await file.read(buffer, rest, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes = buffer.subarray(0, rest + bytesRead);
    let start = 0;
    for (let end = bytes.indexOf(lineBreak); end >= 0; end = bytes.indexOf(lineBreak, start)) {
      yield { bytes: bytes.subarray(start, end), offset: offset + start };
      start = end + 1;
    }
    offset += start;
    rest = bytes.copy(buffer, 0, start);
  }
}

/** A larger buffer, which begins with so many bytes of one before. */
const grown = (buffer: Buffer, bytes: number): Buffer => {
  const larger = Buffer.allocUnsafe(bytes + 2 * chunkBytes);
  buffer.copy(larger, 0, 0, bytes);
  return larger;
};

/** The line that starts at an offset, without its line break, as something is made of it: its bytes are read into again. */
export const readLine = async <Result>(
  file: OpenFile,
  offset: number,
  use: (line: Buffer) => Result,
): Promise<Result> => {
  const chunk = spare.pop() ?? Buffer.allocUnsafeSlow(usualBytes);
  try {
    const { bytesRead } = await file.read(chunk, 0, usualBytes, offset);
    const bytes = chunk.subarray(0, bytesRead);
    const end = bytes.indexOf(lineBreak);
    if (end >= 0 || bytesRead === 0) return use(bytes.subarray(0, Math.max(0, end)));
    return use(await readOn(file, offset, bytes));
  } finally {
    if (spare.length < mostSpare) spare.push(chunk);
  }
};

/** Of a line that is longer than most, all of it. */
const readOn = async (file: OpenFile, offset: number, start: Buffer): Promise<Buffer> => {
  const parts = [start];
  for (let position = offset + start.length; ; ) {
    const chunk = Buffer.allocUnsafe(usualBytes << Math.min(parts.length, 8));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    const bytes = chunk.subarray(0, bytesRead);
    const end = bytes.indexOf(lineBreak);
    parts.push(end >= 0 ? bytes.subarray(0, end) : bytes);
    if (end >= 0 || bytesRead === 0) return Buffer.concat(parts);
    position += bytesRead;
  }
};

const usualBytes = 4096;
/** Rows are read by the hundred, and a buffer that is thrown away after each would be most of what they leave behind. */
const spare: Buffer[] = [];
const mostSpare = 500;

/** The first bytes of a file, at most so many. */
export const readStart = async (file: OpenFile, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, 0);
  return bytes.subarray(0, bytesRead);
};
