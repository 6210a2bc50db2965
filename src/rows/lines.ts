/**
 * Splits a stream of bytes into lines without their "\n". A line may span any number of chunks; the last one needs no
 * end. Nothing else ends a line: Node's own reader also takes U+2028 and U+2029, which JSON allows inside a text.
 * Lines are bytes, so that who takes them can tell what is not UTF-8. Of a line of more than `longest` bytes one more
 * than that is given, by which it is known, and the rest is dropped.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  longest = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let room = longest + 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, Math.min(at, from + room));
      yield parts.length === 0 ? part : Buffer.concat([...parts, part]);
      parts = [];
      room = longest + 1;
      from = at + 1;
    }
    const part = chunk.subarray(from, from + room);
    if (part.length > 0) parts.push(part);
    room -= part.length;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}
