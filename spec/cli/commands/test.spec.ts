import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { testReport } from "../../../src/cli/report/test-lines.js";
import { runCli } from "../run-cli.js";

describe("command line: test", () => {
  let folder: string;
  const settings = {
    region: `\${REGION_OF_NO_MACHINE}`,
    api_key: `\${SECRET_OF_NO_MACHINE}`,
    model_id: "meta.llama3-8b-instruct-v1:0",
    request_format: { prompt: "Of {{ name }}." },
  };
  const write = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cli-test-"));
    await mkdir(join(folder, "tests"));
    await write("connection.json", settings);
  });
  after(() => rm(folder, { recursive: true }));

  it("reads cases with comments and the config that they name, and exits with 0 when all pass", async () => {
    const path = await write(
      "tests/good.json",
      `{ // A comment.
        "config": "../connection.json",
        "cases": [{ "name": "a name", "record": { "name": "Jo" }, "expected_body": { "prompt": "Of Jo." } },],
      }`,
    );
    const { code, stdout, stderr } = await runCli(["test", path]);
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 0,
      stdout: "ok    a name\n\n1 case passed\n",
      stderr: "",
    });
  });

  it("shows what differs and exits with 1", async () => {
    const wrong = { name: "a name", record: { name: "Jo" }, expected_body: { prompt: "Of Joe." } };
    const { code, stdout } = await runCli([
      "test",
      await write("bad.json", { config: settings, cases: [wrong] }),
    ]);
    expect(code).to.equal(1);
    expect(stdout).to.contain("FAIL  a name\n      request body (- expected, + actual)\n");
    expect(stdout).to.match(/- +"prompt": "Of Joe\."\n +\+ +"prompt": "Of Jo\."/);
    expect(stdout).to.contain("\n1 of 1 case failed\n");
  });

  it("says what stands in the way, and exits with 1 or, without a file, 2", async () => {
    const cases = [{ name: "a", record: {}, expected_error: "missing_column" }];
    const [unset, broken, none] = await Promise.all([
      runCli([
        "test",
        await write("unset.json", { config: { ...settings, model_id: `\${NO_MODEL}` }, cases }),
      ]),
      runCli(["test", await write("broken.json", "{\n  // A comment.\n  x\n}")]),
      runCli(["test"]),
    ]);
    expect(unset.code).to.equal(1);
    expect(unset.stderr).to.contain("model_id is required").and.contain("not set: region, api_key, model_id");
    expect(broken.code).to.equal(1);
    expect(broken.stderr).to.match(/broken\.json is not JSON: line 3, column 3/);
    expect(none.code).to.equal(2);
    expect(none.stderr).to.contain("Usage: bedrock-model test FILE");
  });
});

describe("command line: the report of a test", () => {
  it("puts remarks at the end", () => {
    const report = {
      passed: 2,
      failed: 0,
      cases: [{ name: "a", differences: [] }],
      remarks: ["One.", "Two."],
    };
    expect(testReport(report)).to.equal("ok    a\n\n2 cases passed\nRemark: One.\nRemark: Two.\n");
  });
});
