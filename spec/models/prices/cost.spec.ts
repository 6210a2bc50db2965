import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, type Summary } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

const format = (limit: number) =>
  JSON.stringify({
    messages: [{ role: "user", content: [{ text: "Summarise:\n\n{{ text }}" }] }],
    inferenceConfig: { maxTokens: limit },
  });

describe("the cost of a run", () => {
  const bedrock = useBedrock();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cost-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const write = async (records: readonly unknown[], changes: Record<string, unknown> = {}) => {
    const config = localConfig(bedrock.url, { request_format: format(80), ...changes });
    const { tracking } = await new AwsBedrockModel().write(syncConfig(config), records);
    return { rows: rowsOf({ tracking }), summary: tracking.meta.summary as Summary };
  };
  const letters = (count: number, what: string) =>
    Array.from({ length: count }, (_, id) => ({
      id,
      text: `Letter ${id} about ${what}. ${"Well. ".repeat(id % 7)}`,
    }));

  it("is that of every row's tokens at the list price, and their sum", async () => {
    const { rows, summary } = await write(letters(5, "a parcel"));
    for (const { _bedrock: trace } of rows) {
      const tokens = (trace.input_tokens ?? 0) * 0.06 + (trace.output_tokens ?? 0) * 0.24;
      expect(trace.cost_usd)
        .to.be.greaterThan(0)
        .and.closeTo(tokens / 1e6, 1e-12);
    }
    const sum = rows.reduce((total, { _bedrock }) => total + (_bedrock.cost_usd ?? 0), 0);
    expect(summary.cost_usd).to.be.closeTo(sum, 1e-12);
    expect(summary).to.include({ unknown_cost_rows: 0, saved_usd: 0 });
  });

  it("is not known for a model without a price, which is never 0", async () => {
    const { rows, summary } = await write(letters(2, "a hat"), {
      model_id: "jp.amazon.nova-lite-v1:0",
    });
    expect(rows.map(({ _bedrock }) => _bedrock.cost_usd)).to.deep.equal([null, null]);
    expect(summary).to.include({
      enriched: 2,
      cost_usd: null,
      known_cost_usd: 0,
      unknown_cost_rows: 2,
      estimated_cost_usd: null,
    });
  });

  it("is 0 for what Bedrock refused and for what was not sent", async () => {
    bedrock.setFaults([
      { kind: "error", status: 400, type: "ValidationException", message: "No.", times: 1 },
    ]);
    const { rows, summary } = await write([{ id: 1, text: "A refused letter." }, { id: 2 }]);
    expect(rows.map(({ _bedrock }) => _bedrock.cost_usd)).to.deep.equal([0, 0]);
    expect(summary).to.deep.include({ cost_usd: 0, estimated_cost_usd: { low: 0, expected: 0, max: 0 } });
  });

  it("is 0 for rows from the ledger, whose price is shown as saved", async () => {
    const ledger = join(folder, "ledger.jsonl");
    const first = await write(letters(3, "a boat"), { ledger });
    const second = await write(letters(3, "a boat"), { ledger });
    await closeLedger(ledger);
    expect(second.summary.cost_usd).to.equal(0);
    expect(second.summary.saved_usd).to.be.closeTo(first.summary.cost_usd ?? 0, 1e-12);
    expect(second.rows.map(({ _bedrock }) => _bedrock.cost_usd)).to.deep.equal([0, 0, 0]);
  });

  it("follows the user's price file, and the settings before it", async () => {
    const prices_file = join(folder, "prices.json");
    writeFileSync(prices_file, '{"prices":{"amazon.nova-lite-v1:0":{"input":1000000,"output":0}}}');
    const filed = await write(letters(1, "a dog"), { prices_file });
    expect(filed.summary.cost_usd).to.equal(filed.summary.input_tokens);
    const set = { prices_file, input_price_usd: "0", output_price_usd: "1000000" };
    const settled = await write(letters(1, "a cat"), set);
    expect(settled.summary.cost_usd).to.equal(settled.summary.output_tokens);
  });

  it("is bounded by max_spend_usd without prices in the settings, where the list has one", async () => {
    const { summary } = await write(letters(40, "a train"), { max_spend_usd: "0.0001" });
    expect(summary.not_sent).to.be.greaterThan(0);
    expect(summary.cost_usd).to.be.greaterThan(0).and.at.most(0.0001);
    expect(summary.errors.budget_reached?.message).to.contain("max_spend_usd, which is 0.0001");
  });
});
