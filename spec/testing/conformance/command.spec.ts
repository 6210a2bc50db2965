import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { conform } from "../../../src/cli/commands/conform.js";
import { failureOf } from "../../../src/cli/failure.js";
import {
  type Descriptor,
  type RuleResult,
  readDescriptor,
  runConformance,
} from "../../../src/testing/conformance/index.js";
import { runCli, runProgram } from "../../cli/run-cli.js";
import { scratch } from "../../run/ledger/scratch.js";
import { standIn } from "../../support/program.js";

const echo = standIn("echo.json");
/** However busy the machine is. */
const patient = ["conform", "--timeout", "600"];

describe("bedrock-model conform", () => {
  const folder = scratch();

  it("judges a connector of another service by its descriptor alone", async () => {
    const report = join(folder, "report.xml");
    const { code, stdout, stderr } = await runCli([...patient, "--descriptor", echo, "--junit", report]);
    expect(stderr).to.equal("");
    expect(stdout).to.match(/^W10 · .* · pass$/m);
    expect(stdout).to.match(/^W13 · .* · skipped because the descriptor has no ledger$/m);
    expect(stdout).to.match(/^\d+ passed, 0 failed, \d+ skipped$/m);
    expect(code).to.equal(0);
    const xml = await readFile(report, "utf8");
    expect(xml).to.match(/<testsuite name="Echo" tests="\d+" failures="0"/);
    expect(xml).to.include('message="the descriptor has no ledger"');
  });

  it("exits with 3 and says why when a row is broken, here by a config that does not work", async () => {
    const descriptor = JSON.parse(await readFile(echo, "utf8"));
    descriptor.class.module = standIn("echo.js");
    descriptor.server = { url: "http://127.0.0.1:9" };
    const file = join(folder, "broken.json");
    await writeFile(file, JSON.stringify(descriptor));
    const args = [...patient, "--descriptor", file, "--only", "h1,S01", "--json"];
    const { code, stdout } = await runCli(args);
    expect(code).to.equal(3);
    const findings: RuleResult[] = JSON.parse(stdout);
    expect(findings.map(({ id, verdict }) => `${id} ${verdict}`)).to.deep.equal(["S01 pass", "H1 fail"]);
    expect(findings[1]?.because).to.include("0 of 1 records succeeded");
  });

  const refused: [name: string, values: Record<string, string>, words: RegExp, exitCode: number][] = [
    ["an unknown adapter", { adapter: "window" }, /--adapter is class or command/, 2],
    ["an unknown row", { only: "X" }, /no rule's id begins with "X"/, 2],
    ["a descriptor that is not there", { descriptor: "nowhere.json" }, /cannot read nowhere.json/, 1],
    ["a adapter that the descriptor has not", { descriptor: echo, adapter: "command" }, /has no command/, 1],
  ];
  for (const [name, values, words, exitCode] of refused)
    it(`answers ${name} with what is wrong`, async () => {
      const failure = await conform.run({ values, flags: new Set() }).catch(failureOf);
      expect(failure).to.have.property("message").that.matches(words);
      expect(failure).to.have.property("exitCode", exitCode);
    });

  it("starts this package's own class in a process of its own", async () => {
    const { code, stdout, stderr } = await runProgram([...patient, "--adapter", "class", "--only", "L02"]);
    expect({ code, stderr }, stdout).to.deep.equal({ code: 0, stderr: "" });
    expect(stdout).to.match(/^1 passed, 0 failed, 0 skipped$/m);
  });

  // A process that has started another, as npx does, must not keep the suite waiting for the other's end.
  const silent = ["sh", "-c", "sleep 5 & wait"];
  const mute: [name: string, parts: object, words: RegExp][] = [
    ["a command", { command: silent }, /sleep 5.* did not answer spec within 0.3 s.*--timeout/],
    ["a server", { server: { command: silent } }, /sleep 5.* printed no line within 0.3 s.*--timeout/],
  ];
  for (const [name, parts, words] of mute)
    it(`ends ${name} that starts and says nothing, and says what it waited for`, async () => {
      const descriptor: Descriptor = {
        name: "Mute",
        command: ["cat"],
        config: {},
        records: [{}, {}, {}],
        ...parts,
      };
      const failure = await runConformance({ descriptor, timeout: 0.3 }).catch((thrown: Error) => thrown);
      expect(failure).to.have.property("message").that.matches(words);
    });

  it("exits with 1 when a command says nothing for as long as --timeout says", async () => {
    const file = join(folder, "mute.json");
    await writeFile(
      file,
      JSON.stringify({ name: "M", command: ["sleep", "300"], config: {}, records: [{}, {}, {}] }),
    );
    const given = { values: { descriptor: file, timeout: "1" }, flags: new Set<string>() };
    const failure = await conform.run(given).catch((thrown: Error) => thrown);
    expect(failure).to.include({ exitCode: 1 });
    expect(failure).to.have.property("message").that.includes("within 1 s");
  });

  it("names every part of a descriptor that is wrong", async () => {
    const file = join(folder, "wrong.json");
    await writeFile(file, JSON.stringify({ name: "", config: {}, record: [], calls: {} }));
    const error = await readDescriptor(file).catch((thrown: Error) => thrown);
    expect(error)
      .to.have.property("message")
      .that.matches(/records.*record\b.*|record\b.*records/);
    expect(String(error)).to.include("/name").and.to.include("/calls");
  });
});
