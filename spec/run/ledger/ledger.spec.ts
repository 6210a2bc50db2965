import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { compact, isWorthCompacting } from "../../../src/run/ledger/compact.js";
import { type Entry, encodeEntry } from "../../../src/run/ledger/entry.js";
import { createGroupCommit } from "../../../src/run/ledger/group-commit.js";
import { createMarks, headOf, readHeadOf } from "../../../src/run/ledger/head.js";
import { createKeyIndex } from "../../../src/run/ledger/index-by-key.js";
import { type Ledger, openLedger } from "../../../src/run/ledger/ledger.js";
import { loadFile } from "../../../src/run/ledger/load.js";
import { repairLedger } from "../../../src/run/ledger/repair.js";
import { scratch } from "./scratch.js";

const keyOf = (id: number): string => id.toString(16).padStart(16, "0").repeat(2);
const intent = (id: number, body = "{}"): Entry => ({
  state: "intent",
  key: keyOf(id),
  at: id,
  model: "m",
  target: keyOf(1).slice(16),
  body,
});
const received = (id: number, response = "{}"): Entry => ({
  state: "received",
  key: keyOf(id),
  at: id,
  response,
  input_tokens: 1,
  output_tokens: null,
  latency_ms: 2,
  request_id: null,
});
const refused = (id: number): Entry =>
  ({ ...intent(id), state: "refused", code: "throttled_requests" }) as Entry;
const unknown = (id: number): Entry =>
  ({
    ...intent(id),
    state: "unknown",
    code: "connection_lost",
  }) as Entry;

const opened = async (file: string): Promise<Ledger> => {
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) throw ledger;
  return ledger;
};

const all = async (ledger: Ledger): Promise<Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of ledger.entries()) entries.push(entry);
  return entries;
};

describe("a ledger", () => {
  const folder = scratch();
  let files = 0;
  const fresh = () => join(folder, `ledger-${files++}`);

  it("finds the latest entry of a key, now and after it was opened again", async () => {
    const file = fresh();
    const first = await opened(file);
    expect(await first.find(keyOf(1))).to.equal(null);
    for (const entry of [intent(1), intent(2), received(1), unknown(2), intent(3)]) await first.append(entry);
    const latest = [received(1), unknown(2), intent(3)];
    for (const ledger of [first, null]) {
      const again = ledger ?? (await opened(file));
      expect(await all(again)).to.deep.equal(latest);
      for (const [index, entry] of latest.entries())
        expect(await again.find(keyOf(index + 1))).to.deep.equal(entry);
      expect(again.isOpen()).to.equal(true);
      await again.close();
      expect(again.isOpen()).to.equal(false);
    }
  });

  it("is readable by its owner only, since it holds what the rows hold", async () => {
    const file = fresh();
    await (await opened(file)).close();
    expect(statSync(file).mode & 0o077).to.equal(0);
  });

  it("cuts off a last line that is half written, and goes on behind the whole ones", async () => {
    const file = fresh();
    const first = await opened(file);
    await first.append(intent(1));
    await first.close();
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, '{"state":"received","key":"00');
    const second = await opened(file);
    expect(readFileSync(file, "utf8")).to.equal(whole);
    await second.append(received(1));
    await second.close();
    const third = await opened(file);
    expect(await all(third)).to.deep.equal([received(1)]);
    await third.close();
  });

  it("keeps entries of any size and alphabet, also where a read ends within a character", async () => {
    const file = fresh();
    const answers = ["ü", "漢字", '𝔘\\n"}', "a\u2028b\u0000"].flatMap((unit, kind) =>
      [1, 4095, 70_000, 350_000].map((times, size) => received(kind * 10 + size, `x${unit.repeat(times)}`)),
    );
    const first = await opened(file);
    await Promise.all(answers.map((entry) => first.append(entry)));
    await first.close();
    const second = await opened(file);
    for (const entry of answers) expect(await second.find(entry.key)).to.deep.equal(entry);
    expect(await all(second)).to.have.length(answers.length);
    await second.close();
  });

  it("finds every one of thousands of entries that were appended at once", async () => {
    const ledger = await opened(fresh());
    const entries = Array.from({ length: 3_000 }, (_, id) => intent(id, `{"row":${id}}`));
    await Promise.all(entries.map((entry) => ledger.append(entry)));
    for (const entry of entries) expect(await ledger.find(entry.key)).to.deep.equal(entry);
    await ledger.close();
  });

  it("takes no entry for that of another key, though the index cannot tell the two apart", async () => {
    const ledger = await opened(fresh());
    await ledger.append(received(1));
    expect(await ledger.find(`${keyOf(1).slice(0, 16)}${keyOf(2).slice(16)}`)).to.equal(null);
    await ledger.close();
  });

  it("lists only what was there when the listing began", async () => {
    const ledger = await opened(fresh());
    for (let id = 0; id < 10; id++) await ledger.append(intent(id));
    const seen: string[] = [];
    for await (const { key } of ledger.entries()) {
      seen.push(key);
      await ledger.append(received(100 + seen.length));
    }
    expect(seen).to.deep.equal(Array.from({ length: 10 }, (_, id) => keyOf(id)));
    await ledger.close();
  });
});

