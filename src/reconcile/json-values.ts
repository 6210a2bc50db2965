/** A value in a stream of bytes, or what stands where one should, in words. */
export type Piece = { readonly text: string } | { readonly fault: string };

/**
 * The JSON objects in a stream of bytes, one after the other: behind each other, a line each, over many lines, or in a list.
 * No more than one is held at a time. What is no object, or longer than `longest` bytes, is passed over and named.
 */
export async function* jsonValues(
  chunks: AsyncIterable<Buffer>,
  longest = 64_000_000,
): AsyncGenerator<Piece> {
  let parts: Buffer[] = [];
  let length = 0;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let strange = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) quoted = false;
      } else if (byte === quote) quoted = depth > 0;
      else if (byte === open || (byte === openList && depth > 0)) {
        if (depth === 0) start = at;
        depth++;
      } else if ((byte === close || byte === closeList) && depth > 0) {
        depth--;
        if (depth > 0) continue;
        length += at + 1 - start;
        if (length > longest) yield tooLong(longest);
        else yield { text: Buffer.concat([...parts, chunk.subarray(start, at + 1)]).toString() };
        parts = [];
        length = 0;
      }
      if (depth === 0 && !strange && !between.has(byte)) {
        strange = true;
        yield { fault: "text that is no JSON object" };
      }
    }
    if (depth === 0) continue;
    length += chunk.length - start;
    // What is too long anyhow is not kept until its end.
    if (length > longest) parts = [];
    else parts.push(chunk.subarray(start));
  }
  if (depth > 0) yield { fault: "an object that is cut off" };
}

const tooLong = (longest: number): Piece => ({ fault: `an object of more than ${longest} bytes` });

const [quote, backslash, open, close, openList, closeList] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** What may stand between objects: white space, the marks of a list, and a byte order mark. */
const between: ReadonlySet<number> = new Set([...Buffer.from(" \t\r\n,[]{}"), 0xef, 0xbb, 0xbf]);
