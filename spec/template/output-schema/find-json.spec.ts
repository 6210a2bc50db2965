import { expect } from "chai";
import fc from "fast-check";
import { objectsIn as stretchesIn } from "../../../src/template/output-schema/find-json.js";
import { growthOf } from "../../support/growth.js";

const objectsIn = (text: string): unknown[] =>
  stretchesIn(text).map(({ start, end }) => JSON.parse(text.slice(start, end)));

describe("objectsIn: the JSON objects in a model's text", () => {
  const cases: [name: string, text: string, found: unknown[]][] = [
    ["alone", '{"a":1}', [{ a: 1 }]],
    ["with blanks around it", '\n {"a":1}\n', [{ a: 1 }]],
    ["in a code fence", 'Here it is:\n\n```json\n{"a":{"b":[1]}}\n```\nAnything else?', [{ a: { b: [1] } }]],
    ["between sentences with braces", 'Of {all} of them: {"a":"}"} and {"b":"{"}.', [{ a: "}" }, { b: "{" }]],
    ["behind a quote that is never closed", 'The 5" disk: {"a":"\\"}"}', [{ a: '"}' }]],
    ["behind a brace that is never closed", 'A { and then {"a":1}', [{ a: 1 }]],
    ["in a list", '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ["none", "I cannot say.", []],
    ["none that is whole", '{"a":1', []],
  ];
  for (const [name, text, found] of cases)
    it(name, () => {
      expect(objectsIn(text)).to.deep.equal(found);
    });

  it("any object is found in any prose without braces and quotes", () => {
    const prose = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[{}"]/g, ""));
    fc.assert(
      fc.property(prose, fc.dictionary(fc.string(), fc.jsonValue()), prose, (before, object, after) => {
        const text = JSON.stringify(object);
        expect(objectsIn(`${before}\n${text}\n${after}`)).to.deep.equal([JSON.parse(text)]);
      }),
      { numRuns: 200 },
    );
  });

  for (const [what, part] of Object.entries({
    braces: "{",
    "objects that never end": '{"a":',
    "quotes and braces": '{"',
    "quotes, braces and escapes": '{"\\"{',
    "pairs of braces": "{i}",
  }))
    it(`a text of ${what} takes no more time than it is long`, () => {
      const growth = growthOf((size) => {
        objectsIn(part.repeat(size / part.length));
      }, 40_000);
      expect(growth).to.be.below(36);
    });
});
