import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, type Hooks, type Preview, type Summary } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

const format = (limit: number) =>
  JSON.stringify({
    messages: [{ role: "user", content: [{ text: "Summarise:\n\n{{ text }}" }] }],
    inferenceConfig: { maxTokens: limit },
  });

const claude = {
  model_id: "us.anthropic.claude-3-5-haiku-20241022-v1:0",
  request_format: {
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 60,
    messages: [{ role: "user", content: "{{ text }}" }],
  },
};

const expectWithin = (
  actual: number | null | undefined,
  range: { low: number; max: number | null } | null,
): void => {
  expect(actual).to.be.within(range?.low ?? 1, range?.max ?? 0);
};

describe("a preview", () => {
  const connector: Hooks = new AwsBedrockModel();
  const bedrock = useBedrock();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "preview-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const settings = (changes: Record<string, unknown> = {}) =>
    localConfig(bedrock.url, { request_format: format(60), ...changes });
  const preview = async (records: readonly unknown[], changes: Record<string, unknown> = {}, rows?: number) =>
    (await connector.preview(settings(changes), records, rows === undefined ? {} : { rows })) as Preview;
  const run = async (
    records: readonly unknown[],
    changes: Record<string, unknown> = {},
  ): Promise<Summary> => {
    const { tracking } = await connector.write(syncConfig(settings(changes)), records);
    return tracking.meta.summary;
  };
  const letters = (count: number, what: string) =>
    Array.from({ length: count }, (_, id) => ({ id, text: `Letter ${id} about ${what}. It came late.` }));

  /** A told quota, so that a run does not first feel its way up to its pace. */
  const fast = { requests_per_minute: 60_000, max_concurrency: 50 };
  const output_schema = {
    type: "object",
    properties: { topic: { type: "string" }, mood: { enum: ["good", "bad"] } },
    required: ["topic", "mood"],
  };
  const runs: [what: string, count: number, changes: Record<string, unknown>, by: RegExp, asked?: string][] =
    [
      ["Nova, estimated", 1000, {}, /^estimated/],
      ["Claude, counted by Bedrock", 200, claude, /^CountTokens/],
      ["Nova with a forced tool", 200, { output_schema }, /^estimated/, "toolConfig.toolChoice.tool.name"],
      ["Claude with a forced tool", 200, { ...claude, output_schema }, /^CountTokens/, "tool_choice.name"],
    ];
  for (const [what, count, changes, by, asked] of runs)
    it(`of ${count} rows brackets what they cost, and calls no model: ${what}`, async () => {
      const rows = letters(count, what);
      const { requests, billed } = bedrock.stats();
      const seen = await preview(rows, { ...fast, ...changes });
      expect(bedrock.stats()).to.include({ requests, billed });
      expect(seen.rows).to.include({ received: count, to_send: count });
      expect(seen.input_tokens_by).to.match(by);
      if (asked) expect(seen.samples[0]?.body).to.have.nested.property(asked, "answer");

      const summary = await run(rows, { ...fast, ...changes });
      expect(summary).to.include({ calls: count, enriched: count });
      expectWithin(summary.input_tokens, seen.input_tokens);
      expectWithin(summary.output_tokens, seen.output_tokens);
      for (const estimate of [seen.cost_usd, summary.estimated_cost_usd]) {
        expectWithin(summary.cost_usd, estimate);
        expectWithin(estimate?.expected, estimate);
      }
    });

  it("knows the price of a model behind an ARN, which AWS is asked for", async () => {
    const model_id = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4";
    bedrock.setAccount({ arns: { [model_id]: "us.amazon.nova-lite-v1:0" } });
    const { price, family } = await preview(letters(1, "a key"), { model_id });
    bedrock.setAccount({});
    expect(price).to.include({ input: 0.06, output: 0.24 });
    expect(family).to.equal("nova");
  });

  it("of vectors brackets what they cost, without any output", async () => {
    const vectors = { model_id: "amazon.titan-embed-text-v1", request_format: { inputText: "{{ text }}" } };
    const rows = letters(20, "a vector");
    const { cost_usd, output_tokens, output_tokens_by, vector } = await preview(rows, vectors);
    expect(output_tokens).to.deep.equal({ low: 0, expected: 0, max: 0 });
    expect({ output_tokens_by, vector }).to.deep.equal({
      output_tokens_by: "a vector has none",
      vector: true,
    });
    const summary = await run(rows, vectors);
    expect(summary.cost_usd).to.be.above(0);
    expect(summary.cost_usd).to.be.within(cost_usd?.low ?? 1, cost_usd?.max ?? 0);
  });

  it("shows and counts the body of Converse that asks for a schema, and takes its retries as the worst case", async () => {
    const changes = {
      ...claude,
      api: "converse",
      request_format: format(60),
      output_schema: { type: "object", properties: { topic: { type: "string" } }, required: ["topic"] },
      schema_retries: 2,
    };
    const { requests } = bedrock.stats();
    const { samples, output_tokens, input_tokens } = await preview(letters(4, "a wheel"), changes, 2);
    expect(samples.map(({ counted }) => counted)).to.deep.equal([true, true]);
    expect(samples[0]?.body).to.have.nested.property("toolConfig.tools[0].toolSpec.name", "answer");
    expect(output_tokens.max).to.equal(4 * 60 * 3);
    expect(input_tokens.low).to.be.at.most(input_tokens.expected);
    expect(bedrock.stats().requests).to.equal(requests);
  });

  it("advises a fence for free text", async () => {
    const { remarks } = await preview([{ text: "First line.\nSecond line." }]);
    expect(remarks.join(" ")).to.contain("{{ text | fence }}");
  });

  it("shows the exact bodies of the first rows", async () => {
    const { samples } = await preview(letters(5, "a hat"), {}, 2);
    expect(samples.map(({ body }) => body)).to.deep.equal(
      letters(2, "a hat").map(({ text }) => JSON.parse(format(60).replace("{{ text }}", text))),
    );
    expect(samples.map(({ row }) => row)).to.deep.equal([1, 2]);
    expect((await preview(letters(5, "a hat"))).samples).to.have.length(3);
    expect((await preview(letters(5, "a hat"), {}, 0)).samples).to.deep.equal([]);
  });

  it("counts tokens with Bedrock where the model has that, and says so", async () => {
    const { token_counts, requests } = bedrock.stats();
    const { samples, input_tokens_by, remarks } = await preview(letters(4, "a boat"), claude);
    expect(bedrock.stats()).to.include({ token_counts: token_counts + 3, requests });
    expect(samples[0]).to.include({ counted: true, input_tokens: 9 });
    expect(input_tokens_by).to.match(/^CountTokens on the first rows/);
    expect(remarks).to.deep.equal([]);
  });

  it("labels tokens as estimated where Bedrock counts none, and asks it only once", async () => {
    const { token_counts } = bedrock.stats();
    const { samples, input_tokens_by, remarks } = await preview(letters(4, "a boat"));
    expect(bedrock.stats().token_counts).to.equal(token_counts + 1);
    expect(samples.map(({ counted }) => counted)).to.deep.equal([false, false, false]);
    expect(input_tokens_by).to.match(/^estimated/);
    expect(remarks.join()).to.match(/not counted but estimated.*doesn't support counting tokens/);
  });

  it("needs no network", async () => {
    const { cost_usd, remarks } = await preview(letters(2, "a cave"), { endpoint: "http://127.0.0.1:9" });
    expect(cost_usd?.expected).to.be.greaterThan(0);
    expect(remarks.join()).to.match(/not counted but estimated/);
  });

  it("takes off what the ledger answers, gives it back, and learns from it how long answers are", async () => {
    const ledger = join(folder, "ledger.jsonl");
    const { output_tokens } = await run(letters(12, "a train"), { ledger });
    await closeLedger(ledger);
    const { requests } = bedrock.stats();
    const seen = await preview(letters(20, "a train"), { ledger });
    expect(seen.rows).to.include({ received: 20, answered: 12, to_send: 8 });
    expect(seen.output_tokens_by).to.equal("the mean of 12 answers in the ledger");
    expect(seen.output_tokens.expected).to.equal(Math.round((output_tokens / 12) * 8));
    expect(bedrock.stats().requests).to.equal(requests);
    const all = await preview(letters(12, "a train"), { ledger });
    expect(all.cost_usd).to.deep.equal({ low: 0, expected: 0, max: 0 });
    expect((await run(letters(1, "a train"), { ledger })).reused, "the ledger is free again").to.equal(1);
    const open = await preview(letters(20, "a train"), { ledger });
    expect(open.rows, "while this process has it open").to.include({ answered: 12, to_send: 8 });
    await closeLedger(ledger);
  });

  it("holds back, as a run does, what was sent before without an answer", async () => {
    const ledger = join(folder, "held.jsonl");
    bedrock.setFaults([{ kind: "reset_after", times: 1 }]);
    expect((await run(letters(1, "a ghost"), { ledger })).held).to.equal(1);
    expect((await preview(letters(2, "a ghost"), { ledger })).rows).to.include({ held: 1, to_send: 1 });
    const again = { ledger, on_unknown: "retry" };
    expect((await preview(letters(2, "a ghost"), again)).rows).to.include({ held: 0, to_send: 2 });
    await closeLedger(ledger);
  });

  it("creates no ledger", async () => {
    const ledger = join(folder, "nowhere.jsonl");
    await preview(letters(1, "a door"), { ledger });
    expect(existsSync(ledger)).to.equal(false);
  });

  it("counts equal rows once, and says that without a ledger they may be paid for again", async () => {
    const rows = [...letters(3, "a dog"), ...letters(3, "a dog")];
    const [once, twice] = [await preview(letters(3, "a dog")), await preview(rows)];
    expect(twice.rows).to.include({ received: 6, to_send: 3, repeated: 3 });
    expect(twice.cost_usd?.low).to.equal(once.cost_usd?.low);
    expect(twice.cost_usd?.max).to.be.closeTo(2 * (once.cost_usd?.max ?? 0), 1e-12);
    expect(twice.remarks.join()).to.match(/3 rows repeat a request before them/);
    const kept = await preview(rows, { ledger: join(folder, "nowhere.jsonl") });
    expect(kept.cost_usd).to.deep.equal(once.cost_usd);
  });

  it("counts rows that would fail, with their reasons", async () => {
    const { rows, errors, samples } = await preview([{ text: "A." }, { id: 2 }, 5]);
    expect(rows).to.include({ received: 3, to_send: 1, failed: 2 });
    expect(errors.missing_column?.count).to.equal(1);
    expect(errors.not_an_object?.count).to.equal(1);
    expect(samples.map(({ error }) => error?.code ?? null)).to.deep.equal([
      null,
      "missing_column",
      "not_an_object",
    ]);
  });

  it("does not make a number of an unknown price", async () => {
    const { price, cost_usd, remarks } = await preview(letters(2, "a shop"), {
      model_id: "us.amazon.nova-99-v1:0",
    });
    expect([price, cost_usd]).to.deep.equal([null, null]);
    expect(remarks.join()).to.match(/No price is known for us\.amazon\.nova-99-v1:0 in us-east-1/);
  });

  it("names the service tier, where there is one, as what has no price", async () => {
    const said = async (service_tier: string) =>
      (await preview(letters(1, "a train"), { service_tier })).remarks.join();
    expect(await said("flex")).to.contain(
      "No price is known for us.amazon.nova-lite-v1:0 in us-east-1 at the tier flex: input_price_usd",
    );
    expect(await said("default")).not.to.contain("No price is known");
  });

  const rows = letters(2, "a sign");
  const lints: [string, Record<string, unknown>, readonly unknown[], RegExp][] = [
    [
      "a request without a limit of output tokens",
      { request_format: format(60).replace('{"maxTokens":60}', "{}") },
      rows,
      /sets no limit of output tokens, so there is no upper bound/,
    ],
    [
      "a raw prompt without its chat template",
      {
        model_id: "us.meta.llama3-3-70b-instruct-v1:0",
        request_format: '{"prompt":"{{ text }}","max_gen_len":9}',
      },
      rows,
      /^In every row: the prompt lacks the chat template of Meta Llama.*chat_template: auto/m,
    ],
    [
      "a value out of range that only a row shows",
      {
        request_format:
          '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}],"inferenceConfig":{"maxTokens":9,"temperature":"{{ id }}"}}',
      },
      [{ id: 7, text: "Hot." }],
      /^In every row: inferenceConfig.temperature must be <= 1; Bedrock may refuse it\.$/m,
    ],
    [
      "a column that no row has",
      { request_format: format(9).replace("{{ text }}", "{{ text }}{{ nope | default: 1 }}") },
      rows,
      /No row has the column nope/,
    ],
    [
      "apostrophes that the host has doubled",
      {},
      [{ text: "It''s late." }, { text: "Plain." }],
      /In 1 row the column text has doubled apostrophes.*undouble_apostrophes/,
    ],
    [
      "text that was escaped as JSON before",
      {},
      [{ text: 'She said \\"no\\".\\nAnd left.' }],
      /In 1 row the column text has quotes or line breaks behind backslashes/,
    ],
    [
      "a ceiling of rows below their number",
      { max_rows: "1" },
      rows,
      /max_rows will end the run after 1 of 2/,
    ],
    ["a ceiling of money", { max_spend_usd: "0.000001" }, rows, /max_spend_usd, 0\.000001, will likely end/],
  ];
  for (const [what, changes, records, remark] of lints)
    it(`remarks on ${what}`, async () => {
      expect((await preview(records, changes)).remarks.join("\n")).to.match(remark);
    });

  describe("of finished bodies", () => {
    const hot = format(9).replace("9}", '"{{ max | default: 9 }}","temperature":"{{ heat | default: 0 }}"}');
    const said = async (
      records: readonly unknown[],
      request_format: unknown = hot,
      changes: Record<string, unknown> = {},
      rows = 0,
    ) =>
      (await preview(records, { request_format, ...changes }, rows)).remarks.filter((remark) =>
        /^In (every|\d+ of)/.test(remark),
      );
    const llama = { model_id: "us.meta.llama3-3-70b-instruct-v1:0" };
    const prompt = '{"prompt":"{{ text }}","max_gen_len":9}';

    it("tells once, with the rows that it holds for, what far rows bring, whatever rows are shown", async () => {
      const late = letters(10, "a stove").map((row) =>
        row.id < 5 ? row : { ...row, heat: 7, max: row.id === 8 ? 900_000 : 5 },
      );
      for (const rows of [0, 3, 10])
        expect(await said(late, hot, {}, rows), `${rows} rows shown`).to.deep.equal([
          "In 5 of 10 rows, first in row 6: inferenceConfig.temperature must be <= 1; Bedrock may refuse it.",
          "In 1 of 10 rows, first in row 9: inferenceConfig.maxTokens is over 10000, the most that this model is known to write; Bedrock may refuse it.",
        ]);
    });

    it("looks past rows that become no body", async () => {
      expect(await said([{}, {}, {}, { text: "Raw." }], prompt, llama, 3)).to.have.length(1);
      expect((await said([{}, { text: "Raw." }], prompt, llama))[0]).to.match(
        /^In 1 of 2 rows, first in row 2: the prompt lacks the chat template of Meta Llama/,
      );
    });

    it("says nothing of rows that bring the chat template with them, or have it added", async () => {
      const own = { text: "<|begin_of_text|>Hi." };
      expect(await said([own], prompt, llama)).to.deep.equal([]);
      expect(await said([{ text: "Hi." }], prompt, { ...llama, chat_template: "auto" })).to.deep.equal([]);
    });

    it("leaves what the request format shows by itself to one remark on it", async () => {
      const request_format = format(9).replace("9}", '9,"temperature":7}');
      expect(await said(letters(4, "an oven"), request_format)).to.deep.equal([]);
      const { remarks } = await preview(letters(4, "an oven"), { request_format });
      expect(remarks.filter((remark) => /temperature/.test(remark))).to.deep.equal([
        "request_format: inferenceConfig.temperature must be <= 1; Bedrock may refuse it.",
      ]);
    });

    it("tells only so many apart, where every row brings keys of its own", async () => {
      const request_format = '{"messages":"{{ messages }}","inferenceConfig":"{{ settings }}"}';
      const messages = [{ role: "user", content: [{ text: "Hi." }] }];
      const odd = Array.from({ length: 50 }, (_, id) => ({
        messages,
        settings: { [`key${id}`]: 1, temperature: 7 },
      }));
      const remarks = await said(odd, request_format);
      expect(remarks).to.have.length(21);
      expect(remarks).to.include(
        "In every row: inferenceConfig.temperature must be <= 1; Bedrock may refuse it.",
      );
      expect(remarks.at(-1)).to.match(/^In 31 of 50 rows, first in row 20: other remarks/);
    });
  });

  it("does not take an apostrophe that stands alone, or doubled ones that are undone, for the host's doing", async () => {
    const mixed = await preview([{ text: "It''s late." }, { text: "It's early." }]);
    const undone = await preview([{ text: "It''s late." }], { undouble_apostrophes: true });
    expect([...mixed.remarks, ...undone.remarks].join()).not.to.match(/apostrophe/);
  });

  it("answers settings that are not usable with one log message", async () => {
    const answer = await connector.preview({ region: "us-east-1" }, []);
    expect(answer).to.have.nested.property("type", "log");
    expect(JSON.stringify(answer)).to.match(/model_id is required/);
    const unreadable = new Proxy({}, { ownKeys: () => expect.fail("not for reading") });
    expect(await connector.preview(unreadable, [])).to.have.nested.property("type", "log");
  });
});
