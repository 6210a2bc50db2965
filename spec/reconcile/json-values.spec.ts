import { expect } from "chai";
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  string,
} from "fast-check";
import { jsonValues } from "../../src/reconcile/json-values.js";
import { anyCharacter } from "../support/any-character.js";

const read = async (text: string, size: number, longest?: number) => {
  const bytes = Buffer.from(text);
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const pieces: unknown[] = [];
  for await (const piece of jsonValues(chunks(), longest))
    pieces.push("text" in piece ? JSON.parse(piece.text) : piece.fault);
  return pieces;
};

describe("JSON values of a log", () => {
  it("are the same in any pieces, behind each other, in lines, pretty or in a list", async () => {
    await assert(
      asyncProperty(
        array(dictionary(string({ unit: anyCharacter }), jsonValue())),
        constantFrom("", "\n", "\r\n", " ", ","),
        integer({ min: 0, max: 2 }),
        integer({ min: 1, max: 9 }),
        async (values, between, indent, size) => {
          const text = values.map((value) => JSON.stringify(value, null, indent)).join(between);
          const plain = JSON.parse(JSON.stringify(values));
          expect(await read(text, size)).to.deep.equal(plain);
          expect(await read(`[${text}]`, size)).to.deep.equal(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are named where they are too long, cut off, or none, and those beside them are read", async () => {
    const long = JSON.stringify({ text: "x".repeat(100) });
    expect(await read(`{"a":1}${long}{"b":[{"c":"}"}]}`, 7, 50)).to.deep.equal([
      ...[{ a: 1 }, "an object of more than 50 bytes", { b: [{ c: "}" }] }],
    ]);
    expect(await read('no "words {"a":1} more', 5)).to.deep.equal(["text that is no JSON object", { a: 1 }]);
    expect(await read('{"a":', 2)).to.deep.equal(["an object that is cut off"]);
    expect(await read("", 2)).to.deep.equal([]);
  });

  it("are read one at a time: nothing is taken from the stream before it is wanted", async () => {
    let taken = 0;
    const pages = async function* () {
      for (taken = 1; ; taken++) yield Buffer.from('{"a":1}'.repeat(10));
    };
    let count = 0;
    for await (const _ of jsonValues(pages())) {
      count++;
      expect(taken).to.equal(Math.ceil(count / 10));
      if (count === 200) break;
    }
  });
});
