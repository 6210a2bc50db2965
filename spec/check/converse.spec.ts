import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Emulator, type LocalAccount, startEmulator } from "../../src/emulator/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { endLeftovers, runCli } from "../cli/run-cli.js";
import { localConfig } from "../support/sync-config.js";

const account = "123456789012";
const application = `arn:aws:bedrock:us-east-1:${account}:application-inference-profile/a1b2c3d4`;
const llama = "meta.llama3-3-70b-instruct-v1:0";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
const example = JSON.parse(/## Converse\n[^]*?```json\n([^]*?)```/.exec(readme)?.[1] ?? "");

describe("checkConnection, through Converse", () => {
  let bedrock: Emulator;
  before(async () => {
    bedrock = await startEmulator();
  });
  afterEach(endLeftovers);
  after(() => bedrock.close());

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
  }).timeout(20_000);
});
