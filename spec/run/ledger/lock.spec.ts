import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { ownNote } from "../../../src/core/lock.js";
import { AwsBedrockModel, closeLedger } from "../../../src/index.js";
import { openLedger } from "../../../src/run/ledger/ledger.js";
import { shareLedger } from "../../../src/run/ledger/open-ledgers.js";
import { own } from "../../../src/run/ledger/own-file.js";
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
      const before = await check();
      expect(before.status).to.equal("succeeded");
      expect(before.message).not.to.contain("held by");
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
      .and.contain(`${file} is held by process ${holder(0).child.pid} on ${hostname()}.`);
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

  for (const [how, link] of Object.entries({
    "a symbolic link": symlinkSync,
    "a hard link": linkSync,
    "a link to a link": (file: string, name: string) => {
      symlinkSync(file, `${name}-1`);
      symlinkSync(`${name}-1`, name);
    },
    "a link through a folder": (file: string, name: string) => {
      symlinkSync(dirname(file), `${name}-folder`);
      symlinkSync(join(`${name}-folder`, basename(file)), name);
    },
  }))
    it(`keeps a second process out that comes by ${how}`, async () => {
      const file = fresh();
      expect(await holder(0).tell(`open ${file}`)).to.equal("open");
      link(file, `${file}-other`);
      expect(await refusal(`${file}-other`)).to.match(/^ledger_locked /);
      expect(await holder(0).tell("close")).to.equal("closed");
      expect(await refusal(`${file}-other`)).to.equal("it was opened");
    });

  it("keeps a second process out that comes by a link which led nowhere before", async () => {
    const file = fresh();
    symlinkSync(file, `${file}-before`);
    expect(await holder(0).tell(`open ${file}-before`)).to.equal("open");
    for (const name of [file, `${file}-before`]) expect(await refusal(name)).to.match(/^ledger_locked /);
    expect(await holder(0).tell("close")).to.equal("closed");
  });

  it("makes one ledger of all names of a file in a process", async () => {
    const file = fresh();
    const dangling = `${file}-dangling`;
    symlinkSync(file, dangling);
    const ledger = await shareLedger(dangling);
    linkSync(file, `${file}-hard`);
    for (const name of [file, `${file}-hard`]) expect(await shareLedger(name)).to.equal(ledger);
    await closeLedger(file);
  });

  for (const note of ["", "{", "null", '{"pid":"x","host":5}', '{"pid":1,"host":"elsewhere","boot":"b"}'])
    it(`does not mind a note that says ${JSON.stringify(note)}, where the kernel keeps the lock`, async () => {
      const file = fresh();
      writeFileSync(`${file}.lock`, note);
      expect(await refusal(file)).to.equal("it was opened");
      expect(await holder(0).tell(`open ${file}`)).to.equal("open");
      writeFileSync(`${file}.lock`, note);
      expect(await refusal(file)).to.match(/^ledger_locked .* is held by /);
      expect(await holder(0).tell("close")).to.equal("closed");
    });

  for (const [what, put] of Object.entries({
    "a link to the ledger": (file: string, note: string) => symlinkSync(file, note),
    "another name of the ledger": (file: string, note: string) => linkSync(file, note),
    "a pipe": (_: string, note: string) => execFileSync("mkfifo", [note]),
    "a file of the user's": (_: string, note: string) => writeFileSync(note, "mine"),
  }))
    it(`neither waits for nor writes into ${what} where its note would be`, async () => {
      const file = fresh();
      expect(await refusal(file)).to.equal("it was opened");
      const before = readFileSync(file, "utf8");
      put(file, `${file}.lock`);
      expect(await holder(0).tell(`open ${file}`)).to.equal("open");
      expect(await refusal(file)).to.match(/^ledger_locked .* is held by another process\./);
      expect(await holder(0).tell("close")).to.equal("closed");
      expect(readFileSync(file, "utf8")).to.equal(before);
      expect(existsSync(`${file}.lock`)).to.equal(true);
    });

  it("keeps a process of another process namespace out", async function () {
    const file = fresh();
    const alone = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
    const ways = [alone, alone.slice(2)];
    const able = ways.find((way) => spawnSync("unshare", [...way, "true"]).status === 0);
    if (!able) this.skip();
    expect(await holder(0).tell(`open ${file}`)).to.equal("open");
    const { stdout } = spawnSync("unshare", [...able, ...node], {
      input: `open ${file}\n`,
      encoding: "utf8",
    });
    expect(stdout).to.match(/^ledger_locked: /);
    expect(await holder(0).tell("close")).to.equal("closed");
    const after = spawnSync("unshare", [...able, ...node], { input: `open ${file}\n`, encoding: "utf8" });
    expect(after.stdout).to.equal("open\n");
  });

  describe("on a file system that other machines may have too", () => {
    const shared = async () => true;
    const owning = async (file: string): Promise<string> => {
      const owned = await own(file, shared);
      if (owned instanceof ConnectorError) return `${owned.code} ${owned.detail}`;
      await owned.release();
      return "owned";
    };
    const elsewhere = '{"pid":7,"host":"elsewhere","boot":"another"}';

    it("is kept by a note of another machine until that is deleted", async () => {
      const file = fresh();
      writeFileSync(`${file}.lock`, elsewhere);
      expect(await owning(file))
        .to.contain("ledger_locked")
        .and.contain("held by process 7 on elsewhere")
        .and.contain(`delete ${file}.lock`);
      expect(readFileSync(`${file}.lock`, "utf8")).to.equal(elsewhere);
      unlinkSync(`${file}.lock`);
      expect(await owning(file)).to.equal("owned");
    });

    it("is kept by a note that cannot be read, and taken over from a dead process of this machine", async () => {
      const file = fresh();
      writeFileSync(`${file}.lock`, "{");
      expect(await owning(file)).to.contain("ledger_locked");
      writeFileSync(`${file}.lock`, ownNote());
      expect(await owning(file)).to.equal("owned");
    });

    it("refuses a file with two names, behind one of which another owner could stand", async () => {
      const file = fresh();
      writeFileSync(file, "");
      linkSync(file, `${file}-other`);
      expect(await owning(file))
        .to.contain("ledger_unusable")
        .and.contain("under a second name");
    });
  });

  it("is given up, and nothing is sent, when the file is moved or deleted, or its link, under its owner", async () => {
    const link = (file: string): string => {
      symlinkSync(file, `${file}-link`);
      return `${file}-link`;
    };
    const toAnother = (name: string): void => {
      unlinkSync(name);
      symlinkSync(fresh(), name);
    };
    for (const [named, away] of [
      [String, unlinkSync],
      [String, (file: string) => renameSync(file, `${file}-moved`)],
      [link, toAnother],
    ] as const) {
      const file = named(fresh());
      const ledger = await openLedger(file);
      if (ledger instanceof ConnectorError) throw ledger;
      away(file);
      const entry = { state: "intent", key: "0".repeat(31).concat("1"), at: 1 } as const;
      const failure = await ledger
        .append({ ...entry, model: "", target: "", body: "" })
        .catch((error: ConnectorError) => error);
      expect((failure as ConnectorError).message).to.contain("it was moved or deleted while it was in use");
      expect(ledger.isOpen()).to.equal(false);
      await ledger.close();
    }
  });

  it("goes to exactly one of the processes that race for it", async () => {
    for (let round = 0; round < 25; round++) {
      const file = fresh();
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
    // Its threads give the file back one by one.
    while ((await refusal(file)) !== "it was opened") await nextTurn();
  });
});
