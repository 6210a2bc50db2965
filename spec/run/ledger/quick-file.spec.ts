import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { quickFile } from "../../../src/run/ledger/quick-file.js";
import { readLine } from "../../../src/run/ledger/scan.js";
import { scratch } from "./scratch.js";

describe("the file of a ledger that is read and written at once", () => {
  const folder = scratch();
  const lines = Array.from({ length: 400 }, (_, id) => `${id} `.padEnd(37 * (id % 300) + 5, "ü"));
  const offsets = lines.map((_, id) => Buffer.byteLength(lines.slice(0, id).join("\n")) + Math.min(id, 1));
  const opened = async () => {
    const path = join(folder, "lines");
    writeFileSync(path, `${lines.join("\n")}\n`);
    return open(path);
  };

  it("gives many that ask together their own lines, of any length", async () => {
    const handle = await opened();
    const file = quickFile(handle);
    const all = offsets.map((offset) => readLine(file, offset, String));
    expect(await Promise.all(all)).to.deep.equal(lines);
    await file.close();
  });

  it("leaves others their turns, however much is read", async () => {
    const handle = await opened();
    const file = quickFile(handle);
    let isOthersTurn = false;
    setImmediate(() => {
      isOthersTurn = true;
    });
    // It would go on for ever if nobody else had a turn.
    while (!isOthersTurn) await readLine(file, 0, String);
    await file.close();
  });

  it("is left to another thread for a while once a read has taken long", async () => {
    const handle = await opened();
    let elsewhere = 0;
    const read = handle.read.bind(handle);
    handle.read = ((...where: Parameters<typeof read>) => {
      elsewhere++;
      return read(...where);
    }) as typeof handle.read;
    let at = 0;
    // Whenever it is looked at, the clock has gone on for longer than a read may take.
    const file = quickFile(handle, { now: () => (at += 3) });
    const seen: number[] = [];
    for (const later of [0, 0, 0, 100, 0]) {
      at += later;
      expect(await readLine(file, 0, String)).to.equal(lines[0]);
      seen.push(elsewhere);
    }
    expect(seen).to.deep.equal([0, 1, 2, 2, 3]);
    await file.close();
  });

  it("is written to at once, but by another thread what is long, and for a while once a write has taken long", async () => {
    const handle = await open(join(folder, "written"), "w+");
    let elsewhere = 0;
    const write = handle.write.bind(handle) as (...what: unknown[]) => unknown;
    handle.write = ((...what: unknown[]) => {
      elsewhere++;
      return write(...what);
    }) as typeof handle.write;
    let at = 0;
    let takesMs = 0;
    const file = quickFile(handle, { now: () => (at += takesMs) });
    const seen: number[] = [];
    let size = 0;
    for (const [length, ms, later] of [
      [10, 0, 0],
      [1_000_000, 0, 0],
      [10, 3, 0],
      [10, 0, 0],
      [10, 0, 100],
    ] as const) {
      at += later;
      takesMs = ms;
      await file.write(Buffer.alloc(length, `${seen.length}`), 0, length, size);
      size += length;
      seen.push(elsewhere);
    }
    expect(seen).to.deep.equal([0, 1, 1, 2, 2]);
    expect(readFileSync(join(folder, "written"), "latin1").replace(/1+/, "1")).to.equal(
      `${"0".repeat(10)}1${"2".repeat(10)}${"3".repeat(10)}${"4".repeat(10)}`,
    );
    await file.close();
  });
});
