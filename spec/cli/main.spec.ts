import { once } from "node:events";
import { link, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { endLeftovers, finished, type Message, runCli, runProgram, said, startCli } from "./run-cli.js";

describe("command line", () => {
  let folder: string;
  const emulator = useBedrock();
  let config: string;
  const inFolder = (name: string): string => join(folder, name);
  const writeConfig = async (name: string, settings: object): Promise<string> => {
    await writeFile(inFolder(name), JSON.stringify(settings));
    return inFolder(name);
  };
  const settings = (endpoint: string) => ({
    endpoint,
    region: "us-east-1",
    access_key: demoCredentials.access_key,
    secret_access_key: `\${CLI_SPEC_SECRET}`,
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: { messages: [{ role: "user", content: [{ text: "About: {{ text }}" }] }] },
  });
  const place = { env: { CLI_SPEC_SECRET: demoCredentials.secret_access_key } };
  const write = (...options: string[]) => ["write", "--no-ledger", ...options];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cli-main-"));
    config = await writeConfig("config.json", settings(emulator.url));
  });
  afterEach(endLeftovers);
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("answers --help and --version, and explains wrong usage with exit code 2", async () => {
    const [help, version, unknown, wrong] = await Promise.all([
      runCli(["write", "--help"]),
      runCli(["--version"]),
      runCli(["wriet"]),
      runCli(["check", "--confg", "x"]),
    ]);
    expect(help).to.include({ code: 0, stderr: "" });
    expect(help.stdout).to.match(/^Usage: bedrock-model write --config FILE/);
    expect(version).to.include({ code: 0, stderr: "" });
    expect(version.stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    expect(unknown).to.include({ code: 2, stdout: "" });
    expect(unknown.stderr).to.contain('unknown command "wriet"; did you mean write?');
    expect(wrong).to.include({ code: 2, stdout: "" });
    expect(wrong.stderr).to.match(
      /did you mean --config\?\nUsage: bedrock-model check --config FILE \[--json\]\n$/,
    );
  });

  it("writes rows with nothing to work on as skipped, and that is no failure", async () => {
    await writeFile(inFolder("blank.csv"), "id,text\n1,\n2,Hello\n3,  \n");
    const output = inFolder("blank-out.csv");
    const run = await runCli(
      write("--config", config, "--input", inFolder("blank.csv"), "--output", output),
      "",
      place,
    );
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.contain("3 rows in, 1 enriched, 2 skipped;");
    const rows = parse(await readFile(output), { columns: true }) as unknown as Record<string, string>[];
    expect(rows.map((row) => [row.completion === "", row["_bedrock.status"]])).to.deep.equal([
      [true, "skipped"],
      [false, "enriched"],
      [true, "skipped"],
    ]);
  });

  /** JSON.parse takes it, JSON.stringify does not. */
  const deep = "[".repeat(20_000) + "]".repeat(20_000);

  it("writes messages in the order of stdin, with bad lines and rows as failed rows, and exits with 3", async () => {
    const { code, stderr, messages } = await runCli(
      write("--config", config),
      `${await readFile("fixtures/records/messy.ndjson", "utf8")}{"id":9,"text":"deep","deep":${deep}}\n`,
      place,
    );
    const records = messages().slice(0, -1) as Message[];
    const tracking = messages().at(-1).tracking;
    expect(records.map(({ type }) => type)).to.deep.equal(Array(9).fill("record"));
    const rows = records.map(({ record }) => record.data);
    expect(rows.map(({ id }) => id)).to.deep.equal([1, 2, 3, undefined, undefined, undefined, 7, 8, 9]);
    expect(rows.map(({ _bedrock }) => _bedrock.error?.code)).to.deep.equal([
      ...Array(3).fill(undefined),
      ...Array(3).fill("not_an_object"),
      "missing_column",
      undefined,
      undefined,
    ]);
    expect(rows[8])
      .to.include({ text: "deep", deep: null })
      .and.have.property("completion")
      .that.is.a("string");
    expect(stderr).to.contain("row 9: nested too deeply to be written, null instead: deep");
    expect(tracking).to.include({ success: 5, failed: 4 });
    expect(stderr).to.contain("stdin, line 6: not JSON");
    expect(stderr).to.contain("9 rows in, 4 enriched, 1 skipped, 4 failed; 4 calls");
    expect(stderr).to.match(/ {2}not_an_object: 3 \(.+\)\n/);
    expect(code).to.equal(3);
  });

  it("turns a CSV file into an enriched CSV file, with a row that is too short as a failed one, whole", async () => {
    const input = "fixtures/records/messy.csv";
    const output = inFolder("out.csv");
    const { code, messages, stderr } = await runCli(
      write("--config", config, "--input", input, "--output", output),
      "",
      place,
    );
    expect(code).to.equal(3);
    expect(messages().map(({ type }) => type)).to.deep.equal(["tracking"]);
    expect(stderr).to.contain(`output: ${output}`);
    const before = parse((await readFile(input, "utf8")).replace("5,short row\n", ""), {
      columns: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
    const all = parse(await readFile(output), { columns: true }) as unknown as Record<string, string>[];
    expect(all[4]).to.include({ value: "5,short row", id: "", "_bedrock.status": "failed" });
    expect(all[4]?.["_bedrock.error.message"]).to.contain(
      "messy.csv, line 8: it has 2 cells, and the header has 3",
    );
    const after = all.filter(({ value }) => value === "");
    expect(after.map(({ id, text, note }) => ({ id, text, note }))).to.deep.equal(before);
    for (const row of after) expect(row).to.include({ "_bedrock.status": "enriched" });
    expect(after.every(({ completion }) => completion)).to.equal(true);
  });

  it("does not touch the output when it cannot run, and tells no secret", async () => {
    const output = inFolder("kept.ndjson");
    await writeFile(output, "kept");
    const bad = await writeConfig("bad.json", { ...settings(emulator.url), region: "nowhere" });
    const [unset, invalid, missing] = await Promise.all([
      runCli(write("--config", config, "--output", output), "{}"),
      runCli(write("--config", bad, "--output", inFolder("other.ndjson")), "{}", place),
      runCli(
        write("--config", config, "--input", inFolder("no.csv"), "--output", inFolder("third.csv")),
        "",
        place,
      ),
    ]);
    for (const { code, stdout } of [unset, invalid, missing]) {
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    }
    expect(unset.stderr).to.contain("secret_access_key needs CLI_SPEC_SECRET");
    expect(invalid.stderr)
      .to.match(/region/)
      .and.not.contain(demoCredentials.secret_access_key);
    expect(missing.stderr).to.contain(`cannot read ${inFolder("no.csv")}: no such file or folder`);
    expect(await readFile(output, "utf8")).to.equal("kept");
  });

  it("refuses an output that is the input under another name", async () => {
    const input = inFolder("rows.ndjson");
    await writeFile(input, '{"text":"a"}\n');
    await link(input, inFolder("linked.ndjson"));
    const args = write("--config", config, "--input", input, "--output", inFolder("linked.ndjson"));
    const { code, stderr } = await runCli(args, "", place);
    expect(code).to.equal(2);
    expect(stderr).to.contain("--output and --input are the same file");
    const summary = write(
      "--config",
      config,
      "--input",
      input,
      "--output",
      inFolder("o.csv"),
      "--summary",
      config,
    );
    expect((await runCli(summary, "", place)).stderr).to.contain("--summary and --config are the same file");
    expect(await readFile(input, "utf8")).to.equal('{"text":"a"}\n');
  });

  it("reads with each event on a line before the answer, where the settings stream", async () => {
    const settings = JSON.parse(await readFile(config, "utf8"));
    const streaming = await writeConfig("streaming.json", { ...settings, is_stream: true });
    const query = '{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}';
    const read = await runCli(["read", "--config", streaming, "--query", query], "", place);
    const bodies = read.messages().map(({ record }) => record.data);
    expect(bodies[0]).to.have.property("messageStart");
    expect(bodies.at(-1)).to.have.nested.property("output.message.role", "assistant");
  });

  it("checks, reads and lists models", async () => {
    const [check, denied, read, models] = await Promise.all([
      runProgram(["check", "--config", config], "", place),
      runProgram(["check", "--config", await writeConfig("half.json", { region: "us-east-1" })]),
      runCli(
        ["read", "--config", config, "--query", '{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}'],
        "",
        place,
      ),
      runCli(["models", "--json"]),
    ]);
    expect(check).to.include({ code: 0, stderr: "check succeeded\n" });
    expect(check.messages()[0].connection_status.status).to.equal("succeeded");
    expect(denied.code).to.equal(1);
    expect(denied.messages()[0].connection_status.status).to.equal("failed");
    expect(denied.stderr).to.match(/^check failed: .*model_id is required/);
    expect(read.code).to.equal(0);
    expect(read.messages()[0].record.data.output.message.role).to.equal("assistant");
    expect(JSON.parse(models.stdout)[0]).to.have.keys(
      "provider",
      "name",
      "model_id",
      "family",
      "status",
      "unproven",
      "answers",
      "inference_profiles",
      "profile_required",
      "lifecycle",
      "end_of_life",
      "context_tokens",
      "max_output_tokens",
    );
  });

  describe("interrupted", () => {
    const slow = useBedrock({ latencyMs: 300 });
    let slowConfig: string;
    before(async () => {
      slowConfig = await writeConfig("slow.json", { ...settings(slow.url), max_concurrency: 2 });
    });

    /** A run over many rows from a pipe that stays open, with its first answers out. */
    const underWay = async () => {
      const child = startCli(write("--config", slowConfig), place);
      const rows = Array.from({ length: 300 }, (_, id) => `{"text":"row ${id}"}\n`);
      child.stdin.write(rows.join(""));
      await once(child.stdout, "readable");
      return child;
    };

    for (const signal of ["SIGTERM", "SIGHUP"] as const)
      it(`finishes the rows in flight on ${signal}; every other row is not sent`, async () => {
        const child = await underWay();
        child.kill(signal);
        const { code, stderr, messages } = await finished(child);
        expect(stderr).to.contain("stopping: rows in flight finish");
        const { tracking } = messages().pop();
        const { received, enriched, not_sent, errors } = tracking.meta.summary;
        expect({ received, sum: enriched + not_sent }).to.deep.equal({ received: 300, sum: 300 });
        expect(enriched).to.be.within(2, 100);
        expect(Object.keys(errors)).to.deep.equal(["stopped"]);
        expect(messages()).to.have.length(301);
        expect(code).to.equal(3);
      });

    it("exits at once on the second signal", async () => {
      const child = await underWay();
      const ended = once(child, "close");
      // So that it does not end by itself.
      slow.setFaults([{ kind: "stall_headers" }]);
      while ((slow.stats().faults.stall_headers ?? 0) < 2) await nextTurn();
      child.kill("SIGINT");
      await said(child, "stopping");
      // Signals of one moment count as one, so the second is repeated until it counts.
      const again = setInterval(() => child.kill("SIGINT"), 20);
      const [code] = await ended;
      clearInterval(again);
      expect(code).to.equal(130);
    });

    it("ends as on a signal when the reader of stdout goes away", async () => {
      slow.setFaults([]);
      const child = await underWay();
      child.stdout.destroy();
      const [stderr, [code]] = await Promise.all([child.stderr.toArray(), once(child, "close")]);
      expect(code).to.equal(141);
      expect(stderr.join("")).to.match(/\n300 rows in, \d+ enriched, \d+ not sent;/);
    });
  });

  it("emulates a quota that words or a file give, and names what is wrong with it", async () => {
    const worded = await runCli(["emulate", "--port", "0", "--quota", "30/s brust 30"]);
    expect(worded.code).to.equal(1);
    expect(worded.stderr).to.match(
      /--quota: In the quota "brust 30" is not understood; write any of 30\/s, burst 30,/,
    );
    const quota = inFolder("quota.json");
    await writeFile(quota, '{"requests_per_second":-1}');
    const { code, stderr } = await runCli(["emulate", "--port", "0", "--quota", quota]);
    expect(code).to.equal(1);
    expect(stderr).to.contain("quota.requests_per_second must be a number above 0; it is -1.");
    await writeFile(quota, '{"requests_per_second":20}');
    const child = startCli(["emulate", "--port", "0", "--quota", quota]);
    await said(child, "in another terminal");
    child.kill("SIGTERM");
    expect((await finished(child)).code).to.equal(0);
  });

  it("emulates an account that files tell of, and names what is wrong with it", async () => {
    const file = inFolder("account.json");
    await writeFile(file, '{"batch":{"order":"random"}}');
    const account = await runCli(["emulate", "--port", "0", "--account", file, "--logs"]);
    expect([account.code, account.stderr]).to.deep.equal([
      ...[1, "bedrock-model: --account: batch.order must be one of shuffled, as_sent.\n"],
    ]);
    await writeFile(file, '[{"kind":"storm"}]');
    expect((await runCli(["emulate", "--port", "0", "--faults", file])).stderr).to.contain(
      "--faults: faults[0].kind must be one of error,",
    );
  });

  it("emulates Bedrock with a config to copy, until a signal", async () => {
    const child = startCli(["emulate", "--port", "0"]);
    const ended = finished(child);
    const words = await said(child, "in another terminal");
    const copied = inFolder("copied.json");
    await writeFile(copied, words.slice(words.indexOf("{\n"), words.indexOf("\n}\n") + 2));
    const { code } = await runCli(write("--config", copied), '{"text":"a"}\n');
    expect(code).to.equal(0);
    child.kill("SIGTERM");
    expect(await ended).to.include({ code: 0, stdout: "" });
  });
});
