import { expect } from "chai";
import type { Json, JsonObject } from "../../src/core/json.js";
import type { Reply } from "../../src/core/reply.js";
import { families } from "../../src/models/families/index.js";
import { readAnswer } from "../../src/models/read-answer.js";
import { compileOutputColumns, textColumn } from "../../src/template/output-columns.js";

const compile = (sample: Json) => {
  const columns = compileOutputColumns(JSON.stringify(sample));
  if (!columns) throw new Error("has no columns");
  return columns;
};

/** A response, as a model of the family gives it; without a family only its body is known. */
const replyOf = (body: Json, familyName?: string): Reply =>
  readAnswer(families.find(({ name }) => name === familyName) ?? null, "{}", {
    body: JSON.stringify(body),
    counts: {},
    latencyMs: 1,
    requestId: null,
    attempts: 1,
  }).reply as Reply;

const read = (sample: Json, body: Json, familyName?: string) =>
  compile(sample).read(replyOf(body, familyName));

describe("columns: binding", () => {
  it("by key", () => {
    expect(read({ a: { b: "{{ x }}" }, c: "{{y}}" }, { a: { b: 1 }, c: [2] })).to.deep.equal({
      x: 1,
      y: [2],
    });
  });

  it("by index", () => {
    expect(read({ a: ["", "{{ x }}"] }, { a: ["zero", "one", "two"] })).to.deep.equal({ x: "one" });
  });

  it("by the constant type of an array's element, in any order", () => {
    const sample = {
      content: [
        { type: "thinking", thinking: "{{ thoughts }}" },
        { type: "text", text: "{{ answer }}" },
      ],
    };
    const thinking = { type: "thinking", thinking: "Hm." };
    const text = { type: "text", text: "Yes." };
    const columns = { thoughts: "Hm.", answer: "Yes." };
    expect(read(sample, { content: [thinking, text] })).to.deep.equal(columns);
    expect(read(sample, { content: [text, { type: "redacted_thinking" }, thinking] })).to.deep.equal(columns);
    expect(read(sample, { content: [text] })).to.deep.equal({ thoughts: null, answer: "Yes." });
  });

  it("by index where the type is itself a column", () => {
    const sample = [{ type: "{{ kind }}", text: "{{ x }}" }];
    expect(read(sample, [{ type: "text", text: "a" }])).to.deep.equal({ kind: "text", x: "a" });
  });

  it("by any name, in the sample's order", () => {
    const columns = compile({ a: "{{ the answer }}", b: "{{- __proto__ -}}", c: "{{constructor}}" });
    expect(columns.names).to.deep.equal(["the answer", "__proto__", "constructor"]);
    expect(JSON.stringify(columns.read(replyOf({ a: 1, b: 2, c: 3 })))).to.equal(
      '{"the answer":1,"__proto__":2,"constructor":3}',
    );
  });

  it("of own keys only", () => {
    expect(read({ constructor: "{{ x }}", a: "{{ y }}" }, { a: 1 })).to.deep.equal({ x: null, y: 1 });
  });
});

describe("columns: values", () => {
  it("keep their type and their blanks", () => {
    const body = { a: " \n text \n", b: 1.5, c: { d: [null] }, e: false };
    const sample = { a: "{{ a }}", b: "{{ b }}", c: "{{ c }}", e: "{{ e }}" };
    expect(read(sample, body)).to.deep.equal(body);
  });

  it("are null where the response lacks them", () => {
    expect(read({ a: "{{ x }}", b: ["", { c: "{{ y }}" }] }, { a: 1, b: "text" })).to.deep.equal({
      x: 1,
      y: null,
    });
  });

  it("are null as a whole where the response lacks all of them", () => {
    expect(read({ a: "{{ x }}", b: "{{ y }}" }, { error: "overloaded" })).to.equal(null);
  });

  it("that are null in the response are there", () => {
    expect(read({ a: "{{ x }}" }, { a: null })).to.deep.equal({ x: null });
  });
});

