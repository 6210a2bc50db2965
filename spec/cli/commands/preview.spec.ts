import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { runCli } from "../run-cli.js";

describe("bedrock-model preview", () => {
  const bedrock = useBedrock();
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "preview-cli-"));
    writeFileSync(join(cwd, "config.json"), JSON.stringify(localConfig(bedrock.url)));
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });
  const rows = '{"text":"One."}\n{"text":"Two."}\n{"id":3}\n';

  it("tells bodies, rows, tokens and cost in words, and says that no model was called", async () => {
    const { code, stdout } = await runCli(["preview", "--config", "config.json", "--rows", "1"], rows, {
      cwd,
    });
    expect(code).to.equal(3);
    expect(stdout).to.match(/^us\.amazon\.nova-lite-v1:0 in us-east-1\nprice: \$0\.06 in, \$0\.24 out/);
    expect(stdout).to.contain('"text": "Summarise:\\n\\nOne."').and.not.contain("Two.");
    expect(stdout).to.match(/3 rows: 2 to send, 1 would fail\n {2}missing_column: 1/);
    expect(stdout).to.match(/cost: \$0\.\d+, from \$0\.\d+ without an upper bound/);
    expect(stdout).to.match(/no model was called\n$/);
    expect(bedrock.stats().requests).to.equal(0);
  });

  it("prints one JSON object with --json, and refuses a number of rows that is none", async () => {
    const [json, wrong] = await Promise.all([
      runCli(["preview", "--config", "config.json", "--json"], rows, { cwd }),
      runCli(["preview", "--config", "config.json", "--rows", "two"], rows, { cwd }),
    ]);
    expect(JSON.parse(json.stdout)).to.have.nested.property("rows.to_send", 2);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('--rows takes a number, not "two"');
  });
});