describe("the appender of a ledger", () => {
  /** A file that counts flushes, writes half of what it is given, and is full after so many writes. */
  const fakeFile = (room = Number.POSITIVE_INFINITY) => {
    const counts = { writes: 0, flushes: 0, bytes: 0, flushed: 0 };
    const file = {
      write: async (_: Buffer, __: number, length: number) => {
        if (++counts.writes > room) throw new Error("ENOSPC: no space left on device, write");
        const bytesWritten = Math.ceil(length / 2);
        counts.bytes += bytesWritten;
        return { bytesWritten };
      },
      datasync: async () => {
        counts.flushes++;
        counts.flushed = counts.bytes;
      },
      truncate: async () => undefined,
    };
    return { counts, file: file as unknown as FileHandle };
  };

  it("writes many lines with few flushes, each at the offset that it is told", async () => {
    const { counts, file } = fakeFile();
    const appender = createGroupCommit(file, 7);
    const lines = Array.from({ length: 1_000 }, (_, id) => Buffer.from(`${"é".repeat(id % 5)}\n`));
    const offsets = await Promise.all(lines.map((line) => appender.append(line)));
    let end = 7;
    for (const [index, line] of lines.entries()) {
      expect(offsets[index]).to.equal(end);
      end += line.length;
    }
    expect(counts.bytes).to.equal(end - 7);
    expect(counts.flushes).to.be.at.most(2);
  });

  it("hands a line back only when the disk has it, not when the system has", async () => {
    const { counts, file } = fakeFile();
    const appender = createGroupCommit(file, 0);
    for (const length of [10, 25, 31]) {
      const offset = await appender.append(Buffer.alloc(length, "x"));
      expect(counts.flushed).to.equal(offset + length);
    }
  });

  it("tells everyone, then and ever after, that the disk refuses", async () => {
    const { counts, file } = fakeFile(0);
    const appender = createGroupCommit(file, 0);
    const outcome = (line: string) =>
      appender.append(Buffer.from(line)).catch((error: Error) => error.message.slice(0, 6));
    expect(await Promise.all([outcome("a\n"), outcome("b\n"), outcome("c\n")])).to.deep.equal(
      Array(3).fill("ENOSPC"),
    );
    for (let times = 0; times < 4; times++) expect(await outcome("d\n")).to.equal("ENOSPC");
    await appender.settled();
    expect(counts.writes).to.equal(1);
  });

  it("takes back what it could not flush, which would look as if it were there until the power fails", async () => {
    const cuts: number[] = [];
    const { file } = fakeFile();
    const failing = {
      ...file,
      datasync: async () => {
        throw new Error("EIO: i/o error, fsync");
      },
      truncate: async (length: number) => {
        cuts.push(length);
      },
    };
    const { append } = createGroupCommit(failing, 7);
    expect(await append(Buffer.from("a\n")).catch(({ message }: Error) => message)).to.contain("EIO");
    expect(cuts).to.deep.equal([7]);
  });
});

