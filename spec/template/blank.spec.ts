import { expect } from "chai";
import { isBlank } from "../../src/template/blank.js";
import { compileTemplate } from "../../src/template/template.js";

const blankTexts: Readonly<Record<string, string>> = {
  empty: "",
  blanks: "   ",
  "line breaks": "\r\n\t\n",
  "no-break spaces": "\u00A0\u202F\u2007",
  "wide and thin spaces": "\u3000\u2009\u200A\u1680",
  "zero-width characters": "\u200B\u200C\u200D\u2060\uFEFF",
  "soft hyphens": "\u00AD",
  "marks of direction": "\u200E\u202A\u2066\u061C",
  "line and paragraph separators": "\u2028\u2029",
  controls: "\u0000\u0007\u001B\u0085",
  "fillers of other scripts": "\u3164\uFFA0\u115F\u180E\u034F\u2800",
  "variation selectors and tags": "\uFE0F\u{E0100}\u{E0020}",
};
const blankValues: Readonly<Record<string, unknown>> = {
  ...blankTexts,
  null: null,
  undefined: undefined,
  "not a number": Number.NaN,
  "an empty list": [],
  "a list of blanks": ["", null, [" "]],
  "an empty object": {},
  "an object of blanks": { a: null, b: "\u200B" },
};
const values: Readonly<Record<string, unknown>> = {
  zero: 0,
  false: false,
  "one letter among blanks": " \u00A0x ",
  "a dash": "-",
  "a dot": ".",
  "a combining mark": "\u0301",
  "a picture": "🙂",
  "an object with a value": { a: "", b: 0 },
  "a list with a value": ["", false],
  "a day": new Date(0),
  "a long number": 1n,
};

describe("isBlank", () => {
  for (const [name, value] of Object.entries(blankValues))
    it(`is so for ${name}`, () => expect(isBlank(value)).to.equal(true));
  for (const [name, value] of Object.entries(values))
    it(`is not so for ${name}`, () => expect(isBlank(value)).to.equal(false));
});

describe("a template that came out blank", () => {
  const cameOutBlank = (leaves: unknown, record: Record<string, unknown>): boolean => {
    const template = compileTemplate(JSON.stringify({ leaves }));
    const body = template.render(record);
    if (body instanceof Error) throw body;
    return template.isBlank(body);
  };

  const leaves: readonly string[] = [
    "{{ x }}",
    "In one sentence: {{ x }}",
    "{{ x | strip }}",
    '{{ x | default: "" }} !',
    "{{ x | fence }}",
    'Read this: {{ x | fence: "mail" }}',
    "{{ record.x }}",
    "{% if x != nil %}Mail: {{ x }}{% endif %}",
    "{% assign y = x %}Mail: {{ y }}",
    "{% for part in x %}{{ part }}{% endfor %}",
    "{{ 'now' | date: '%F' }}, {{ 7 }}: {{ x }}",
  ];
  for (const leaf of leaves) {
    it(`knows a blank row: ${leaf}`, () => {
      for (const x of [...Object.values(blankTexts), null]) {
        // Liquid's for goes over the letters of no text.
        expect(cameOutBlank(leaf, { x }), JSON.stringify(x)).to.equal(true);
      }
    });
    it(`knows one that is not: ${leaf}`, () => {
      expect(cameOutBlank(leaf, { x: "Hello" })).to.equal(false);
    });
  }

  it("looks at all of its placeholders, wherever they stand", () => {
    const three = ["{{ a }}", { deep: "x {{ b }}" }, ["{{ c | upcase }}"]];
    expect(cameOutBlank(three, { a: " ", b: null, c: "" })).to.equal(true);
    for (const name of ["a", "b", "c"])
      expect(cameOutBlank(three, { a: " ", b: null, c: "", [name]: "v" }), name).to.equal(false);
  });

  const others: readonly (readonly [string, unknown, Record<string, unknown>, boolean])[] = [
    ["an empty list", "Tags: {{ x }}", { x: [] }, true],
    ["an empty list, alone", "{{ x }}", { x: [] }, true],
    ["a loop over an empty list", "Tags:{% for t in x %} {{ t }}{% endfor %}", { x: [] }, true],
    ["a default of its own words", '{{ x | default: "n/a" }}', { x: "" }, false],
    ["zero and false", "{{ x }} {{ y }}", { x: 0, y: false }, false],
    ["words that only a tag chooses", "{% if vip %}Dear{% else %}Hello{% endif %}", { vip: "" }, false],
    [
      "a branch without placeholders, of a row that has something",
      "{% if vip %}Dear {{ name }}{% else %}Hello{% endif %}",
      { vip: false, name: "Eve" },
      false,
    ],
    ["no placeholder at all", "Tell a joke", { x: "" }, false],
    ["a constant beside", ["{{ 'now' | date: '%Y' }}", "{{ x }}"], { x: "" }, true],
    [
      "a condition on another column",
      "{% if l == 'de' %}Auf Deutsch: {% endif %}{{ x }}",
      { l: "de", x: "" },
      true,
    ],
  ];
  for (const [name, template, record, blank] of others)
    it(`${blank ? "is blank" : "is not blank"}: ${name}`, () => {
      expect(cameOutBlank(template, record)).to.equal(blank);
    });

  it("renders a blank row as any other", () => {
    expect(compileTemplate('{"p":"Say: {{ x }}.","q":"{{ x }}"}').render({ x: null })).to.deep.equal({
      p: "Say: .",
    });
  });
});
