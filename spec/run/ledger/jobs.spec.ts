import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { type Disk, localDisk } from "../../../src/run/ledger/disk.js";
import type { Intent } from "../../../src/run/ledger/entry.js";
import { type Ledger, openLedger } from "../../../src/run/ledger/ledger.js";
import { isOwned } from "../../../src/run/ledger/own-file.js";
import { repairLedger } from "../../../src/run/ledger/repair.js";
import { holdsJobs, jobEntry } from "./holds-jobs.js";
import { scratch } from "./scratch.js";

describe("batch jobs in a ledger's file", () => {
  const folder = scratch();
  const open = async (name: string, disk = localDisk): Promise<Ledger> => {
    const ledger = await openLedger(join(folder, name), disk);
    if (ledger instanceof ConnectorError) throw ledger;
    return ledger;
  };
  const intent = (digits: string, job: string): Intent => ({
    ...{ state: "intent", key: digits.repeat(32).slice(0, 32), at: 1_800_000_000_000, job },
    ...{ model: "m", target: "0123456789abcdef", body: "{}" },
  });

  it("are kept with the calls in them, and read again from the file", async () => {
    const first = await open("kept.jsonl");
    await holdsJobs(first);
    await first.close();
    const second = await open("kept.jsonl");
    expect((await second.jobs()).map(({ stage }) => stage)).to.deep.equal([
      "submitted",
      "refused",
      "abandoned",
    ]);
    expect(await second.find("2".repeat(32))).to.include({ job: "d".repeat(32) });
    expect(await second.find("3".repeat(32))).to.equal(null);
    await second.close();
  });

  it("are gone through without the rest of a long file, also once that is opened anew", async () => {
    let read = 0;
    const counting: Disk = {
      ...localDisk,
      async own(path) {
        const owned = await localDisk.own(path);
        if (!isOwned(owned)) return owned;
        const { file } = owned;
        const counted = async (...where: Parameters<typeof file.read>) => {
          const result = await file.read(...where);
          read += result.bytesRead;
          return result;
        };
        return { ...owned, file: { ...file, read: counted } };
      },
    };
    const callsOfSecond = async (ledger: Ledger): Promise<void> => {
      read = 0;
      const keys: string[] = [];
      for await (const { key } of ledger.callsOf("b".repeat(32))) keys.push(key.slice(0, 2));
      expect(keys).to.deep.equal(["b1", "b2", "b3"]);
      expect(read).to.be.within(500, 2_000);
      for await (const { key } of ledger.callsOf("d".repeat(32))) expect.fail(`no such job has ${key}`);
    };
    const ledger = await open("long.jsonl", counting);
    for (const job of ["a", "b", "c"]) {
      await ledger.appendJob(jobEntry(job));
      for (const call of ["1", "2", "3"]) await ledger.append(intent(job + call, job.repeat(32)));
      const { job: _, ...other } = intent("fe", "");
      await ledger.append({ ...other, body: `"${"long ".repeat(40_000)}"` });
    }
    await callsOfSecond(ledger);
    await ledger.close();
    const again = await open("long.jsonl", counting);
    await callsOfSecond(again);
    await again.close();
  });

  it("leave their calls held, not free, where their own lines are lost", async () => {
    const file = join(folder, "lost.jsonl");
    const ledger = await open("lost.jsonl");
    await ledger.appendJob({ ...jobEntry("a"), stage: "submitted" });
    await ledger.append(intent("1", "a".repeat(32)));
    await ledger.close();
    const lines = readFileSync(file, "utf8").split("\n");
    const at = lines.findIndex((line) => line.includes('"state":"job"'));
    lines[at] = (lines[at] ?? "").replace("submitted", "abandoned");
    writeFileSync(file, lines.join("\n"));
    await repairLedger(file);
    const mended = await open("lost.jsonl");
    const entry = await mended.find("1".repeat(32));
    expect(entry).to.include({ state: "intent" }).and.not.have.property("job");
    await mended.close();
  });

  it("are read by no version that does not know them", async () => {
    const file = join(folder, "unknown.jsonl");
    const ledger = await open("unknown.jsonl");
    await ledger.appendJob(jobEntry("a"));
    await ledger.append(intent("1", "a".repeat(32)));
    await ledger.close();
    // As a state is to a version that came before it.
    writeFileSync(file, readFileSync(file, "utf8").replaceAll('"state":"job"', '"state":"jab"'));
    appendFileSync(file, "");
    expect(await openLedger(file)).to.be.instanceOf(ConnectorError);
  });
});