describe("a ledger that has lost its end", () => {
  const folder = scratch();

  it("holds a row that was refused, since a lost line may say that it was sent after that", async () => {
    const path = join(folder, "cut");
    const first = await opened(path);
    for (const entry of [intent(1), refused(1), intent(1), received(2)]) await first.append(entry);
    await first.close();
    const lines = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, `${lines.slice(0, 5).join("\n")}\n`);
    expect(await repairLedger(path)).to.deep.equal({ kept: 2, lost: 2, held: 0, untold: 2 });
    const states = async (): Promise<(string | undefined)[]> => {
      const ledger = await opened(path);
      const found = await Promise.all([1, 2].map((id) => ledger.find(keyOf(id))));
      await ledger.append(refused(2));
      found.push(await ledger.find(keyOf(2)));
      await ledger.close();
      return found.map((entry) => entry?.state);
    };
    expect(await states()).to.deep.equal(["unknown", "unknown", "refused"]);
    await repairLedger(path, { forgetLost: true });
    expect(await states()).to.deep.equal(["refused", "refused", "refused"]);
  });
});

describe("a new ledger that a crash tore", () => {
  const folder = scratch();

  it("is begun anew, whatever part of its head is there, and no other file is", async () => {
    const head = Buffer.from(headOf(0));
    const path = join(folder, "torn");
    for (const [from, to] of [
      [0, 100],
      [0, 13],
      [5, 50],
      [13, head.length],
      [40, 60],
      [0, head.length],
    ] as const) {
      writeFileSync(path, Buffer.from(head).fill(0, from, to));
      await (await opened(path)).close();
      expect(readFileSync(path, "utf8"), `${from} to ${to}`).to.equal(headOf(0));
    }
    const other = Buffer.concat([Buffer.from(head).fill(0, 0, 13), Buffer.from("A word.\n")]);
    writeFileSync(path, other);
    expect(await openLedger(path)).to.have.property("code", "ledger_unusable");
    expect(readFileSync(path)).to.deep.equal(other);
  });
});

describe("the marks of a ledger", () => {
  it("spare the one that is whole, where a crash tore the other", async () => {
    const head = Buffer.from(headOf(0));
    const file = {
      write: async (from: Buffer, offset: number, length: number, position: number) => ({
        bytesWritten: from.copy(head, position, offset, offset + length),
      }),
    };
    const mark = createMarks(file, 0);
    for (const entries of [1, 2, 3]) await mark(entries);
    expect(readHeadOf(head)).to.include({ is: "whole", entries: 3, slot: 1 });
    head[30] = 0;
    await createMarks(file, readHeadOf(head).slot)(4);
    head[head.length - 10] = 0;
    expect(readHeadOf(head)).to.include({ is: "whole", entries: 4 });
  });
});

