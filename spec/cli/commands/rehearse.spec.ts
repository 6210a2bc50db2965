import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { agree } from "../../../src/cli/agree.js";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig, roomy } from "../../support/sync-config.js";
import { runCli } from "../run-cli.js";

describe("bedrock-model rehearse", () => {
  const bedrock = useBedrock();
  let cwd: string;
  const rows = Array.from({ length: 90 }, (_, id) => ({
    id,
    text: `Ticket ${id} is ${id % 2 ? "bad" : "good"}.`,
  }));
  const config = (changes: Record<string, unknown> = {}) =>
    localConfig(bedrock.url, {
      ...roomy,
      request_format: {
        messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
        inferenceConfig: { maxTokens: 40 },
      },
      output_schema: {
        type: "object",
        properties: { mood: { enum: ["good", "bad"] } },
        required: ["mood"],
        additionalProperties: false,
      },
      ...changes,
    });
  const write = (name: string, value: unknown): void => writeFileSync(join(cwd, name), JSON.stringify(value));
  const run = (...args: string[]) => runCli(["rehearse", "--config", "old.json", ...args], "", { cwd });
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "rehearse-cli-"));
    write("rows.json", rows);
    write("old.json", config());
    write("new.json", config({ model_id: "us.amazon.nova-micro-v1:0" }));
    bedrock.setFaults([{ kind: "stop", reason: "end_turn", includes: "Please", text: '{"mood":"bad"}' }]);
    write(
      "worse.json",
      config({ request_format: { messages: [{ role: "user", content: [{ text: "Please: {{ text }}" }] }] } }),
    );
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });

  it("tells the price, compares, says how sure it is, and ends with 0, or with 3 where the new side is worse", async () => {
    const kept = await run("--against", "new.json", "--input", "rows.json", "--rows", "80", "--seed", "2");
    expect(kept.code, kept.stderr).to.equal(0);
    expect(kept.stderr).to.match(
      /80 rows of 90\n +old +us\.amazon\.nova-lite-v1:0: 80 calls: \$0\.\d+, from .*\n +new +us\.amazon\.nova-micro-v1:0: 80 calls: .*\n +together \$.*\n5 % is shown where at most 0 of them differ/,
    );
    expect(kept.stdout).to.match(
      /^us\.amazon\.nova-lite-v1:0 → us\.amazon\.nova-micro-v1:0\n80 rows of 90 compared; \$0\.\d+ spent/,
    );
    expect(kept.stdout).to.contain(
      "It keeps what was there. With 95 % confidence it loses no more than the 5 % of rows",
    );
    expect(kept.stdout).to.match(/mood differs in 0 of 80 rows, so in at most 4\.6 % of all\./);
    expect(kept.stdout).to.match(/cost of 1,000 rows +\$0\.\d+ +\$0\.\d+/);
    // What was paid for stands in the ledger of the working directory.
    const again = await run(
      "--against",
      "worse.json",
      "--input",
      "rows.json",
      "--rows",
      "80",
      "--seed",
      "2",
      "--json",
      "--report",
      "page.html",
    );
    expect(again.code).to.equal(3);
    expect(again.stderr).to.match(/old +us\.amazon\.nova-lite-v1:0: 80 answered by the ledger, 0 calls\n/);
    const { judgement, pairs, before: old } = JSON.parse(again.stdout);
    expect(judgement).to.deep.include({ says: "worse", tolerated: 0.05 });
    expect(pairs).to.have.length(80);
    expect(old.from).to.deep.equal({ ledger: 80 });
    expect(again.stderr).to.contain("report: page.html");
    expect(readFileSync(join(cwd, "page.html"), "utf8")).to.match(/^<!doctype html>.*<h1>It is worse<\/h1>/s);
    // It holds rows, so nobody else may read it.
    expect(statSync(join(cwd, "page.html")).mode & 0o077).to.equal(0);
  });

  it("ends with 1 where nothing can be compared, and with 2 where it is used wrongly", async () => {
    write(
      "gone.json",
      config({ model_id: "us.meta.llama3-2-90b-instruct-v1:0", request_format: { prompt: "{{ text }}" } }),
    );
    const [dead, ...wrong] = await Promise.all([
      runCli(
        [
          "rehearse",
          "--config",
          "gone.json",
          "--against",
          "new.json",
          "--input",
          "rows.json",
          "--ledger",
          "own.jsonl",
        ],
        "",
        { cwd },
      ),
      run("--against", "new.json", "--input", "rows.json", "--rows", "none"),
      run("--against", "new.json", "--input", "rows.json", "--as", "mood=colour"),
      run("--against", "new.json", "--input", "rows.json", "--tolerate", "many"),
      run("--against", "new.json", "--input", "rows.json", "--max-spend-usd", "0"),
      run("--against", "new.json", "--input", "rows.json", "--report", "rows.json"),
    ]);
    expect(dead.code).to.equal(1);
    expect(dead.stderr).to.match(
      /is known to be gone since 2026-07-07.* its ledger has the answer of none of the 90 rows/,
    );
    for (const { code, stderr } of wrong) expect(code, stderr).to.equal(2);
    expect(JSON.parse(readFileSync(join(cwd, "rows.json"), "utf8"))).to.have.length(90);
  });
});

describe("a question at a terminal", () => {
  const answered = async (line: string, isTTY = true): Promise<[boolean, string]> => {
    const stdin = Object.assign(new PassThrough(), { isTTY });
    const stderr = Object.assign(new PassThrough(), { isTTY });
    stdin.end(`${line}\n`);
    const agreed = await agree("Call them?", { stdin, stderr });
    return [agreed, String(stderr.read() ?? "")];
  };

  it("takes a yes alone, and where no person is, asks nothing", async () => {
    for (const yes of ["y", "Y", " yes "]) expect((await answered(yes))[0], yes).to.equal(true);
    for (const no of ["", "n", "no", "yesterday"]) expect((await answered(no))[0], no).to.equal(false);
    expect((await answered("y"))[1]).to.contain("Call them? [y/N]");
    expect(await answered("n", false)).to.deep.equal([true, ""]);
  });
});
