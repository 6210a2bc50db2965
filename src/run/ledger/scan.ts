import type { OpenFile } from "./open-file.js";

/** One whole line of a file, without its line break. */
interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** Most ledgers are short. */
const firstChunkBytes = 1 << 16;
const chunkBytes = 1 << 20;
const lineBreak = 0x0a;

/** The whole lines of a file in their order. What stands behind the last line break is left out. */
export async function* scanLines(file: OpenFile): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(position === 0 ? firstChunkBytes : chunkBytes);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes =
      rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, bytesRead)]) : chunk.subarray(0, bytesRead);
    let start = 0;
    for (let end = bytes.indexOf(lineBreak); end >= 0; end = bytes.indexOf(lineBreak, start)) {
      yield { bytes: bytes.subarray(start, end), offset: offset + start };
      start = end + 1;
    }
    offset += start;
    rest = bytes.subarray(start);
  }
}

/** The line that starts at an offset, without its line break. */
export const readLine = async (file: OpenFile, offset: number): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for (let position = offset; ; ) {
    const chunk = Buffer.allocUnsafe(4096 << Math.min(parts.length, 8));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    const bytes = chunk.subarray(0, bytesRead);
    const end = bytes.indexOf(lineBreak);
    parts.push(end >= 0 ? bytes.subarray(0, end) : bytes);
    if (end >= 0 || bytesRead === 0) return Buffer.concat(parts);
    position += bytesRead;
  }
};

/** The first bytes of a file, at most so many. */
export const readStart = async (file: OpenFile, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, 0);
  return bytes.subarray(0, bytesRead);
};
