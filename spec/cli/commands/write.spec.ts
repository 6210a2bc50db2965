import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { demoCredentials } from "../../../src/testing/emulator/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { endLeftovers, finished, runCli, startCli } from "../run-cli.js";

describe("bedrock-model write", () => {
  const emulator = useBedrock();
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const put = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(at(name), content);
    return name;
  };
  const settings = (more: object = {}) => ({
    endpoint: emulator.url,
    region: "us-east-1",
    ...demoCredentials,
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: { messages: [{ role: "user", content: [{ text: "About: {{ text }}" }] }] },
    ...more,
  });
  const write = (...options: string[]) =>
    runCli(["write", "--config", "c.json", ...options], "", { cwd: folder });
  const lines = async (name: string): Promise<Record<string, unknown>[]> =>
    (await readFile(at(name), "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cli-write-"));
    await put("c.json", JSON.stringify(settings()));
    await put(
      "rows.ndjson",
      Array.from({ length: 8 }, (_, id) => `{"id":${id},"text":"row ${id}"}\n`).join(""),
    );
  });
  afterEach(async () => {
    endLeftovers();
    emulator.setFaults([]);
    await rm(folder, { recursive: true });
  });

  it("says before the first row that the model is on its way out, and where to go", async () => {
    const modelLifecycle = { status: "LEGACY", endOfLifeTime: "2999-01-01T00:00:00Z" };
    emulator.setAccount({ models: { "amazon.nova-lite-v1:0": { modelLifecycle } } });
    try {
      const { code, stderr } = await write("--input", "rows.ndjson", "--output", "out.ndjson");
      expect(code).to.equal(0);
      const [first = ""] = stderr.split("\n");
      expect(first).to.match(
        /nova-lite-v1:0 is legacy; its end of life is 2999-01-01.*`bedrock-model migrate` names living models/,
      );
    } finally {
      emulator.setAccount({});
    }
    expect((await write("--input", "rows.ndjson", "--output", "out.ndjson")).stderr).not.to.contain(
      "migrate",
    );
  });

  it("takes the rows of a table as they are, and gives a bad one back whole, with its line", async () => {
    await put("in.csv", '\uFEFFid;text\r\n1;Alice\n2;"Bob\r\nJunior"\r3;please, refund;order\r\n');
    const { code, stderr } = await write(
      ...["--input", "in.csv", "--delimiter", ";", "--output", "out.csv", "--trace", "short"],
    );
    expect(code).to.equal(3);
    expect(stderr).to.contain("in.csv, line 5: it has 3 cells, and the header has 2");
    const [header, first, second, third, end] = (await readFile(at("out.csv"), "utf8"))
      .replace('"Bob\r\nJunior"', "BOB")
      .split("\r\n");
    expect(header).to.match(/^\uFEFFid;text;completion;_bedrock\.status;.*;value$/);
    expect(first).to.match(/^1;Alice;.+;enriched;;;;$/);
    expect(second).to.match(/^2;BOB;.+;enriched;;;;$/);
    expect(third).to.match(/^;;;failed;not_an_object;.* in\.csv, line 5: .*;false;"3;please, refund;order"$/);
    expect(end).to.equal("");
  });

  it("keeps the digits of numbers in prompts, keys and outputs", async () => {
    const ids = ["1234567890123456781", "1234567890123456782", "1.0", "1e400", "NaN", "-Infinity"];
    await put("n.ndjson", ids.map((id) => `{"text":${id}}\n`).join(""));
    const { code } = await write("--input", "n.ndjson", "--output", "-", "--trace", "none");
    expect(code).to.equal(0);
    const ledger = await readFile(at(".bedrock-model/ledger.jsonl"), "utf8");
    for (const id of ids) expect(ledger).to.contain(`About: ${id}\\`);
    expect(emulator.stats().billed).to.be.at.least(6);
    await write("--input", "n.ndjson", "--output", "n.json", "--columns", "text");
    expect(await readFile(at("n.json"), "utf8")).to.equal(
      `[\n${ids.map((id) => `{"text":${/^[\d.e]+$/.test(id) ? id : `"${id}"`}}`).join(",\n")}\n]\n`,
    );
  });

  it("reads and writes Parquet", async () => {
    expect((await write("--input", "rows.ndjson", "--output", "a.parquet")).code).to.equal(0);
    const { code } = await write(
      "--input",
      "a.parquet",
      "--output",
      "b.ndjson",
      "--columns",
      "id,text,_bedrock.status",
    );
    expect(code).to.equal(0);
    expect((await lines("b.ndjson"))[7]).to.deep.equal({
      id: 7,
      text: "row 7",
      "_bedrock.status": "enriched",
    });
  });

  it("writes plain rows to stdout, and nothing else", async () => {
    const { code, stdout } = await write(
      "--input",
      "rows.ndjson",
      "--output",
      "-",
      "--columns",
      "id,answer=completion",
    );
    expect(code).to.equal(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).to.have.length(8);
    expect(rows[0]).to.have.all.keys("id", "answer");
  });

  it("refuses what cannot be right before a row is paid for", async () => {
    const before = emulator.stats().requests;
    const wrong: [string[], number, string][] = [
      [["--output", "y.xlsx"], 1, "no format is known by the ending .xlsx"],
      [
        ["--output", "y.csv", "--columns", "id,complation"],
        1,
        'no column is called "complation"; did you mean "completion"?',
      ],
      [["--set", "modelid=x"], 2, 'there is no setting "modelid"; did you mean model_id?'],
      [["--shard", "3/2"], 2, "option --shard is I/N"],
      [["--only", "old"], 2, "option --only is failed, held or new"],
      [["--trace", "none"], 2, "--trace needs an --output"],
      [
        ["--output", "y.json", "--escape-formulas"],
        2,
        "--escape-formulas is for an --output that ends in .csv or .tsv",
      ],
      [["--delimiter", "||"], 2, "option --delimiter is one ASCII character, or tab"],
      [["--summary", "-"], 2, "option --summary takes a file"],
      [["--output", "y.csv", "--columns", "id,id"], 2, '--columns has "id" twice'],
      [["--tolerate", "101"], 2, "option --tolerate is a percentage"],
    ];
    const found = await Promise.all(
      wrong.map(([options]) => write("--no-ledger", "--input", "rows.ndjson", ...options)),
    );
    for (const [index, [options, code, words]] of wrong.entries()) {
      expect(found[index]?.stderr, options.join(" ")).to.contain(words);
      expect(found[index]?.code, options.join(" ")).to.equal(code);
    }
    expect(emulator.stats().requests).to.equal(before);
    expect((await readdir(folder)).filter((name) => name.startsWith("y"))).to.deep.equal([]);
  });

  it("sends fewer rows, of those that the ledger does not answer, to another model", async () => {
    const first = await write("--input", "rows.ndjson", "--output", "a.ndjson", "--limit", "3");
    expect(first.stderr).to.contain("3 rows in, 3 enriched");
    emulator.setFaults([{ kind: "error", status: 400, type: "ValidationException", message: "no" }]);
    await write("--input", "rows.ndjson", "--output", "b.ndjson", "--only", "new", "--limit", "1");
    emulator.setFaults([]);
    const idsOf = async (name: string) => (await lines(name)).map(({ id }) => id);
    expect(await idsOf("b.ndjson")).to.deep.equal([3]);
    const again = await write(
      ...["--input", "rows.ndjson", "--output", "c.ndjson", "--only", "failed"],
      ...["--model", "amazon.nova-micro-v1:0", "--set", "max_concurrency=1"],
    );
    expect(await idsOf("c.ndjson")).to.deep.equal([3]);
    expect(again.code).to.equal(0);
    const [row] = (await lines("c.ndjson")) as { _bedrock: { model: string } }[];
    expect(row?._bedrock.model).to.equal("amazon.nova-micro-v1:0");
    await write("--input", "rows.ndjson", "--output", "d.ndjson", "--only", "new");
    expect(await idsOf("d.ndjson")).to.deep.equal([4, 5, 6, 7]);
  });

  it("ends a run whose output takes no more as Ctrl-C does, and keeps what was answered", async () => {
    const before = emulator.stats().requests;
    await symlink("/dev/full", at("full.ndjson.part"));
    await put("full.ndjson", "an older result");
    const { code, stderr } = await write(
      ...["--input", "rows.ndjson", "--output", "full.ndjson", "--ledger", "l.jsonl", "--summary", "s.json"],
    );
    expect(code).to.equal(1);
    const reason = "cannot write full.ndjson: no space left on the disk";
    expect(stderr).to.contain("the output was left as it was").and.contain(reason);
    expect(stderr).not.to.contain("output: full.ndjson");
    expect(JSON.parse(await readFile(at("s.json"), "utf8"))).to.deep.include({ exit_code: 1, reason });
    expect(await readFile(at("full.ndjson"), "utf8")).to.equal("an older result");
    expect(
      (await write("--input", "rows.ndjson", "--output", "o.ndjson", "--ledger", "l.jsonl")).code,
    ).to.equal(0);
    // Of all eight rows, each was paid for once.
    expect(emulator.stats().requests).to.equal(before + 8);
  });

  it("splits rows into shards that need not know of each other, with names of their own", async () => {
    const shards = await Promise.all(
      [1, 2, 3].map((index) =>
        write("--input", "rows.ndjson", "--output", "o.csv.gz", "--shard", `${index}/3`),
      ),
    );
    expect(shards.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
    const made = (await readdir(folder)).filter((name) => name.startsWith("o.")).sort();
    expect(made).to.deep.equal([1, 2, 3].map((index) => `o.shard-${index}-of-3.csv.gz`));
    const sizes = shards.map(({ stderr }) => Number(/(\d+) rows? in/.exec(stderr)?.[1]));
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(8);
  });

  it("tells programs what became of a run, and takes a share of failures", async () => {
    await put("mixed.ndjson", '{"text":"a"}\n{"text":"b"}\nbroken\n{"text":"c"}\n');
    const [strict, lax] = [
      await write("--input", "mixed.ndjson", "--output", "m.ndjson", "--summary", "s.json"),
      await write(
        "--input",
        "mixed.ndjson",
        "--output",
        "m.ndjson",
        "--tolerate",
        "25%",
        "--progress",
        "json",
      ),
    ];
    expect([strict.code, lax.code]).to.deep.equal([3, 0]);
    const summary = JSON.parse(await readFile(at("s.json"), "utf8"));
    expect(summary).to.include({
      exit_code: 3,
      reason: "1 of 4 rows were not enriched",
      output: "m.ndjson",
      shard: null,
    });
    expect(summary.summary).to.include({ received: 4, enriched: 3, failed: 1 });
    const lost = await write("--input", "none.csv", "--summary", "t.json");
    expect(lost.code).to.equal(1);
    expect(JSON.parse(await readFile(at("t.json"), "utf8"))).to.include({ exit_code: 1, summary: null });
  });

  describe("while another run is under way", () => {
    const slow = useBedrock({ latencyMs: 200 });

    it("cannot begin on the same output or ledger, and touches nothing; the first ends in one step", async () => {
      await put("c.json", JSON.stringify(settings({ endpoint: slow.url, max_concurrency: 1 })));
      await put("out.csv", "an older result\n");
      const child = startCli(
        ["write", "--config", "c.json", "--input", "rows.ndjson", "--output", "out.csv"],
        { cwd: folder },
      );
      const first = finished(child);
      while (slow.stats().requests === 0) await nextTurn();
      const [sameOutput, sameLedger] = await Promise.all([
        write("--input", "rows.ndjson", "--output", "out.csv", "--no-ledger"),
        write("--input", "rows.ndjson", "--output", "other.csv"),
      ]);
      expect(await readFile(at("out.csv"), "utf8")).to.equal("an older result\n");
      expect(sameOutput.code).to.equal(1);
      expect(sameOutput.stderr).to.contain("another run writes it");
      expect(sameLedger.code).to.equal(1);
      expect(sameLedger.stderr).to.contain("another run uses the ledger");
      expect(existsSync(at("other.csv"))).to.equal(false);
      expect((await first).code).to.equal(0);
      expect(await readFile(at("out.csv"), "utf8")).to.match(/^id,text,completion/);
      expect((await readdir(folder)).filter((name) => /part|lock/.test(name))).to.deep.equal([]);
    });

    it("keeps the answers of calls that are open when its reader goes away", async () => {
      await put("c.json", JSON.stringify(settings({ endpoint: slow.url, max_concurrency: 4 })));
      const child = startCli(["write", "--config", "c.json", "--input", "rows.ndjson"], { cwd: folder });
      await once(child.stdout, "readable");
      child.stdout.destroy();
      const [code] = await once(child, "close");
      expect(code).to.equal(141);
      const { stdout } = await runCli(["ledger", "--json"], "", { cwd: folder });
      expect(JSON.parse(stdout)).to.include({ unknown: 0 });
    });
  });
});
