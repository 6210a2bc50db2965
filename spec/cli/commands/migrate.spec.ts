import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { offlineSettings } from "../../../src/connection/offline-settings.js";
import { ConnectorError } from "../../../src/core/errors.js";
import { compilePlan } from "../../../src/enrich/plan.js";
import { renderRequest } from "../../../src/enrich/request.js";
import { openLedger } from "../../../src/run/ledger/ledger.js";
import { runCli } from "../run-cli.js";

const reference = `${"$"}{BEDROCK_KEY_OF_NOBODY}`;

describe("bedrock-model migrate", () => {
  let cwd: string;
  const given = (request_format: unknown) =>
    writeFileSync(
      join(cwd, "config.json"),
      JSON.stringify({
        region: "us-east-1",
        api_key: reference,
        model_id: "mistral.mistral-7b-instruct-v0:2",
        request_format,
      }),
    );
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "migrate-cli-"));
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });

  it("shows both bodies for the first row, what became of every part and the price, and writes the new config", async () => {
    given({ prompt: "<s>[INST] {{ text }} [/INST]", max_tokens: 9, stop: ["</s>"] });
    writeFileSync(join(cwd, "rows.json"), '[{"text":"Hello"},{"text":"Never shown"}]');
    const to = "amazon.nova-micro-v1:0";
    const args = ["--config", "config.json", "--to", to, "--input", "rows.json", "--output", "new.json"];
    const { code, stdout, stderr } = await runCli(["migrate", ...args], "", { cwd });
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/mistral-text\) → amazon\.nova-micro-v1:0 \(nova\)/);
    expect(stdout)
      .to.match(/-.*\[INST\] Hello/)
      .and.match(/\+.*"text": "Hello"/)
      .and.not.contain("Never shown");
    expect(stdout).to.match(/left out:\n {2}stop held marks/);
    expect(stdout).to.match(/1,000 rows like this one: \$0\.\d+ before, \$0\.\d+ after/);
    expect(JSON.parse(readFileSync(join(cwd, "new.json"), "utf8"))).to.deep.equal({
      region: "us-east-1",
      api_key: reference,
      model_id: to,
      request_format: {
        messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
        inferenceConfig: { maxTokens: 9 },
      },
      api: "invoke_model",
      chat_template: "off",
    });
  });

  it("prices by the ledger of the runs so far", async () => {
    given({ prompt: "<s>[INST] {{ text }} [/INST]", max_tokens: 9 });
    writeFileSync(join(cwd, "rows.json"), '[{"text":"Hello"}]');
    const config = JSON.parse(readFileSync(join(cwd, "config.json"), "utf8"));
    const plan = compilePlan(offlineSettings(config), "enrich");
    if (plan instanceof ConnectorError) throw plan;
    const request = renderRequest({ text: "Hello" }, plan);
    if (request instanceof ConnectorError || request === "blank") throw new Error("it was not rendered");
    const answer = {
      response: '{"outputs":[{"text":" Hi","stop_reason":"stop"}]}',
      input_tokens: 700,
      output_tokens: 50,
    };
    const ledger = await openLedger(join(cwd, "own.jsonl"));
    if (ledger instanceof ConnectorError) throw ledger;
    const { key, modelId: model, routeKey: target, body } = request;
    await ledger.append({ state: "intent", key, at: 1, model, target, body });
    await ledger.append({ state: "received", key, at: 2, latency_ms: 1, request_id: null, ...answer });
    await ledger.close();
    const args = ["--config", "config.json", "--to", "amazon.nova-micro-v1:0", "--input", "rows.json"];
    const { stdout, stderr } = await runCli(["migrate", ...args, "--ledger", "own.jsonl"], "", { cwd });
    expect(stdout, stderr).to.match(
      /1,000 rows: \$0\.115 before, \$0\.\d+ after\n {2}\(700 tokens in and 50 out a row, 560 tokens in and 40 out a row; those before are what the ledger has counted for 1 row, those after are estimated from them/,
    );
  });

  it("writes nothing where something is refused, and names what could take it", async () => {
    given({ prompt: "<s>[INST] {{ text }} [/INST] {", max_tokens: 9 });
    const args = [
      "--config",
      "config.json",
      "--to",
      "us.anthropic.claude-sonnet-4-6",
      "--output",
      "refused.json",
    ];
    const [refused, wrong] = await Promise.all([
      runCli(["migrate", ...args], "", { cwd }),
      runCli(["migrate", "--config", "config.json", "--api", "soap"], "", { cwd }),
    ]);
    expect(refused.code).to.equal(3);
    expect(refused.stdout)
      .to.match(/refused, so nothing is written:/)
      .and.match(/these could take all of it: \S/);
    expect(existsSync(join(cwd, "refused.json"))).to.equal(false);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('not "soap"');
  });
});
