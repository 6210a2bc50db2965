import { expect } from "chai";
import fc from "fast-check";
import { writeJson } from "../../src/core/exact-json.js";
import { settingsOf, useStandIn } from "../support/stand-in.js";

const output_schema = {
  type: "object",
  properties: {
    category: { type: "string" },
    score: { type: "number" },
    tags: { type: "array", items: { type: "string" } },
    urgent: { type: "boolean" },
  },
  required: ["category", "score"],
};
const billing = { category: "billing", score: 1 };
const json = JSON.stringify(billing);
const draft = '{"category":"DRAFT","score":0}';

/** Answers of a model that is asked in words. */
const said = (text: string, stop_reason = "end_turn") => ({
  body: {
    content: [{ type: "text", text }],
    stop_reason,
    usage: { input_tokens: 20, output_tokens: 10 },
  },
});
const converse = (content: unknown, stopReason = "end_turn") => ({
  body: {
    output: { message: { role: "assistant", content } },
    stopReason,
    usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
  },
});
const toolOf = (input: unknown) =>
  converse([{ toolUse: { toolUseId: "1", name: "answer", input } }], "tool_use");

describe("typed answers: which JSON counts", () => {
  const bedrock = useStandIn();
  const inWords = { ...settingsOf("claude in words"), output_schema };

  const whole: [what: string, text: string][] = [
    ["the last of several", `At first sight ${draft}, but on reflection:\n\`\`\`json\n${json}\n\`\`\``],
    ["behind braces of LaTeX", `${"\\frac{i}{2} ".repeat(25)}${json}`],
    ["behind thousands of braces", `${"{".repeat(5000)}${json}`],
    ["behind thousands of objects that never end", `${'{"a":'.repeat(3000)}${json}`],
    ["behind thousands of pairs of braces", `${"{i}".repeat(5000)}${json}`],
    ["behind a quote that never ends", `The 5" disk: ${json}`],
    ["behind an object that a quote hides", `{ "he said ${json}`],
    ["in front of a template", `${json}\nFill {it} in.`],
    ["in front of an empty object", `${json}\nUse {} for none.`],
    ["in a list", `[${json}]`],
    ["over lines, in a fence without a name", `\`\`\`\n${JSON.stringify(billing, null, 2)}\n\`\`\``],
    ["behind the schema", `${JSON.stringify(output_schema)}\n${json}`],
    ["in front of the schema", `${json}\nIt fits ${JSON.stringify(output_schema)}.`],
  ];
  for (const [what, text] of whole)
    it(what, async () => {
      const { row } = await bedrock.run(inWords, said(text));
      expect(row._bedrock).to.include({ status: "enriched", repaired: false });
      expect(row).to.include(billing);
    });

  it("never one of the reasoning", async () => {
    const settings = { ...settingsOf("kimi", "converse"), output_schema };
    const { row } = await bedrock.run(
      settings,
      converse([{ text: `<think>Maybe ${draft} but no.</think>\n${json}` }]),
    );
    expect(row).to.include(billing);
    const { row: none } = await bedrock.run(settings, converse([{ text: `<think>Maybe ${draft}.</think>` }]));
    expect(none._bedrock.error?.code).to.equal("only_reasoning");
  });

  const mended: [what: string, text: string, more?: object][] = [
    ["a trailing comma", '{"category":"billing","score":1,}'],
    ["a trailing comma, behind a draft", `${draft}\n{"category":"billing","score":1,}`],
    ["a raw line break", '{"category":"billing","score":1,"tags":["a\nb"]}', { tags: ["a\nb"] }],
    ["a raw control", '{"category":"billing","score":1,"tags":["a\u0001b"]}', { tags: ["a\u0001b"] }],
    ["line breaks that are escaped outside of texts", '{\\n"category":"billing",\\n"score":1\\n}'],
    [
      "JSON over lines whose quotes are escaped",
      JSON.stringify(JSON.stringify({ ...billing, tags: ['a\n"b"'] }, null, 2)).slice(1, -1),
      { tags: ['a\n"b"'] },
    ],
    ["single quotes", "{'category':'billing','score':1}"],
    ["single quotes, behind braces", "For {x}: {'category':'billing','score':1}"],
    ["typographic quotes", "{“category”:“billing”,“score”:1}"],
    [
      "quotes inside of a text",
      '{"category":"billing","score":1,"tags":["the "big" one"]}',
      { tags: ['the "big" one'] },
    ],
    ["keys without quotes", '{category:"billing",score:1}'],
    ["words of Python", "{'category':'billing','score':1,'urgent':True}", { urgent: true }],
    ["comments", '{"category":"billing", // the first\n"score":1}'],
    [
      "a backslash that escapes nothing",
      '{"category":"billing","score":1,"tags":["\\d+"]}',
      { tags: ["\\d+"] },
    ],
    ["JSON inside JSON", JSON.stringify(json)],
    ["JSON whose quotes are escaped", json.replaceAll('"', '\\"')],
    ["a key around it", JSON.stringify({ answer: billing })],
    ["a key around its JSON", JSON.stringify({ answer: json })],
    ["a key around a list of it", JSON.stringify({ answers: [billing] })],
    ["a call of a tool in words", JSON.stringify({ name: "answer", parameters: billing })],
    ["the schema with values in it", JSON.stringify({ type: "object", properties: billing })],
    ["a number in quotes", '{"category":"billing","score":"1"}'],
    ["a truth value in quotes", '{"category":"billing","score":1,"urgent":"false"}', { urgent: false }],
    ["a list in quotes", '{"category":"billing","score":1,"tags":"[\\"a\\",\\"b\\"]"}', { tags: ["a", "b"] }],
  ];
  for (const [what, text, more = {}] of mended)
    it(`mended and marked: ${what}`, async () => {
      const { row, summary } = await bedrock.run(inWords, said(text));
      expect(row._bedrock).to.include({ status: "enriched", repaired: true });
      expect(row).to.deep.include({ ...billing, ...more });
      expect(summary).to.include({ repaired: 1 });
    });

  const tools: [what: string, input: unknown, more?: object][] = [
    ["a list as text", { ...billing, tags: '["a","b"]' }, { tags: ["a", "b"] }],
    ["a list as Python writes it", { ...billing, tags: "['a', 'b']" }, { tags: ["a", "b"] }],
    ["all of it as text", json],
    ["a key around it", { input: billing }],
  ];
  for (const [what, input, more = {}] of tools)
    for (const api of ["invoke_model", "converse"] as const)
      it(`arguments of a tool, mended: ${what} (${api})`, async () => {
        const { row } = await bedrock.run({ ...settingsOf("nova", api), output_schema }, toolOf(input));
        expect(row._bedrock.status).to.equal("enriched");
        expect(row).to.deep.include({ ...billing, ...more });
      });

  it("of several calls of the tool the last one that fits", async () => {
    const calls = [JSON.parse(draft), billing, { category: 5 }];
    const { row } = await bedrock.run(
      { ...settingsOf("nova", "converse"), output_schema },
      converse(
        calls.map((input) => ({ toolUse: { toolUseId: "1", name: "answer", input } })),
        "tool_use",
      ),
    );
    expect(row).to.include(billing);
  });

  const misfits: [what: string, text: string][] = [
    ["the schema", JSON.stringify(output_schema)],
    [
      "the schema as the prompt had it, with a word around it",
      `Here: ${JSON.stringify({ properties: output_schema.properties })}`,
    ],
    ["its properties", JSON.stringify(output_schema.properties)],
    ["what leaves something out", '{"category":"billing","score":1,"tags":["a", ...]}'],
    ["what is not closed, with something closed in it", '{"category":"billing","score":1,"more":{"a":1}'],
    ["words for a list", '{"category":"billing","score":1,"tags":"apple, banana"}'],
    ["a list that is not closed", '{"category":"billing","score":1,"tags":"[1, 2"}'],
    ["what is not whole", '{"category":"billing","score":1'],
    ["two under two keys, of which nobody knows which", JSON.stringify({ a: billing, b: JSON.parse(draft) })],
    ["a text for a number", '{"category":"billing","score":"high"}'],
    ["no JSON", "I cannot say."],
  ];
  for (const [what, text] of misfits)
    it(`no answer: ${what}`, async () => {
      const { row } = await bedrock.run(inWords, said(text));
      expect(row._bedrock).to.include({ status: "failed", billed: "yes" });
      expect(row._bedrock.error?.code).to.equal("schema_mismatch");
    });

  it("the schema again is no answer, even where everything fits", async () => {
    const open = { type: "object", properties: { type: { type: "string" }, note: {} } };
    const settings = { ...settingsOf("claude in words"), output_schema: open };
    for (const text of [JSON.stringify(open), JSON.stringify(open.properties), '{"other":1}']) {
      const { row } = await bedrock.run(settings, said(text));
      expect(row._bedrock.error?.code, text).to.equal("schema_mismatch");
    }
    expect((await bedrock.run(settings, said("{}"))).row._bedrock.status).to.equal("enriched");
    expect((await bedrock.run(settings, said('{"result":{"note":1}}'))).row.note).to.equal(1);
  });

  it("behind an answer that was cut off, a draft is none", async () => {
    const { row } = await bedrock.run(inWords, said(`${draft} or rather {"category":"bil`, "max_tokens"));
    expect(row._bedrock.error?.code).to.equal("truncated");
    const { row: whole } = await bedrock.run(inWords, said(`${json} That is bec`, "max_tokens"));
    expect(whole._bedrock).to.include({ status: "enriched", truncated: true });
  });

  it("asks again where there was no answer", async () => {
    const { row } = await bedrock.run({ ...inWords, schema_retries: "2" }, [
      said(""),
      said("Hm."),
      said(json),
    ]);
    expect(row._bedrock).to.include({ attempts: 3, input_tokens: 60, output_tokens: 30 });
    expect(row).to.include(billing);
  });

  it("numbers keep their digits, or the row says so", async () => {
    const properties = {
      id: { type: "integer" },
      ids: { type: "array", items: { type: "integer" } },
      share: { type: "number" },
      name: { type: "string" },
    };
    const settings = { ...settingsOf("claude in words"), output_schema: { type: "object", properties } };
    const writtenOf = async (text: string) => {
      const { id, ids, share, name, _bedrock } = (await bedrock.run(settings, said(text))).row;
      return { written: writeJson({ id, ids, share, name }), remarks: _bedrock.remarks };
    };
    const kept: [given: string, written: string][] = [
      ['{"id":9007199254740991,"name":"1234567890123456789"}', '{"id":9007199254740991'],
      ['{"id":1234567890123456789}', '{"id":1234567890123456789'],
      ['{"id":"1234567890123456789"}', '{"id":1234567890123456789'],
      [
        '{"ids":[7,1234567890123456781,-9999999999999999999]}',
        "[7,1234567890123456781,-9999999999999999999]",
      ],
      ['{"share":1e400}', '"share":1e400'],
      [`{"id":${"7".repeat(500)}}`, `{"id":${"7".repeat(500)}`],
      ['I thought of 1234567890123456789. {"name":"1"}', '{"id":null'],
    ];
    for (const [given, written] of kept) {
      const row = await writtenOf(given);
      expect(row.written).to.contain(written);
      expect(row.remarks, given).to.equal(null);
    }
    for (const [column, given] of [
      ["share", '{"share":0.12345678901234567890123}'],
      ["ids", '{"ids":[1234567890123456781,1234567890123456782]}'],
      ["id", 'Not 1234567890123456781 but {"id":1234567890123456800}'],
    ] as const)
      expect((await writtenOf(given)).remarks?.[0], given).to.match(new RegExp(`^${column} lost digits`));
    const { row } = await bedrock.run(
      { ...settingsOf("nova"), output_schema: { type: "object", properties } },
      {
        body: '{"output":{"message":{"content":[{"toolUse":{"input":{"id":1234567890123456781}}}]}},"stopReason":"tool_use"}',
      },
    );
    expect(String(row.id)).to.equal("1234567890123456781");
  });

  it("any object that fits is found in any prose", async () => {
    const prose = fc.string({ unit: fc.constantFrom(..."{}[]\"':,\\ \nabc1".split("")), maxLength: 200 });
    const settings = { ...inWords, max_concurrency: "20" };
    const cases = fc.sample(
      fc.tuple(prose, fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), prose),
      150,
    );
    const answers = cases.map(([before, category, score]) =>
      said(`${before}\n${JSON.stringify({ category, score })}`),
    );
    const rows = cases.map((_, id) => ({ text: `row ${id}` }));
    const result = await bedrock.run({ ...settings, max_concurrency: "1" }, answers, rows);
    for (const [index, [before, category, score]] of cases.entries())
      expect(result.rows[index], JSON.stringify(before)).to.deep.include({
        category,
        score: score === 0 ? 0 : score,
      });
  });
});
