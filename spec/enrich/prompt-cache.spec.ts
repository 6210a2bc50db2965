import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { AwsBedrockModel, closeLedger, type Summary } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { useStandIn } from "../support/stand-in.js";
import { localConfig, roomy, syncConfig } from "../support/sync-config.js";

const manual = "Sort the mail by our rules, one after the other, as they stand in the manual. ".repeat(300);
const question = `${manual}\n\nMail: {{ text }}`;
const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const mails = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `Mail ${id}.` }));
const words = (content: unknown) => ({ messages: [{ role: "user", content }] });

const version = { anthropic_version: "bedrock-2023-05-31", max_tokens: 20 };

const forms = {
  "Claude, in the user's words": {
    model_id: haiku,
    request_format: { ...version, ...words(question) },
  },
  "Claude, in the system text": {
    model_id: haiku,
    request_format: { ...version, system: manual, ...words("{{ text }}") },
  },
  Nova: {
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: { system: [{ text: manual }], ...words([{ text: "Mail: {{ text }}" }]) },
  },
  Converse: {
    model_id: "us.anthropic.claude-sonnet-4-6",
    api: "converse",
    request_format: words([{ text: question }]),
  },
  "typed columns in words": {
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: { system: [{ text: manual }], ...words([{ text: "Mail: {{ text }}" }]) },
    output_schema: { type: "object", properties: { kind: { enum: ["spam", "ham"] } }, required: ["kind"] },
  },
};

describe("prompt_cache: auto", () => {
  const bedrock = useFreshBedrock();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cache-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const settings = (config: object) =>
    localConfig(bedrock.url, { ...roomy, prompt_cache: "auto", ...config });
  const write = async (config: object, rows: unknown[]): Promise<Summary> => {
    const { tracking } = await new AwsBedrockModel().write(
      syncConfig(settings(config)),
      rows,
      "destination_insert",
    );
    return (tracking.meta as { summary: Summary }).summary;
  };
  const preview = async (config: object, rows: unknown[]) => {
    const found = await new AwsBedrockModel().preview(settings(config), rows);
    if (!("prompt_cache" in found)) throw new Error(JSON.stringify(found));
    return found;
  };

  for (const [name, config] of Object.entries(forms))
    it(`has one row fill the cache and the others read it, and says what that saved: ${name}`, async () => {
      const summary = await write(config, mails(20));
      expect(summary).to.include({ received: 20, enriched: 20, calls: 20 });
      expect(summary.cache_write_tokens).to.be.greaterThan(4000);
      expect(summary.cache_read_tokens).to.equal(19 * summary.cache_write_tokens);
      const [line] = Object.values(bedrock.stats().bill);
      expect(summary.cost_usd).to.be.closeTo(line?.usd ?? 0, 1e-9);
      const forecast = await preview(config, mails(20));
      expect(summary.cache_saved_usd).to.be.closeTo(forecast.prompt_cache?.saves_usd ?? 0, 0.002);
    });

  it("leaves requests as they are where it is off, and the preview says what it would save", async () => {
    const config = { ...forms.Converse, prompt_cache: "off" };
    expect(await write(config, mails(5))).to.include({ cache_read_tokens: 0, cache_write_tokens: 0 });
    const { prompt_cache } = await preview(config, mails(5));
    expect(prompt_cache).to.include({ set: "off", least_tokens: 1024 });
    expect(prompt_cache?.saves_usd).to.be.greaterThan(0);
  });

  it("puts nothing in for a row that nobody follows", async () => {
    expect(await write(forms.Converse, mails(1))).to.include({ cache_write_tokens: 0, cache_saved_usd: 0 });
    expect((await preview(forms.Converse, mails(1))).prompt_cache?.saves_usd).to.be.lessThan(0);
  });

  it("keeps it for a host that writes row by row, from the second row on", async () => {
    const sums = [];
    for (const row of mails(4)) sums.push(await write(forms.Converse, [row]));
    expect(sums.map((sum) => [sum.cache_write_tokens > 0, sum.cache_read_tokens > 0])).to.deep.equal([
      [false, false],
      [true, false],
      [false, true],
      [false, true],
    ]);
  });

  it("has another row fill it where the first one fails", async () => {
    bedrock.setFaults([
      { kind: "error", status: 400, type: "ValidationException", message: "No.", times: 1 },
    ]);
    const summary = await write(forms.Converse, mails(20));
    expect(summary).to.include({ enriched: 19, failed: 1 });
    expect(summary.cache_read_tokens).to.equal(18 * summary.cache_write_tokens);
  });

  it("is no other request for the ledger: what was paid for without it is not paid for again", async () => {
    const ledger = join(folder, "ledger.jsonl");
    await write({ ...forms.Converse, ledger, prompt_cache: "off" }, mails(10));
    const summary = await write({ ...forms.Converse, ledger }, mails(10));
    expect(summary).to.include({ reused: 10, calls: 0 });
    await closeLedger(ledger);
  });

  const refused: [why: string, config: object][] = [
    [
      "no text of the prompt stands in front of its first placeholder",
      { request_format: words([{ text: `{{ text }}${manual}` }]) },
    ],
    [
      "no text of the prompt stands in front of its first placeholder",
      { request_format: { ...words("{{ turns }}") } },
    ],
    [
      "no text of the prompt stands in front of its first placeholder",
      { request_format: { messages: [{ role: "{{ role }}", content: [{ text: question }] }] } },
    ],
    [
      "no text of the prompt stands in front of its first placeholder",
      { request_format: words([{ text: `{%- if vip -%} VIP {%- endif %}${question}` }]) },
    ],
    [
      "a point of its own",
      {
        request_format: words([
          { text: manual },
          { cachePoint: { type: "default" } },
          { text: "{{ text }}" },
        ]),
      },
    ],
    ["has about 6 tokens", { request_format: words([{ text: "Sort this mail, please: {{ text }}" }]) }],
    ["not known to have a prompt cache", { model_id: "meta.llama3-3-70b-instruct-v1:0" }],
    ["no price of cached tokens is known", { input_price_usd: 1, output_price_usd: 2 }],
  ];
  for (const [why, config] of refused)
    it(`says why it sets no point: ${why}`, async () => {
      const { remarks, prompt_cache } = await preview({ ...forms.Converse, ...config }, []);
      expect(
        remarks.find((remark) => remark.startsWith("prompt_cache: auto sets no cache point")),
      ).to.contain(why);
      expect(prompt_cache).to.equal(null);
    });
});