describe("columns: inline reasoning", () => {
  const r1 = (text: string): JsonObject => ({ choices: [{ text, stop_reason: "stop" }] });
  const gptOss = (content: string): JsonObject => ({
    choices: [{ message: { content }, finish_reason: "stop" }],
  });

  it("is taken apart by a leaf written as the model writes it", () => {
    const sample = r1("{{ thoughts }}</think>{{ answer }}");
    expect(read(sample, r1("\nHm.\n</think>\n\nYes. "), "deepseek-r1")).to.deep.equal({
      thoughts: "\nHm.\n",
      answer: "\n\nYes. ",
    });
  });

  it("is taken apart with its opening tag in the leaf", () => {
    const sample = gptOss("<reasoning>{{ thoughts }}</reasoning>{{ answer }}");
    expect(read(sample, gptOss("<reasoning>Hm.</reasoning>Yes."), "openai-chat")).to.deep.equal({
      thoughts: "Hm.",
      answer: "Yes.",
    });
  });

  it("that is not there is null", () => {
    const sample = r1("{{ thoughts }}</think>{{ answer }}");
    expect(read(sample, r1("Yes."), "deepseek-r1")).to.deep.equal({ thoughts: null, answer: "Yes." });
  });

  it("is never in a plain column on the text", () => {
    expect(read(r1("{{ answer }}"), r1("Hm.</think>Yes."), "deepseek-r1")).to.deep.equal({ answer: "Yes." });
  });

  it("is never in a plain column on the text, cut off or not", () => {
    const cut = gptOss("<reasoning>Hm");
    expect(read(gptOss("{{ answer }}"), cut, "openai-chat")).to.deep.equal({ answer: "" });
  });

  it("of a model of no family is taken apart by the leaf's own tag", () => {
    const sample = { text: "{{ thoughts }}</think>{{ answer }}" };
    expect(read(sample, { text: "Hm.</think>Yes." })).to.deep.equal({ thoughts: "Hm.", answer: "Yes." });
  });
});

describe("columns: without a placeholder", () => {
  it("there are none, even if the sample is not JSON", () => {
    expect(compileOutputColumns('{"generation": "text"}')).to.equal(null);
    expect(compileOutputColumns("the usual response")).to.equal(null);
  });

  it("the model's text goes to the one column", () => {
    const column = textColumn("summary");
    expect(column.names).to.deep.equal(["summary"]);
    expect(column.read(replyOf({ generation: " Yes.\n" }, "llama"))).to.deep.equal({ summary: " Yes.\n" });
    expect(column.read(replyOf({ generation: "" }, "llama"))).to.deep.equal({ summary: "" });
    expect(column.read(replyOf({ error: "overloaded" }, "llama"))).to.equal(null);
  });
});

describe("columns: several elements of one type", () => {
  it("are bound in their order", () => {
    const columns = compileOutputColumns(
      '{"content":[{"type":"text","text":"{{ first }}"},{"type":"text","text":"{{ second }}"}]}',
    );
    const content = [{ type: "thinking" }, { type: "text", text: "a" }, { type: "text", text: "b" }];
    expect(columns?.read(replyOf({ content }))).to.deep.equal({ first: "a", second: "b" });
  });
});

describe("columns: what is refused", () => {
  const refused: readonly (readonly [string, Json, string])[] = [
    ["a name used twice", { a: "{{ x }}", b: ["{{ x }}"] }, "column name x twice"],
    ["a name used twice around a tag", { a: "{{ x }}</think>{{ x }}" }, "column name x twice"],
    ["the reserved name", { a: "{{ _bedrock }}" }, "_bedrock (reserved)"],
    ["the reserved name around a tag", { a: "{{ x }}</think>{{ _bedrock }}" }, "_bedrock (reserved)"],
    ["several placeholders in a value", { a: [{ b: "{{ x }} {{ y }}" }] }, "more than one {{ column }}"],
    ["several placeholders in a value, with its place", { a: [{ b: "{{ x }}{{ y }}" }] }, "at a.0.b"],
    ["text around a placeholder, with its place", { a: { b: "Answer: {{ x }}" } }, "at a.b"],
    ["a filter, with its place", { a: { b: "{{ x | upcase }}" } }, "at a.b"],
  ];
  for (const [what, sample, message] of refused)
    it(what, () => {
      expect(() => compile(sample)).to.throw(message);
    });

  it("a lone placeholder with more around it is not told to be more than one", () => {
    for (const leaf of ["Answer: {{ x }}", "{{ x | upcase }}", "{{ x"])
      expect(() => compile({ a: leaf }), leaf).to.throw(/^(?!.*more than one)/);
  });

  it("a placeholder without a name", () => {
    for (const leaf of ["{{ }}", "{{}}", "{{ }}</think>{{ y }}"])
      expect(() => compile({ a: leaf, b: "{{ x }}" }), leaf).to.throw();
  });

  it("placeholders in keys only: every row would be paid for nothing", () => {
    expect(() => compileOutputColumns('{"{{ x }}": "a"}')).to.throw();
  });

  it("a sample with a placeholder that is not JSON", () => {
    expect(() => compileOutputColumns("{{ x }}")).to.throw("not valid JSON at line 1");
  });
});
