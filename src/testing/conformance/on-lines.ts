import type { Readable } from "node:stream";

/**
 * Hands over each line of a stream of text, the last one at its end. Node's own reader of lines also ends them at
 * U+2028 and U+2029, which JSON allows inside a text.
 */
export const onLines = (stream: Readable, each: (line: string) => void): void => {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) each(line);
  });
  stream.on("end", () => {
    if (rest !== "") each(rest);
  });
};
