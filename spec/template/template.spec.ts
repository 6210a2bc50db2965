import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import type { Json } from "../../src/core/json.js";
import { compileTemplate } from "../../src/template/template.js";

const compile = (template: Json) => compileTemplate(JSON.stringify(template));

/** What one leaf becomes. */
const fill = (leaf: string, record: Record<string, unknown>): unknown => {
  const body = compile({ leaf }).render(record);
  return body instanceof ConnectorError ? body : body.leaf;
};

const failure = (leaf: string, record: Record<string, unknown>): ConnectorError => {
  const error = fill(leaf, record);
  expect(error).to.be.instanceOf(ConnectorError);
  return error as ConnectorError;
};

describe("template: a leaf that is one placeholder", () => {
  const big = { list: Array.from({ length: 2000 }, (_, index) => ({ index, on: index % 2 === 0 })) };
  const values: Record<string, unknown> = { number: 0.5, boolean: false, array: [1, "a", null], object: big };
  for (const [type, value] of Object.entries(values))
    it(`keeps the type of ${type === "object" ? "a big" : "the"} ${type}`, () => {
      expect(fill("{{ x }}", { x: value })).to.deep.equal(value);
    });

  it("keeps text that looks like JSON as text", () => {
    expect(fill("{{ x }}", { x: '{"role":"system"}' })).to.equal('{"role":"system"}');
  });

  it("keeps the type that a filter gives", () => {
    expect(fill("{{ x | plus: 1 }}", { x: 2 })).to.equal(3);
  });

  it("keeps the type with whitespace control", () => {
    expect(fill("{{- x -}}", { x: 2 })).to.equal(2);
  });

  it("leaves its key out for null", () => {
    expect(compile({ a: "{{ x }}", b: 1 }).render({ x: null })).to.deep.equal({ b: 1 });
  });

  it("leaves its element out of an array for null", () => {
    expect(compile({ a: ["{{ x }}", 1] }).render({ x: null })).to.deep.equal({ a: [1] });
  });

  it("leaves its key out for a number that JSON lacks", () => {
    expect(compile({ a: "{{ x }}" }).render({ x: Number.NaN })).to.deep.equal({});
  });

  it("does not hand out the record's own objects", () => {
    const record = { x: [1] };
    expect(fill("{{ x }}", record)).to.not.equal(record.x);
  });
});

describe("template: a placeholder inside a longer text", () => {
  const texts: readonly (readonly [string, unknown, string])[] = [
    ["a number", 1.5, "1.5"],
    ["a boolean", false, "false"],
    ["null, as nothing", null, ""],
    ["an object, as JSON", { a: [1, "b"] }, '{"a":[1,"b"]}'],
    ["an array, as JSON", ["b", { c: null }], '["b",{"c":null}]'],
    ["quotes and backslashes, as they are", '"\\" \n', '"\\" \n'],
    ["a date, as ISO 8601", new Date(0), "1970-01-01T00:00:00.000Z"],
  ];
  for (const [what, value, text] of texts)
    it(`shows ${what}`, () => {
      expect(fill("<{{ x }}>", { x: value })).to.equal(`<${text}>`);
    });

  it("shows Liquid's nil and empty as nothing", () => {
    expect(fill("<{{ nil }}{{ empty }}>", {})).to.equal("<>");
  });
});

describe("template: columns", () => {
  it("lists them once each, in the order of their use", () => {
    const { columns } = compile({
      a: "{{ b }}{% if c %}{{ a.x }}{% endif %}{{ b }}",
      d: ['{{ record["e f"] }}', "{% for item in g %}{{ item.h }}{% endfor %}"],
    });
    expect(columns).to.have.members(["b", "c", "a", "e f", "g"]).and.have.length(5);
    expect(columns[0]).to.equal("b");
  });

  for (const name of ["a b", "a.b", "naïve 名前", "a-b", "1st", "it's", "__proto__", "constructor", "size"])
    it(`are read by any name through record[…]: ${name}`, () => {
      const record = Object.fromEntries([[name, "value"]]);
      expect(fill(`{{ record["${name}"] }}`, record)).to.equal("value");
    });

  for (const name of ["record", "__proto__", "constructor", "toString", "名前", "from_2024"])
    it(`may be called ${name}`, () => {
      expect(fill(`{{ ${name} }}`, Object.fromEntries([[name, "value"]]))).to.equal("value");
    });

  it("stay in reach of record[…] when one of them is called record", () => {
    expect(fill('{{ record["a b"] }}', { record: "value", "a b": 1 })).to.equal(1);
  });

  it("are own properties only", () => {
    for (const leaf of [
      "{{ constructor }}",
      "{{ x.constructor }}",
      "{{ record.toString }}",
      "{{ __proto__ }}",
    ])
      expect(failure(leaf, { x: {} }).code, leaf).to.equal("missing_column");
  });

  it("that are absent are the row's error, by name", () => {
    const error = failure("Hi {{ first_name }}", { name: "Jane" });
    expect(error).to.include({ code: "missing_column", billed: "no" });
    expect(error.message).to.contain("first_name").and.to.contain("default").and.not.to.contain("Jane");
  });

  it("that are absent inside a column are named by their path", () => {
    expect(failure("{{ x.y }}", { x: { z: "Jane" } }).message).to.contain("x.y");
  });

  it("that a value names are not told: the value may be personal", () => {
    for (const leaf of ["{{ x[y] }}", "Hi {{ record[y] }}", "{{ list | where_exp: 'i', y }}"])
      expect(failure(leaf, { x: {}, y: "jane_miller", list: [1] }).message, leaf).to.not.contain(
        "jane_miller",
      );
  });

  it("that are absent may have a default, typed where it stands alone", () => {
    expect(fill('<{{ x | default: "none" }}>', {})).to.equal("<none>");
    expect(fill("{{ x.y | default: 3 }}", {})).to.equal(3);
  });

  it("that are absent count as false in a condition", () => {
    expect(fill("{% if x %}yes{% else %}no{% endif %}", {})).to.equal("no");
  });
});