describe("compacting a ledger", () => {
  const folder = scratch();

  /** Compacts a file as opening it would, under other bounds. */
  const compacted = async (name: string, entries: Entry[], largestBytes: number): Promise<Entry[]> => {
    const path = join(folder, name);
    const ledger = await opened(path);
    for (const entry of entries) await ledger.append(entry);
    await ledger.close();
    const file = await open(path, "r+");
    await compact({ path, file }, await loadFile(file), { largestBytes });
    await file.close();
    const again = await opened(path);
    const left = await all(again);
    for (const entry of left) expect(await again.find(entry.key)).to.deep.equal(entry);
    await again.close();
    return left;
  };

  it("keeps the latest entry of every key and nothing else", async () => {
    const entries = [
      intent(1),
      intent(2),
      received(1, "é".repeat(99)),
      intent(3),
      unknown(2),
      intent(2),
      received(3),
    ];
    const left = [received(1, "é".repeat(99)), intent(2), received(3)];
    expect(await compacted("latest", entries, 2 ** 40)).to.deep.equal(left);
    expect(readFileSync(join(folder, "latest"), "utf8").trimEnd().split("\n")).to.have.length(
      left.length + 3,
    );
  });

  it("lets the oldest answers go beyond the bound, and no row that is held", async () => {
    const text = "x".repeat(1_000);
    const entries = Array.from({ length: 60 }, (_, id) =>
      id % 3 === 0 ? received(id, text) : id % 3 === 1 ? unknown(id) : intent(id, text),
    );
    const left = await compacted("bound", entries, 45_000);
    expect(left.filter(({ state }) => state !== "received")).to.deep.equal(
      entries.filter(({ state }) => state !== "received"),
    );
    const answers = entries.filter(({ state }) => state === "received");
    const kept = left.filter(({ state }) => state === "received");
    expect(kept.length).to.be.within(1, answers.length - 1);
    expect(kept).to.deep.equal(answers.slice(-kept.length));
    expect(statSync(join(folder, "bound")).size).to.be.within(33_000, 36_100);
  });

  it("has the smaller file on the disk before it goes into the old one, and is one and the same file", async () => {
    const path = join(folder, "flushed");
    const probe = await open(join(folder, "probe"), "w");
    const prototype = Object.getPrototypeOf(probe);
    const size = (file: string) => (existsSync(file) ? statSync(file).size : null);
    const flushes: unknown[] = [];
    await (await opened(path)).close();
    const { ino } = statSync(path);
    const note = (how: string) => async () => {
      flushes.push([how, size(`${path}.compact`), size(path), readFileSync(path, "latin1").slice(0, 12)]);
    };
    const whole = mock.method(prototype, "sync", note("sync"));
    const data = mock.method(prototype, "datasync", note("datasync"));
    try {
      const left = await compacted("flushed", [intent(1), received(1)], 2 ** 40);
      expect(left).to.deep.equal([received(1)]);
    } finally {
      whole.mock.restore();
      data.mock.restore();
      await probe.close();
    }
    const [old, fresh] = [[intent(1), received(1)], [received(1)]].map(
      (entries) =>
        headOf(0).length +
        Buffer.concat(entries.map((entry, i) => encodeEntry(entry, { n: i + 1, after: i ? keyOf(1) : "" })))
          .length,
    );
    // Only while there is a copy.
    expect(flushes.filter((flush) => (flush as unknown[])[1] !== null)).to.deep.equal([
      ["sync", fresh, old, '{"ledger":2}'],
      ["sync", fresh, old, '{"ledger":2}'],
      ["datasync", fresh, old, '{"ledger":0}'],
      ["datasync", fresh, fresh, '{"ledger":0}'],
      ["sync", fresh, fresh, '{"ledger":2}'],
    ]);
    expect(statSync(path).ino).to.equal(ino);
  });

  it("is done for a big file of which much is outdated, and for one beyond the bound", () => {
    const index = createKeyIndex();
    for (let id = 0; id < 100; id++) index.set(keyOf(id), { offset: id, state: "intent" });
    const limits = { smallBytes: 1_000, largestBytes: 9_000 };
    expect(isWorthCompacting({ index, size: 999, lines: 900 }, limits)).to.equal(false);
    expect(isWorthCompacting({ index, size: 1_001, lines: 149 }, limits)).to.equal(false);
    expect(isWorthCompacting({ index, size: 1_001, lines: 151 }, limits)).to.equal(true);
    expect(isWorthCompacting({ index, size: 9_001, lines: 101 }, limits)).to.equal(true);
  });
});
