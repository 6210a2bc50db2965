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
    const soon = await proposeModels({ ...bare, model_id: "anthropic.claude-opus-4-20250514-v1:0" }, null);
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
