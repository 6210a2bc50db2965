import { expect } from "chai";
import fc from "fast-check";
import { parseExact, writeJson } from "../../src/core/exact-json.js";
import { ExactNumber } from "../../src/core/exact-number.js";
import { isObject } from "../../src/core/json.js";
import { compileTemplate } from "../../src/template/template.js";
import { anyCharacter } from "../support/any-character.js";

describe("numbers as their source wrote them", () => {
  const kept = [
    "1234567890123456781",
    "-9007199254740993",
    "1.0",
    "12.50",
    "1e400",
    "-0",
    "1E5",
    "0.10000000000000000001",
  ];

  for (const text of kept)
    it(`${text} is read and written with every digit`, () => {
      const row = `{"a":${text},"b":[${text},{"c":${text}}],"d":"${text}"}`;
      expect(writeJson(parseExact(row))).to.equal(row);
      expect((parseExact(row) as { a: unknown }).a).to.be.instanceOf(ExactNumber);
    });

  it("plain ones stay plain", () => {
    expect(parseExact('{"a":1,"b":-0.5,"c":1e+21,"d":"1.0","e":9007199254740991}')).to.deep.equal({
      a: 1,
      b: -0.5,
      c: 1e21,
      d: "1.0",
      e: 9007199254740991,
    });
  });

  it("NaN and Infinity are taken, and written as text", () => {
    expect(writeJson(parseExact('[NaN, -Infinity,{"a":Infinity}]'))).to.equal(
      '["NaN","-Infinity",{"a":"Infinity"}]',
    );
  });

  it("nothing else is taken that is not JSON", () => {
    for (const text of [
      "01.0",
      "{1.0:2}",
      "[1.0.0]",
      "1.",
      "[NaNa]",
      '{"a":1.0',
      "-",
      "--1.0",
      "+1.0",
      "{NaN:1}",
    ])
      expect(() => parseExact(text), text).to.throw();
  });

  it("any JSON comes out as JSON.parse reads it, and any text as it stands", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false } as never), (text) => {
        expect(JSON.parse(writeJson(parseExact(text)))).to.deep.equal(JSON.parse(text));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const row = JSON.stringify({ [text]: `${text} 1.0 NaN "`, n: 1 });
        expect(writeJson(parseExact(row))).to.equal(row);
      }),
    );
  });

  it("no other reader of a row sees more than a number or a text", () => {
    const [small, large] = [new ExactNumber("1.50"), new ExactNumber("1234567890123456781")];
    expect(JSON.stringify([small, large])).to.equal('[1.5,"1234567890123456781"]');
    expect([isObject(small), Object.keys(small)]).to.deep.equal([false, []]);
  });

  describe("in a template", () => {
    const render = (leaf: string, value: string): unknown => {
      const template = compileTemplate(JSON.stringify({ leaf }));
      const body = template.render({ n: ExactNumber.of(value), all: { n: ExactNumber.of(value) } });
      return (
        (body as { body?: { leaf: unknown }; leaf?: unknown }).leaf ??
        (body as { body: { leaf: unknown } }).body.leaf
      );
    };
    const cases: [string, string, unknown][] = [
      ["No. {{ n }}", "1234567890123456781", "No. 1234567890123456781"],
      ["No. {{ n | append: '!' }}", "1e400", "No. 1e400!"],
      ["{{ all }}.", "1.0", '{"n":1.0}.'],
      ["{{ n }}", "1.50", 1.5],
      ["{{ n }}", "1234567890123456781", "1234567890123456781"],
      ["{{ n | times: 2 }}.", "1.50", "3."],
      ["{% if n > 1 and n < 2 and n == 1.5 %}yes{% endif %}.", "1.50", "yes."],
      ["No. {{ n }}", "NaN", "No. NaN"],
    ];
    for (const [leaf, value, expected] of cases)
      it(`${leaf} of ${value} is ${JSON.stringify(expected)}`, () => {
        expect(render(leaf, value)).to.deep.equal(expected);
      });
  });
});
