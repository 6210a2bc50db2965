import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { defaultLedger, ledgerOf, withLedger } from "../../../src/cli/ledger-option.js";
import { refuseOverwrite } from "../../../src/cli/refuse-overwrite.js";
import { ledgerReport } from "../../../src/cli/report/ledger-lines.js";
import { closeLedger } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { runCli } from "../run-cli.js";

describe("ledger", () => {
  describe("option", () => {
    const given = (values: Record<string, string>, ...flags: string[]) => ({ values, flags: new Set(flags) });

    it("is --ledger, else the config's, else the default", () => {
      expect(ledgerOf(given({ ledger: "a" }), { ledger: "b" })).to.equal("a");
      expect(ledgerOf(given({}), { ledger: "b" })).to.equal("b");
      for (const ledger of [undefined, null, ""])
        expect(ledgerOf(given({}), { ledger })).to.equal(defaultLedger);
      expect(withLedger(given({}), { region: "r" })).to.deep.equal({
        connection: { region: "r", ledger: defaultLedger },
        ledger: defaultLedger,
      });
    });

    it("is none with --no-ledger, whatever the config says", () => {
      expect(withLedger(given({}, "no-ledger"), { region: "r", ledger: "b" })).to.deep.equal({
        connection: { region: "r" },
        ledger: undefined,
      });
      expect(() => withLedger(given({ ledger: "a" }, "no-ledger"), {})).to.throw("not both");
    });

    it("is never overwritten by the output", async () => {
      const refusal = await refuseOverwrite({ output: "./new/../rows.jsonl", ledger: "rows.jsonl" }, []).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(refusal).to.equal("--output and the ledger are the same file; write to another one");
    });
  });

  it("is told in words", () => {
    const report = {
      path: "l.jsonl",
      bytes: 2_100_000,
      received: 1234,
      refused: 12,
      unknown: 1,
      in_jobs: 0,
      input_tokens: 100_000,
      output_tokens: 2000,
      lost: 0,
      errors: { invalid_request: 12, deadline_exceeded: 1 } as const,
    };
    expect(ledgerReport(report)).to.equal(
      [
        "l.jsonl: 1,247 rows, 2.1 MB",
        "  1,234  answered: 100,000 tokens in, 2,000 out; reused at no cost",
        "     12  failed, not billed",
        "      1  held: perhaps billed, without an answer",
        "failed and held rows by error code:",
        "  12  invalid_request",
        "   1  deadline_exceeded",
        "`npx multiwoven-aws-bedrock-model replay --config FILE --ledger l.jsonl` sends the failed and held rows again",
        "",
      ].join("\n"),
    );
    const clean = ledgerReport({ ...report, refused: 0, unknown: 0, errors: {} });
    expect(clean).not.to.match(/error code|replay/);
  });

  describe("on the command line", () => {
    let folder: string;
    const emulator = useBedrock();
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "cli-ledger-"));
      await writeFile(join(folder, "config.json"), JSON.stringify(localConfig(emulator.url)));
    });
    after(async () => {
      await rm(folder, { recursive: true });
    });
    /** Each run finds the ledgers as a process does: nobody has them. */
    const run = async (args: string[], input = "") => {
      for (const name of [defaultLedger, "damaged.jsonl"]) await closeLedger(join(folder, name));
      return runCli(args, input, { cwd: folder });
    };
    const rows = '{"text":"first"}\n{"text":"second"}\n{"text":"third"}\n';

    it("resumes: a report, a replay of what was held, and a second write that costs nothing", async () => {
      emulator.setFaults([
        {
          kind: "error",
          includes: "second",
          status: 500,
          type: "InternalServerException",
          message: "x",
          billed: true,
        },
      ]);
      const first = await run(["write", "--config", "config.json"], rows);
      expect(first.code).to.equal(3);
      expect(first.stderr).to.contain("3 rows in, 2 enriched, 1 held; 3 calls");
      expect(first.stderr).to.contain(
        `1 held: perhaps billed; \`npx multiwoven-aws-bedrock-model replay --config config.json --ledger ${defaultLedger}\``,
      );

      emulator.setFaults([]);
      const [words, json] = [await run(["ledger"]), await run(["ledger", defaultLedger, "--json"])];
      expect(words.stdout).to.match(/2 {2}answered.*\n +0 {2}failed.*\n +1 {2}held/);
      expect(JSON.parse(json.stdout)).to.include({ received: 2, refused: 0, unknown: 1 });

      const again = await run(["replay", "--config", "config.json"]);
      expect(again.code).to.equal(0);
      expect(again.messages().at(-1).tracking).to.include({ success: 1, failed: 0 });
      expect(again.stderr).to.match(
        /^1 row of .* to send again; 1 row of them may have been billed before\n/,
      );
      expect(again.stderr).to.contain("run the write command again: these rows now cost nothing");

      const { requests } = emulator.stats();
      const second = await run(["write", "--config", "config.json"], rows);
      expect(second.code).to.equal(0);
      expect(second.stderr).to.contain("3 from the ledger or an equal row, at no cost");
      expect(emulator.stats().requests).to.equal(requests);
    });

    it("that is damaged is named before anything is sent, and repaired", async () => {
      const given = ["--config", "config.json", "--ledger", "damaged.jsonl"];
      await run(["write", ...given], rows);
      const path = join(folder, "damaged.jsonl");
      const text = await readFile(path, "utf8");
      // All but the first lines.
      await writeFile(path, text.split("\n").slice(0, 5).join("\n"));
      const { requests } = emulator.stats();
      const [refused, report] = [
        await run(["write", ...given], rows),
        await run(["ledger", "damaged.jsonl"]),
      ];
      expect([refused.code, report.code]).to.deep.equal([1, 1]);
      for (const { stderr } of [refused, report]) expect(stderr).to.contain("--repair");
      const repaired = await run(["ledger", "damaged.jsonl", "--repair"]);
      expect(repaired.stdout).to.match(
        /^1 line kept, 5 lines lost, 0 rows held for them\n5 lost lines could not/,
      );
      const held = await run(["write", ...given], rows);
      expect(held.code).to.equal(3);
      expect(held.stderr).to.contain("3 held");
      expect(emulator.stats().requests).to.equal(requests);
      expect((await run(["ledger", "damaged.jsonl", "--repair", "--forget-lost"])).code).to.equal(0);
      expect((await run(["ledger", "damaged.jsonl", "--forget-lost"])).code).to.equal(2);
    });

    it("that cannot be read is a sentence and exit code 1", async () => {
      const [missing, other] = [
        await run(["ledger", "none.jsonl"]),
        await run(["replay", "--config", "config.json", "--ledger", "config.json"]),
      ];
      expect(missing).to.include({ code: 1, stdout: "" });
      expect(missing.stderr).to.equal("bedrock-model: cannot read none.jsonl: no such file or folder\n");
      expect(other).to.include({ code: 1, stdout: "" });
      expect(other.stderr).to.contain("it is another kind of file");
    });
  });
});