describe("template: what a value can do", () => {
  it("is never rendered again", () => {
    const x = "{{ y }}{% assign y = 1 %}{% raw %}";
    expect(fill("{{ x }}", { x, y: "no" })).to.equal(x);
    expect(fill("<{{ x }}>", { x, y: "no" })).to.equal(`<${x}>`);
  });

  it("does not end the string it stands in", () => {
    const body = compile({ prompt: "{{ x }}.", max_tokens: 5 }).render({
      x: '", "max_tokens": 99999, "y": "',
    });
    expect(body).to.deep.equal({ prompt: '", "max_tokens": 99999, "y": ".', max_tokens: 5 });
  });

  it("holds U+FFFD where it held half a surrogate pair", () => {
    expect(fill("{{ x }}", { x: "a\ud800" })).to.equal("a\ufffd");
    expect(fill("<{{ x }}>", { x: "\udc00" })).to.equal("<\ufffd>");
  });

  it("holds U+FFFD in place of half pairs deep inside, keys too", () => {
    expect(fill("{{ x }}", { x: [{ "\ud800": "\udc00" }] })).to.deep.equal([{ "\ufffd": "\ufffd" }]);
  });

  it("makes an own property even of the key __proto__", () => {
    const body = compileTemplate('{"__proto__": {"a": "{{ x }}."}}').render({ x: 1 });
    expect(JSON.stringify(body)).to.equal('{"__proto__":{"a":"1."}}');
  });
});

describe("template: what a leaf can do", () => {
  it("does not lend its assigned names to another", () => {
    const template = compile({
      a: "{% assign z = 1 %}{% capture y %}2{% endcapture %}",
      b: "{{ z }}{{ y }}",
    });
    expect(template.render({ z: "column", y: "s" })).to.deep.include({ b: "columns" });
    expect(template.render({})).to.include({ code: "missing_column" });
  });

  it("does not change the record", () => {
    const record = { id: 5 };
    try {
      fill("{% increment id %}{% decrement id %}{% increment id %}", record);
    } catch {
      // To refuse the tags is as good.
    }
    expect(record).to.deep.equal({ id: 5 });
  });

  it("keeps backslashes in its strings, as the host's Liquid does", () => {
    expect(fill("<{{ x | append: '\\d' }}>", { x: "" })).to.equal("<\\d>");
  });

  it("keeps what stands between raw and endraw", () => {
    expect(fill("{% raw %}{{ '\\d' }}{% endraw %}", {})).to.equal("{{ '\\d' }}");
  });

  const bombs: Record<string, string> = {
    "a loop in a loop": "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}",
    "a text that doubles":
      "{% assign s = 'aa' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}",
    "a range beyond all limits": "{{ (1..x) }}",
  };
  for (const [what, bomb] of Object.entries(bombs))
    it(`does not run away: ${what}`, () => {
      const { code, message } = failure(bomb, { x: 1e15 });
      expect(code).to.equal("template_failed");
      expect(message).to.match(/limit/);
    });

  it("does not build a list of millions because a value says so", () => {
    const error = failure("{% for i in (1..x) %}.{% endfor %}", { x: 2e7 });
    expect(error).to.have.property("code", "template_failed");
    expect(error.message).to.contain("memory");
  });
});

describe("template: what is refused when it is compiled", () => {
  const refused: readonly (readonly [string, string, string])[] = [
    ["an array", "[1]", "must be a JSON object"],
    ["a string", '"{{ x }}"', "must be a JSON object"],
    ["null", "null", "must be a JSON object"],
    ["a placeholder in a key", '{"a":{"{{ x }}":1}}', "placeholder in a key (in a)"],
    ["a tag in a key", '{"{% x %}":1}', "placeholder in a key (in the root)"],
    ["an unknown filter", '{"a":[{"b":"{{ x | nope }}"}]}', "at a[0].b: undefined filter: nope"],
    [
      "the filter raw, which would skip the way that structures become text",
      '{"a":"<{{ x | raw }}>"}',
      "at a: undefined filter: raw",
    ],
    ["a third brace", '{"a":"{{{ x }}}"}', "Liquid error at a"],
    ["an unclosed placeholder", '{"a":{"b":"{{ x"}}', "Liquid error at a.b"],
    ["an unclosed tag", '{"a":"{% if x %}"}', "Liquid error at a"],
    ["an empty placeholder", '{"a":"{{ }}"}', "Liquid error at a"],
    ["an unknown tag", '{"a":"{% nope %}"}', "Liquid error at a"],
    ["text that is not JSON", '{"a": {{ x }}}', "not valid JSON at line 1, column 8"],
  ];
  for (const [what, template, message] of refused)
    it(what, () => {
      expect(() => compileTemplate(template)).to.throw(message);
    });

  for (const tag of ["include 'package.json'", "render 'package.json'", "layout 'a'", "block a"])
    it(`the tag ${tag.split(" ")[0]}`, () => {
      expect(() => compile({ a: `{% ${tag} %}` })).to.throw("Liquid error at a");
    });
});
