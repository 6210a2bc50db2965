import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import type { LocalAccount } from "../../../src/testing/emulator/index.js";
import { runCli } from "../../cli/run-cli.js";
import { useBedrock } from "../../support/bedrock.js";
import { blockOf } from "../../support/pages.js";
import { localConfig } from "../../support/sync-config.js";

const account = "123456789012";
const application = `arn:aws:bedrock:us-east-1:${account}:application-inference-profile/a1b2c3d4`;
const llama = "meta.llama3-3-70b-instruct-v1:0";

const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const body = (inferenceConfig: object) => ({
  messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
  inferenceConfig: { maxTokens: 9, ...inferenceConfig },
});

const example = JSON.parse(blockOf("src/connection/README.md", "Converse", "json"));

describe("checkConnection, through Converse", () => {
  const bedrock = useBedrock();

  const config = (changes: Record<string, unknown> = {}) =>
    localConfig(bedrock.url, { ...example, ...changes });
  const check = async (seen: LocalAccount, changes: Record<string, unknown> = {}) => {
    bedrock.setAccount(seen);
    return (await new AwsBedrockModel().checkConnection(config(changes))).connection_status;
  };

  it("has nothing to say about the README's example", async () => {
    expect(example.model_id).to.equal(`us.${llama}`);
    expect(await check({})).to.deep.equal({ status: "succeeded" });
  });

  for (const changes of [{ model_id: application }, { model_id: llama, inference_profile: application }])
    it(`has nothing to say about an application profile given as ${Object.keys(changes).pop()}`, async () => {
      const seen = { arns: { [application]: llama } };
      expect(await check(seen, changes)).to.deep.equal({ status: "succeeded" });
    });

  it("fails for what the model refuses, at its place in the body", async () => {
    const { message } = await check(
      {},
      { model_id: `us.${haiku}`, request_format: body({ temperature: 0.5, topP: 0.9 }) },
    );
    expect(message).to.contain("inferenceConfig.temperature and inferenceConfig.topP are not taken together");
    const sonnet = { model_id: "us.anthropic.claude-sonnet-5", request_format: body({ temperature: 0 }) };
    expect((await check({}, sonnet)).message).to.contain("inferenceConfig.temperature is refused");
  });

  it("fails where the provider's use case form was never handed in", async () => {
    const seen = {
      useCaseForm: false,
      models: { [haiku]: { agreementAvailability: { status: "NOT_AVAILABLE" } } },
    };
    const { status, message } = await check(seen, { model_id: `us.${haiku}` });
    expect(status, message).to.equal("failed");
    expect(message).to.contain("PutUseCaseForModelAccess");
  });

  it("names the heirs of the model's own family", async () => {
    const modelLifecycle = { status: "LEGACY", endOfLifeTime: "2026-01-15T00:00:00Z" };
    const { message } = await check(
      { models: { "amazon.nova-lite-v1:0": { modelLifecycle } } },
      { model_id: "us.amazon.nova-lite-v1:0" },
    );
    expect(message).to.match(/same request format: (us\.amazon\.nova-[^,]*(, |\.$))+/);
  });

  it("remarks on an ARN whose model is of another family than model_id names", async () => {
    const changes = { model_id: `us.${haiku}`, inference_profile: application };
    const { status, message } = await check({ arns: { [application]: llama } }, changes);
    expect(status, message).to.equal("succeeded");
    expect(message).to.contain(`Set model_id to ${llama}.`);
  });

  it("lets the command line enrich rows with the README's example", async () => {
    bedrock.setAccount({});
    const folder = await mkdtemp(join(tmpdir(), "check-converse-"));
    const file = join(folder, "connection.json");
    await writeFile(file, JSON.stringify(config()));
    const args = ["write", "--no-ledger", "--config", file];
    const { code, stderr, messages } = await runCli(args, '{"body":"The parcel never came."}\n');
    await rm(folder, { recursive: true });
    expect(code, stderr).to.equal(0);
    expect(messages()[0].record.data._bedrock).to.include({ status: "enriched", model: `us.${llama}` });
  });
});
