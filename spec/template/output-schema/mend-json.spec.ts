import { expect } from "chai";
import fc from "fast-check";
import { readJson } from "../../../src/template/output-schema/mend-json.js";

/** Objects whose texts hold nothing that JSON escapes, so that any damage below has one reading. */
const plain = fc.string({ unit: fc.constantFrom(..."abc {}[],:.é1".split("")), maxLength: 12 });
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, plain, fc.integer(), fc.boolean(), tie("list"), tie("object")),
  list: fc.array(tie("any"), { maxLength: 4 }),
  object: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("any"), { maxKeys: 4 }),
})).object;

describe("JSON with faults that have one reading", () => {
  const damages: [what: string, damage: (text: string) => string][] = [
    ["trailing commas", (text) => text.replace(/([^{[,])\n(\s*[}\]])/g, "$1,\n$2")],
    ["single quotes", (text) => text.replaceAll('"', "'")],
    ["comments", (text) => text.replaceAll("\n", " // so it is\n")],
  ];
  for (const [what, damage] of damages)
    it(`any object with ${what} is what it was`, () => {
      fc.assert(
        fc.property(value, (object) => {
          const text = damage(JSON.stringify(object, null, 1));
          expect(readJson(text)?.value).to.deep.equal(object);
        }),
        { numRuns: 200 },
      );
    });

  it("digits are kept as they were written", () => {
    expect(readJson('{"a": 0.1, "b": 12,}')?.value).to.deep.equal({ a: 0.1, b: 12 });
  });

  for (const text of ['{"a":[1,', '{"a":{"b":1}', '{"a":[1,...]}', "{", "{a b}", "{".repeat(20_000)])
    it(`${text.slice(0, 20)} has none`, () => {
      expect(readJson(text)).to.equal(undefined);
    });

  it("three dots inside of a text leave nothing out", () => {
    expect(readJson("{'a': [['{...']]}")?.value).to.deep.equal({ a: [["{..."]] });
    expect(readJson('{"a":"well, ... yes",}')?.value).to.deep.equal({ a: "well, ... yes" });
  });
});
