import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { proposeModels } from "../../src/hooks/migrate/propose.js";
import { AwsBedrockModel, type Hooks, type Migrated, type Proposals } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig } from "../support/sync-config.js";

const old = "anthropic.claude-3-5-sonnet-20240620-v1:0";
const request_format = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "{{ text }}" }],
};

describe("migrate, as a hook", () => {
  const bedrock = useBedrock();
  const connector: Hooks = new AwsBedrockModel();
  const config = (changes: Record<string, unknown> = {}) =>
    localConfig(bedrock.url, { model_id: old, request_format, ...changes });

  it("proposes what the account has in its region, what the vendor recommends first, at a price", async () => {
    bedrock.setAccount({});
    const { from, proposals, known_by } = (await connector.migrate(config())) as Proposals;
    expect(from).to.include({ model: old, lifecycle: "gone", end_of_life: "2026-03-01" });
    expect(proposals.map(({ id }) => id)).to.deep.equal([
      "us.anthropic.claude-sonnet-5",
      "us.anthropic.claude-sonnet-4-6",
      "us.anthropic.claude-sonnet-5-5",
    ]);
    expect(proposals[0]).to.include({ by: "Anthropic", end_of_life: null });
    expect(proposals[0]?.limits).to.include({ context: 1_000_000 });
    expect(proposals[0]?.cost_of_1000_rows.usd).to.be.greaterThan(0);
    expect(known_by).to.match(/^As AWS has them/);
    expect(bedrock.stats()).to.include({ requests: 0, billed: 0 });
  });

  it("without an answer of AWS takes the package's own list, and never one on its way out", async () => {
    const bare = {
      region: "eu-central-1",
      model_id: old,
      request_format,
      endpoint: "http://127.0.0.1:9",
      api_key: "x",
    };
    const proposals = (await connector.migrate(bare)) as Proposals;
    expect(proposals.known_by).to.match(/AWS was not asked/);
    expect(proposals.proposals.map(({ id }) => id)).to.include("eu.anthropic.claude-sonnet-4-6");
    const soon = await proposeModels({ ...bare, model_id: "anthropic.claude-opus-4-20250514-v1:0" });
    if (soon instanceof ConnectorError) throw soon;
    expect(soon.proposals.map(({ id }) => id)).to.not.include("us.anthropic.claude-opus-4-1-20250805-v1:0");
  });

  it("rewrites, with both bodies for a row and their difference", async () => {
    const options = { to: "amazon.nova-pro-v1:0", row: { text: "Hello" } };
    const migrated = (await connector.migrate(config(), options)) as Migrated;
    expect(migrated.config).to.deep.include({
      model_id: "amazon.nova-pro-v1:0",
      request_format: {
        messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
        inferenceConfig: { maxTokens: 100 },
      },
    });
    expect(migrated.difference)
      .to.match(/^-.*anthropic_version/m)
      .and.match(/^\+.*"text": "Hello"/m);
    // The new settings work.
    const { tracking } = await connector.write(
      { destination: { connection_specification: migrated.config } },
      [{ text: "Hello" }],
    );
    expect(tracking).to.include({ success: 1, failed: 0 });
  });

  it("prices by what a ledger has counted for the rows, and says where it can only estimate", async () => {
    const folder = mkdtempSync(join(tmpdir(), "migrate-ledger-"));
    try {
      const ledger = join(folder, "ledger.jsonl");
      const rows = Array.from({ length: 12 }, (_, id) => ({ text: `Ticket ${id}` }));
      const nova = {
        model_id: "us.amazon.nova-pro-v1:0",
        request_format: {
          messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
          inferenceConfig: { maxTokens: 300 },
        },
      };
      const settings = config({ ...nova, ledger });
      const { tracking } = await connector.write(
        { destination: { connection_specification: settings } },
        rows.slice(0, 9),
      );
      const { input_tokens, output_tokens, cost_usd } = tracking.meta.summary;
      const to = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
      const { from: before, to: after } = (await connector.migrate(settings, { to, rows })) as Migrated;
      const cost = before.cost_of_1000_rows;
      expect(cost).to.deep.include({
        ...{ input_tokens: Math.round(input_tokens / 9), output_tokens: Math.round(output_tokens / 9) },
        tokens_by: { is: "counted", rows: 9 },
      });
      expect(cost.usd).to.be.closeTo(((cost_usd ?? 0) / 9) * 1000, (cost_usd ?? 0) * 10);
      expect(after.cost_of_1000_rows.tokens_by).to.deep.equal({ is: "converted", rows: 9 });
      expect(after.cost_of_1000_rows.output_tokens).to.be.closeTo((output_tokens / 9) * 1.1, 1);
      const { from, proposals } = (await connector.migrate(settings, { rows })) as Proposals;
      expect(from.cost_of_1000_rows.tokens_by).to.deep.equal({ is: "counted", rows: 9 });
      for (const { cost_of_1000_rows: other } of proposals)
        expect(other.tokens_by).to.deep.equal({ is: "converted", rows: 9 });
      for (const [why, options] of [
        ["the ledger has no answer to the rows", { to, rows: [{ text: "never sent" }, null] }],
        ["there is no ledger", { to, rows, ledger: join(folder, "none.jsonl") }],
        ["no ledger was looked at", { to, row: rows[0] }],
      ] as const) {
        const { from: estimated } = (await connector.migrate(settings, options)) as Migrated;
        expect(estimated.cost_of_1000_rows.tokens_by).to.deep.equal({ is: "estimated", why });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("answers with a log message where the settings cannot be read", async () => {
    for (const wrong of [null, 1, {}, { model_id: "x" }])
      expect(await connector.migrate(wrong, { to: old })).to.have.property("type", "log");
  });

  it("is pointed to where a model is on its way out: by check, by the summary and by the error", async () => {
    const modelLifecycle = { status: "LEGACY", endOfLifeTime: "2999-01-01T00:00:00Z" };
    bedrock.setAccount({ models: { [old]: { modelLifecycle } } });
    const { connection_status } = await connector.checkConnection(config());
    expect(connection_status.message).to.match(/is legacy.*`bedrock-model migrate`/);
    bedrock.setAccount({});
    const { tracking } = await connector.write({ destination: { connection_specification: config() } }, []);
    expect(tracking.meta.summary.model_ending).to.deep.equal({
      model: old,
      lifecycle: "gone",
      end_of_life: "2026-03-01",
    });
    expect(new ConnectorError("model_gone").message).to.contain("`bedrock-model migrate`");
  });
});