describe("a cache point", () => {
  const bedrock = useStandIn();

  it("is set no more for a model that turns out to keep nothing", async () => {
    const { request_format, ...config } = forms.Converse;
    const body = { output: { message: { content: [{ text: "ham" }] } }, stopReason: "end_turn", usage: {} };
    const settings = { ...config, prompt_cache: "auto", request_format: JSON.stringify(request_format) };
    const { summary } = await bedrock.run(settings, { body }, mails(10));
    expect(summary.enriched).to.equal(10);
    const marked = bedrock.sent().filter((sent) => JSON.stringify(sent).includes("cachePoint"));
    expect(marked.length).to.equal(1);
  });

  it("is set no more where what was put in is not found again, and stays where a guardrail blocked the first row", async () => {
    const { request_format, ...config } = forms.Converse;
    const settings = { ...config, prompt_cache: "auto", request_format: JSON.stringify(request_format) };
    const answer = (usage: object) => ({
      body: { output: { message: { content: [{ text: "ham" }] } }, stopReason: "end_turn", usage },
    });
    const marked = () => bedrock.sent().filter((sent) => JSON.stringify(sent).includes("cachePoint")).length;
    const lost = { inputTokens: 9, outputTokens: 1, cacheReadInputTokens: 0, cacheWriteInputTokens: 5000 };
    await bedrock.run({ ...settings, max_concurrency: 1 }, answer(lost), mails(400));
    expect(marked()).to.be.lessThan(12);
    const blocked = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    await bedrock.run({ ...settings, output_field: "kind" }, answer(blocked), mails(10));
    expect(marked()).to.equal(10);
  });

  it("leaves the words of a request in their order, whatever a row holds", async () => {
    const names = ["Claude, in the user's words", "Nova", "Converse"] as const;
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.constantFrom(...names), async (text, name) => {
        const { request_format, ...config } = forms[name];
        const words = async (prompt_cache: string): Promise<string[]> => {
          const settings = { ...config, prompt_cache, request_format: JSON.stringify(request_format) };
          await bedrock.run(settings, { body: "{}" }, [{ text }, { text: `${text} ` }, { text: `${text}.` }]);
          return bedrock.sent().map(({ body }) => wordsOf(body));
        };
        expect(await words("auto")).to.deep.equal(await words("off"));
      }),
      { numRuns: 15 },
    );
  });
});

/** All that a model reads of a body. */
const wordsOf = (node: unknown): string => {
  if (typeof node === "string") return node;
  if (typeof node !== "object" || node === null) return "";
  return Object.entries(node)
    .map(([key, value]) => (["type", "cache_control", "cachePoint"].includes(key) ? "" : wordsOf(value)))
    .join("");
};
