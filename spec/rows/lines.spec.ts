import { Readable } from "node:stream";
import { expect } from "chai";
import { splitLines } from "../../src/rows/lines.js";

const linesOf = async (longest: number, ...chunks: string[]): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of splitLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), longest))
    lines.push(line.toString());
  return lines;
};

describe("lines of a stream", () => {
  for (const chunks of [["abc\nde\n\nfghijkl\nm"], ["ab", "c\nd", "e\n", "\nfgh", "ijk", "l\nm"]])
    it(`are given up to a length, and the ones behind a longer one whole: ${chunks.length} chunks`, async () => {
      expect(await linesOf(3, ...chunks)).to.deep.equal(["abc", "de", "", "fghi", "m"]);
      expect(await linesOf(Number.POSITIVE_INFINITY, ...chunks)).to.deep.equal([
        "abc",
        "de",
        "",
        "fghijkl",
        "m",
      ]);
    });
});
