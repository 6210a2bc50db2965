import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { AwsBedrockModel } from "../../../src/index.js";
import { openLedger } from "../../../src/run/ledger/ledger.js";
import { withBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { scratch } from "./scratch.js";

const script = fileURLToPath(new URL("holder.js", import.meta.url));
const node = [process.execPath, script];

/** A process that opens and closes ledgers on command. */
const startHolder = () => {
  const child = spawn(process.execPath, node.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const tell = async (command: string): Promise<string> => {
    child.stdin.write(`${command}\n`);
    return (await lines.next()).value ?? "";
  };
  const end = async (how: "cleanly" | "killed"): Promise<void> => {
    const closed = once(child, "close");
    if (how === "killed") child.kill("SIGKILL");
    else child.stdin.end();
    await closed;
  };
  return { child, tell, end };
};

describe("the lock of a ledger", () => {
  const folder = scratch();
  const holders: ReturnType<typeof startHolder>[] = [];
  const others: ChildProcess[] = [];
  let files = 0;
  const fresh = () => join(folder, `ledger-${files++}`);
  const holder = (index: number) => holders[index] as ReturnType<typeof startHolder>;
  before(() => {
    for (let count = 0; count < 4; count++) holders.push(startHolder());
  });
  after(() => {
    for (const child of [...holders.map((each) => each.child), ...others]) child.kill("SIGKILL");
  });

  const refusal = async (file: string): Promise<string> => {
    const ledger = await openLedger(file);
    if (ledger instanceof ConnectorError) return `${ledger.code} ${ledger.message}`;
    await ledger.close();
    return "it was opened";
  };

  it("is not kept by a check of the connection, nor does a run that holds it make the check fail", async () => {
    const file = fresh();
    await withBedrock({}, async (bedrock) => {
      const check = async () =>
        (await new AwsBedrockModel().checkConnection(localConfig(bedrock.url, { ledger: file })))
          .connection_status;
      expect(await check()).to.deep.equal({ status: "succeeded" });
      expect(await holder(0).tell(`open ${file}`)).to.equal("open");
      const during = await check();
      expect(during.status).to.equal("succeeded");
      expect(during.message).to.contain(`held by process ${holder(0).child.pid}`);
      await holder(0).tell("close");
    });
  });

  it("keeps a second process out, says who holds it, and lets it in when it is given back", async () => {
    const file = fresh();
    expect(await holder(0).tell(`open ${file}`)).to.equal("open");
    expect(await refusal(file))
      .to.match(/^ledger_locked /)
      .and.contain(`${file} is held by process ${holder(0).child.pid} on ${hostname()}.`)
      .and.contain(`delete ${file}.lock`);
    expect(await holder(0).tell("close")).to.equal("closed");
    expect(await refusal(file)).to.equal("it was opened");
  });

  it("keeps a second opening in the same process out", async () => {
    const file = fresh();
    const ledger = await openLedger(file);
    expect(await refusal(file)).to.contain(`process ${process.pid}`);
    if (!(ledger instanceof ConnectorError)) await ledger.close();
    expect(await refusal(file)).to.equal("it was opened");
  });

  it("keeps a second process out that comes by another name of the file", async () => {
    const file = fresh();
    expect(await holder(0).tell(`open ${file}`)).to.equal("open");
    const otherName = join(folder, "other-name");
    symlinkSync(file, otherName);
    expect(await refusal(otherName)).to.match(/^ledger_locked /);
    expect(await holder(0).tell("close")).to.equal("closed");
  });

  it("respects the lock of another host", async () => {
    const file = fresh();
    const lock = JSON.stringify({ pid: 1, host: "elsewhere", started: "5" });
    writeFileSync(`${file}.lock`, lock);
    expect(await refusal(file)).to.contain("process 1 on elsewhere");
    expect(readFileSync(`${file}.lock`, "utf8")).to.equal(lock);
    expect(existsSync(file)).to.equal(false);
  });

  it("takes over from a process whose number has gone to another", async function () {
    if (!existsSync("/proc/self/stat")) this.skip();
    const file = fresh();
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: process.pid, host: hostname(), started: "1" }));
    expect(await refusal(file)).to.equal("it was opened");
  });

  for (const text of ["", "{", "null", '{"pid":"x","host":5}'])
    it(`takes over a lock that says ${JSON.stringify(text)}`, async () => {
      const file = fresh();
      writeFileSync(`${file}.lock`, text);
      expect(await refusal(file)).to.equal("it was opened");
    });

  it("goes to exactly one of the processes that race for a dead owner's", async () => {
    for (let round = 0; round < 25; round++) {
      const file = fresh();
      writeFileSync(`${file}.lock`, JSON.stringify({ pid: 2 ** 30, host: hostname(), started: "1" }));
      const said = await Promise.all(holders.map(({ tell }) => tell(`open ${file}`)));
      expect(said.filter((word) => word === "open")).to.have.length(1);
      for (const word of said) if (word !== "open") expect(word).to.match(/^ledger_locked: /);
      await Promise.all(holders.map(({ tell }) => tell("close")));
      expect(readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.`))).to.deep.equal([]);
    }
  });

  it("is taken over from a process that was killed", async () => {
    const file = fresh();
    await holder(2).tell(`open ${file}`);
    await holder(2).end("killed");
    expect(existsSync(`${file}.lock`)).to.equal(true);
    expect(await refusal(file)).to.equal("it was opened");
  });

  it("is gone after a clean end, also of a process that did not close its ledger", async () => {
    const file = fresh();
    await holder(3).tell(`open ${file}`);
    expect(existsSync(`${file}.lock`)).to.equal(true);
    await holder(3).end("cleanly");
    expect(existsSync(`${file}.lock`)).to.equal(false);
  });

  it("is taken over from a killed process that its parent has not collected", async function () {
    if (!existsSync("/proc/self/stat")) this.skip();
    const file = fresh();
    const parent = spawn("sh", ["-c", '"$@" & exec sleep 60', "sh", ...node, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    others.push(parent);
    const [line] = await once(createInterface(parent.stdout), "line");
    const pid = Number(line.split(" ")[1]);
    expect(line).to.equal(`open ${pid}`);
    process.kill(pid, "SIGKILL");
    while (!/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))) await nextTurn();
    expect(await refusal(file)).to.equal("it was opened");
  });
});
