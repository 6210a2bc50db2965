import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { AwsBedrockModel, closeLedger } from "../../../src/index.js";
import { shareLedger } from "../../../src/run/ledger/open-ledgers.js";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { scratch } from "./scratch.js";

const script = fileURLToPath(new URL("holder.js", import.meta.url));

describe("a ledger of several processes", () => {
  const folder = scratch();
  const bedrock = useBedrock();
  let other: ChildProcess;
  let lines: AsyncIterator<string>;
  before(() => {
    process.on("warning", hear);
    other = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
    lines = createInterface(other.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  });
  after(() => {
    process.off("warning", hear);
    other.kill("SIGKILL");
  });
  const tell = async (command: string): Promise<string> => {
    other.stdin?.write(`${command}\n`);
    return (await lines.next()).value ?? "";
  };
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);

  const write = (ledger: string, text: string) =>
    new AwsBedrockModel().write(syncConfig(localConfig(bedrock.url, { ledger })), [{ text }]);

  it("is given back when it is idle; runs and their ceilings go on with it", async () => {
    const file = join(folder, "idle");
    const config = localConfig(bedrock.url, { ledger: file, max_rows: 2 });
    const writeOne = async (text: string) =>
      (await new AwsBedrockModel().write(syncConfig(config), [{ text }])).tracking;
    await shareLedger(file, { leastIdleMs: 1 });
    expect((await writeOne("one")).success).to.equal(1);
    while (existsSync(`${file}.lock`)) await new Promise((resolve) => setImmediate(resolve));
    // Another process has it, and what it writes is found.
    expect(await tell(`open ${file}`)).to.equal("open");
    expect(await tell("close")).to.equal("closed");
    expect((await writeOne("two")).success).to.equal(1);
    expect((await writeOne("three")).meta.summary.errors).to.have.property("budget_reached");
    expect((await writeOne("one")).success).to.equal(1);
    expect(bedrock.stats().billed).to.equal(2);
    await closeLedger(file);
  });

  it("is that of its own file, also where the system gives it the number of one that was deleted", async function () {
    const [before, now] = [join(folder, "deleted"), join(folder, "new")];
    await shareLedger(before, { leastIdleMs: 1 });
    while (existsSync(`${before}.lock`)) await new Promise((resolve) => setImmediate(resolve));
    const { ino } = statSync(before);
    rmSync(before);
    await writeFile(now, "");
    if (statSync(now).ino !== ino) this.skip();
    expect((await write(now, "a letter")).tracking.success).to.equal(1);
    expect(existsSync(before)).to.equal(false);
    expect(readFileSync(now, "utf8")).to.include('"state":"received"');
    await closeLedger(now);
  });

  it("is waited for, and the one that is waited for is named", async () => {
    const file = join(folder, "waited");
    expect(await tell(`open ${file}`)).to.equal("open");
    const written = write(file, "in a while");
    while (!warnings.some(({ message }) => message.includes(file)))
      await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.at(-1)?.name).to.equal("LedgerWait");
    expect(warnings.at(-1)?.message).to.contain(`held by process ${other.pid} on`);
    expect(await tell("close")).to.equal("closed");
    expect((await written).tracking.success).to.equal(1);
    await closeLedger(file);
  });

  it("is not waited for without end, nor twice in a minute", async () => {
    const file = join(folder, "bounded");
    expect(await tell(`open ${file}`)).to.equal("open");
    const refusal = async () => {
      const refused = await shareLedger(file, { patienceMs: 1 });
      return refused instanceof ConnectorError ? refused.message : "it was opened";
    };
    expect(await refusal()).to.match(new RegExp(`held by process ${other.pid} on .*waited for 1 seconds`));
    const heard = warnings.length;
    expect(await refusal())
      .to.contain(`held by process ${other.pid} on`)
      .and.not.contain("waited");
    expect(warnings.length).to.equal(heard);
    expect(await tell("close")).to.equal("closed");
    expect(await refusal()).to.equal("it was opened");
    await closeLedger(file);
  });
});
