import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { closeLedger } from "../../src/index.js";
import { settingsOf, useStandIn } from "../support/stand-in.js";

const claude = (usage: object, text = "Fine.") => ({
  content: [{ type: "text", text }],
  stop_reason: "end_turn",
  usage: { input_tokens: 20, output_tokens: 10, ...usage },
});
const converse = (usage: object, more: object = {}) => ({
  output: { message: { role: "assistant", content: [{ text: "Fine." }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 20, outputTokens: 10, ...usage },
  ...more,
});
const near = (usd: number | null, expected: number) => expect(usd).to.be.closeTo(expected, 1e-9);

describe("what a row says of its usage, and what it cost", () => {
  const bedrock = useStandIn();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "usage-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const writes: [what: string, api: "invoke_model" | "converse", body: object][] = [
    [
      "Messages",
      "invoke_model",
      claude({
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 150_000,
        cache_creation: { ephemeral_5m_input_tokens: 50_000, ephemeral_1h_input_tokens: 100_000 },
      }),
    ],
    [
      "Converse",
      "converse",
      converse({
        cacheReadInputTokens: 1000,
        cacheWriteInputTokens: 150_000,
        cacheDetails: [
          { ttl: "1h", inputTokens: 100_000 },
          { ttl: "5m", inputTokens: 50_000 },
        ],
      }),
    ],
  ];
  for (const [what, api, body] of writes)
    it(`cache writes are told and priced by their lifetime: ${what}`, async () => {
      const { row, summary } = await bedrock.run(settingsOf("claude", api), { body });
      expect(row._bedrock.usage).to.deep.equal({
        cache_read_tokens: 1000,
        cache_write_tokens: 150_000,
        cache_writes: { "5m": 50_000, "1h": 100_000 },
      });
      // 1.1 and 5.5 dollars a million: 20 in, 10 out, 1,000 at a tenth, 50,000 at 1.25 times, 100,000 at twice that.
      near(row._bedrock.cost_usd, (20 * 1.1 + 10 * 5.5 + 1000 * 0.11 + 50_000 * 1.375 + 100_000 * 2.2) / 1e6);
      expect(summary).to.include({ cache_read_tokens: 1000, cache_write_tokens: 150_000 });
    });

  it("a total of cache writes in a header goes with the lifetimes in the body", async () => {
    const { row } = await bedrock.run(settingsOf("claude"), {
      body: claude({ cache_creation: { ephemeral_1h_input_tokens: 100_000 } }),
      headers: { "x-amzn-bedrock-cache-write-input-token-count": "100000" },
    });
    near(row._bedrock.cost_usd, (20 * 1.1 + 10 * 5.5 + 100_000 * 2.2) / 1e6);
  });

  it("a price file may have its own rate for an hour", async () => {
    const { row } = await bedrock.run(
      { ...settingsOf("claude"), prices_file: "fixtures/prices/hour.json" },
      { body: claude({ cache_creation: { ephemeral_1h_input_tokens: 1000 } }) },
    );
    near(row._bedrock.cost_usd, (20 * 1 + 10 * 2 + 1000 * 7) / 1e6);
  });

  describe("the price is that of the tier that served", () => {
    const tiers: [what: string, asked: string | undefined, served: string | undefined, usd: number | null][] =
      [
        ["as asked", "priority", "priority", 20 * 3 + 10 * 6],
        ["the default in its place", "priority", "default", 20 * 1 + 10 * 2],
        ["a dearer one in its place", "flex", "default", 20 * 1 + 10 * 2],
        ["not told: as asked", "flex", undefined, 20 * 0.5 + 10 * 1],
        ["unasked", undefined, "priority", 20 * 3 + 10 * 6],
        ["one without a price", "priority", "reserved", null],
        ["one that nobody knows", undefined, "express", null],
      ];
    for (const api of ["invoke_model", "converse"] as const)
      for (const [what, asked, served, usd] of tiers)
        it(`${what} (${api})`, async () => {
          const settings = {
            ...settingsOf("claude", api),
            prices_file: "fixtures/prices/tiers.json",
            ...(asked && { service_tier: asked }),
          };
          const { row } = await bedrock.run(
            settings,
            api === "converse"
              ? { body: converse({}, served ? { serviceTier: { type: served } } : {}) }
              : { body: claude({}), headers: served ? { "x-amzn-bedrock-service-tier": served } : {} },
          );
          expect(row._bedrock.usage).to.deep.equal(served ? { service_tier: served } : null);
          if (usd === null) expect(row._bedrock.cost_usd).to.equal(null);
          else near(row._bedrock.cost_usd, usd / 1e6);
        });
  });

  it("thinking tokens are named, as a part of the output", async () => {
    const { row } = await bedrock.run(settingsOf("qwen"), {
      body: {
        choices: [{ message: { content: "Fine." }, finish_reason: "stop" }],
        usage: {
          prompt_tokens: 20,
          completion_tokens: 10,
          completion_tokens_details: { reasoning_tokens: 7 },
        },
      },
    });
    expect(row._bedrock).to.deep.include({ output_tokens: 10, usage: { thinking_tokens: 7 } });
  });

  it("the service's own metrics in a body count for every family", async () => {
    const { row } = await bedrock.run(settingsOf("mistral"), {
      body: {
        outputs: [{ text: "Fine.", stop_reason: "stop" }],
        "amazon-bedrock-invocationMetrics": { inputTokenCount: 20, outputTokenCount: 10 },
      },
    });
    expect(row._bedrock).to.include({ input_tokens: 20, output_tokens: 10 });
  });

  it("the rows' sum is the service's, over answers that were asked for again and a ledger", async () => {
    const ledger = join(folder, "ledger");
    const output_schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
    const settings = { ...settingsOf("claude in words"), output_schema, schema_retries: "1", ledger };
    const usage = { cache_creation: { ephemeral_1h_input_tokens: 100 } };
    const answers = [claude(usage, "no"), claude(usage, '{"a":1}'), claude(usage, '{"a":2}')].map((body) => ({
      body,
      headers: { "x-amzn-bedrock-service-tier": "default" },
    }));
    const rows = [{ text: "one" }, { text: "two" }];
    const first = await bedrock.run(settings, answers, rows);
    expect(first.rows.map(({ _bedrock }) => [_bedrock.input_tokens, _bedrock.output_tokens])).to.deep.equal([
      [40, 20],
      [20, 10],
    ]);
    expect(first.rows[0]?._bedrock.usage).to.deep.equal({
      cache_write_tokens: 200,
      cache_writes: { "1h": 200 },
      service_tier: "default",
    });
    expect(first.summary).to.include({
      input_tokens: 60,
      output_tokens: 30,
      cache_write_tokens: 300,
      calls: 3,
    });
    near(
      first.summary.cost_usd,
      first.rows.reduce((sum, { _bedrock }) => sum + (_bedrock.cost_usd ?? 0), 0),
    );
    const again = await bedrock.run(settings, answers, rows);
    expect(again.summary).to.include({
      reused: 2,
      calls: 0,
      input_tokens: 0,
      cache_write_tokens: 0,
      cost_usd: 0,
    });
    expect(again.rows[1]?._bedrock.usage).to.deep.equal(first.rows[1]?._bedrock.usage);
    await closeLedger(ledger);
  });

  it("a ceiling of dollars holds where a dearer tier serves, and where a cache keeps for an hour", async () => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ text: `row ${id}` }));
    const settings = {
      ...settingsOf("claude"),
      prices_file: "fixtures/prices/tiers.json",
      service_tier: "flex",
    };
    const { summary } = await bedrock.run(
      { ...settings, max_spend_usd: "0.003" },
      { body: claude({ output_tokens: 300 }), headers: { "x-amzn-bedrock-service-tier": "default" } },
      rows,
    );
    expect(summary.cost_usd).to.be.within(0.001, 0.003);
    expect(summary.errors).to.have.property("budget_reached");
  });
});
