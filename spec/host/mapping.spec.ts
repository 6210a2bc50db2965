import { expect } from "chai";
import { compileMapping } from "../../src/host/mapping.js";

describe("the host's mapping", () => {
  const map = (
    from: string | number | boolean,
    mapping_type: "standard" | "static" | "template",
    row: object,
  ) => {
    const mapping = compileMapping([{ from, to: "out", mapping_type }], new Set());
    return (mapping(row as Record<string, unknown>) as Record<string, unknown>).out;
  };

  it("standard takes a column with its type, and null for one that is not there", () => {
    expect(map("n", "standard", { n: 1.5 })).to.equal(1.5);
    expect(map("n", "standard", { n: { a: [1] } })).to.deep.equal({ a: [1] });
    expect(map("toString", "standard", {})).to.equal(null);
  });

  it("static is the value itself", () => {
    expect(map("{{ n }}", "static", { n: 1 })).to.equal("{{ n }}");
    expect(map(true, "static", {})).to.equal(true);
  });

  for (const [template, row, text] of [
    ["{{ a }} and {{ b }}", { a: "it's" }, "it's and "],
    ['{{ n | cast: "number" }}', { n: "12" }, "12"],
    ['{{ s | regex_replace: "[0-9]+", "#" }}', { s: "a1b22" }, "a#b#"],
    ['{{ d | to_datetime: "%d.%m.%Y" }}', { d: "24.12.2025" }, "2025-12-24T00:00:00+00:00"],
    ["{{ s | shout }}", { s: "quiet" }, "quiet"],
    ["{{ constructor }}", {}, ""],
  ] as const)
    it(`template ${template} gives ${JSON.stringify(text)}`, () => {
      expect(map(template, "template", row)).to.equal(text);
    });

  it("holds only mapped fields, nested at the dots, whatever they are called", () => {
    const items = ["a.b", "a.c", "__proto__.x"].map((to) => ({ from: "n", to }));
    const record = compileMapping(items, new Set())({ n: 1, other: 2 });
    expect(JSON.stringify(record)).to.equal('{"a":{"b":1,"c":1},"__proto__":{"x":1}}');
    expect(({} as { x?: unknown }).x).to.equal(undefined);
  });

  it("without items is the row", () => {
    const row = { a: 1 };
    expect(compileMapping(undefined, new Set())(row)).to.equal(row);
  });

  it("names the field whose template is none", () => {
    expect(() => map("{{ a", "template", {})).to.throw("the mapping of out is not a Liquid template");
  });
});
