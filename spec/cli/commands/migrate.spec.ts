import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { endLeftovers, runCli } from "../run-cli.js";

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
    endLeftovers();
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
