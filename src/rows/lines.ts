/**
 * Splits a stream of bytes into lines without their "\n". A line may span any number of chunks; the last one needs no
 * end. Nothing else ends a line: Node's own reader also takes U+2028 and U+2029, which JSON allows inside a text.
 * Lines are bytes, so that who takes them can tell what is not UTF-8.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, at);
      yield parts.length === 0 ? part : Buffer.concat([...parts, part]);
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}
