import { expect } from "chai";
import fc from "fast-check";
import { ConnectorError } from "../../src/core/errors.js";
import { isObject, type Json } from "../../src/core/json.js";
import { compileTemplate } from "../../src/template/template.js";
import { anyCharacter } from "../support/any-character.js";

const compile = (template: Json) => compileTemplate(JSON.stringify(template));

describe("template: for any record", () => {
  const template = {
    a: "{{ a }}",
    text: "<{{ a }}|{{ b }}{{ a }}>",
    list: [{ "b c": "{{ b }}" }, "{{ a }}", "{{ b }}.", 5, null],
    constant: { max_tokens: 100, on: true, text: 'a "quoted" }} text\n' },
  };
  const compiled = compile(template);
  const anyUtf16 = fc
    .array(fc.integer({ max: 0xffff, min: 0 }))
    .map((units) => String.fromCharCode(...units));
  const liquidLike = fc.constantFrom("{{ b }}", "{% assign b = 1 %}", "{{", "%}", "{% raw %}", '"},{"');
  const anyText = fc.array(fc.oneof(anyUtf16, liquidLike)).map((parts) => parts.join(""));
  const anyValue = fc.oneof(fc.jsonValue({ stringUnit: anyCharacter }) as fc.Arbitrary<Json>, anyText);
  const anyRecord = fc.record({ a: anyValue, b: anyValue });

  it("only the placeholders differ, and they hold the values", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        // As text, for it keeps the order of keys, and -0 and `__proto__` stand there as what they become.
        expect(JSON.stringify(compiled.render(record))).to.equal(JSON.stringify(expected(template, record)));
      }),
      { numRuns: 400 },
    );
  });

  it("the body is JSON of whole characters", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = JSON.stringify(compiled.render(record));
        expect(JSON.stringify(JSON.parse(text))).to.equal(text);
        expect(text).to.not.match(/(?<!\\)(?:\\\\)*\\ud[89a-f]/);
      }),
      { numRuns: 200 },
    );
  });

  it("a plain placeholder is what Liquid makes of it, and fails as it fails", () => {
    // The dashes, and a tag that yields nothing, are Liquid's own business.
    const pairs: [plain: string, liquid: string][] = [
      ["{{ a }}", "{{- a -}}"],
      ["<{{ a }}", "<{{ a }}{% comment %}{% endcomment %}"],
      ["{{a}}{{  b }}}} %} {", "{% comment %}{% endcomment %}{{a}}{{  b }}}} %} {"],
      ["{{ size }}:{{ first }}", "{{ size }}:{{ first }}{% comment %}{% endcomment %}"],
      ["{{ true }} {{ a }}", "{{ true }} {{ a }}{% comment %}{% endcomment %}"],
      ["{{ record }}", "{{- record -}}"],
    ];
    const outcomes = pairs.map((pair) => pair.map((leaf) => compile({ leaf })));
    const names = fc.constantFrom("a", "b", "size", "first", "record", "__proto__");
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
    const record = fc.dictionary(names, fc.oneof(anyValue, number, fc.constant(undefined)), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(record, (record) => {
        for (const [plain, liquid] of outcomes) {
          const [one, other] = [plain?.render(record), liquid?.render(record)];
          if (one instanceof ConnectorError) expect(other).to.include({ message: one.message });
          else expect(JSON.stringify(one)).to.equal(JSON.stringify(other));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a text comes out as it went in", () => {
    const one = compile({ alone: "{{ a }}", inside: "{{ a }}!" });
    fc.assert(
      fc.property(anyText, (a) => {
        const text = a.toWellFormed();
        expect(one.render({ a, b: "no" })).to.deep.equal({ alone: text, inside: `${text}!` });
      }),
      { numRuns: 300 },
    );
  });
});

/** The body by the rule of DESIGN.md, without Liquid; `undefined` where a key is left out. */
const expected = (node: Json, record: Record<string, Json>): Json | undefined => {
  if (typeof node === "string") {
    const alone = /^\{\{ (\w) \}\}$/.exec(node)?.[1];
    const value = alone && record[alone];
    if (alone) return typeof value === "string" ? value.toWellFormed() : (value ?? undefined);
    return node.replace(/\{\{ (\w) \}\}/g, (_, name) => asText(record[name] as Json)).toWellFormed();
  }
  if (Array.isArray(node))
    return node.map((item) => expected(item, record)).filter((item) => item !== undefined);
  if (!isObject(node)) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, expected(value as Json, record)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Json;
};

const asText = (value: Json): string => {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};
