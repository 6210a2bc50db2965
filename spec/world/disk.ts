import { dirname } from "node:path";
import { ConnectorError } from "../../src/core/errors.js";
import type { Disk } from "../../src/run/ledger/disk.js";
import { headLength, readHeadOf } from "../../src/run/ledger/head.js";
import type { OpenFile } from "../../src/run/ledger/open-file.js";
import type { Chance } from "./chance.js";
import type { Life, Time } from "./life.js";

/** What a disk does to those who use it. */
export interface DiskWeather {
  /** Milliseconds that a read or a write takes at most, and a flush. */
  readonly accessMs: number;
  readonly flushMs: number;
  /** The share of writes that take less than they were given. */
  readonly short: number;
  /** The share of flushes that fail. */
  readonly flushFails: number;
  /** Bytes that fit on it. */
  readonly room: number;
}

/** What was done to a file and may not be on the disk yet. */
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly length: number };

interface Node {
  readonly ino: number;
  /** The file as the processes see it, and as the disk keeps it when the power fails. */
  seen: Buffer;
  kept: Buffer;
  unsynced: Change[];
  owner: Life | null;
}

export interface VirtualDisk {
  /** The disk as a process sees it. */
  of(life: Life): Disk;
  /** The system ends what a process had under way and takes its locks back. */
  release(life: Life): void;
  /** All that was not flushed is lost, kept or torn, each by itself. */
  powerCut(): void;
  /** A file as the disk keeps it; `null` where there is none. */
  kept(path: string): Buffer | null;
  /** Puts a file there, or other contents into one, behind everybody's back. */
  put(path: string, contents: Buffer): void;
  /** Called when a file is about to be rewritten. */
  rewrites: () => void;
  /** How many files a process has open. */
  open(life: Life): number;
  weather: DiskWeather;
}

export const createDisk = (time: Time, chance: Chance, weather: DiskWeather): VirtualDisk => {
  let names = new Map<string, Node>();
  let keptNames = new Map<string, Node>();
  const underWay = new Set<{ readonly life: Life; readonly effect: () => void }>();
  const opened = new Map<Life, number>();
  let inodes = 0;

  const create = (path: string, contents = Buffer.alloc(0)): Node => {
    const node: Node = { ino: ++inodes, seen: contents, kept: contents, unsynced: [], owner: null };
    names.set(path, node);
    return node;
  };

  /** What a process asks for happens when it is told so, or perhaps when it dies before. */
  const ask = <Result>(life: Life, ms: number, effect: () => Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      const way = { life, effect };
      underWay.add(way);
      const done = (): void => {
        underWay.delete(way);
        try {
          resolve(effect());
        } catch (error) {
          reject(error);
        }
      };
      time.after(ms * chance.next(), done, life);
    });

  const change = (node: Node, what: Change): void => {
    node.seen = changed(node.seen, what);
    node.unsynced.push(what);
  };

  const used = (): number => [...names.values()].reduce((sum, { seen }) => sum + seen.length, 0);

  const openFile = (life: Life, node: Node): OpenFile => {
    const { accessMs, flushMs } = disk.weather;
    const count = (change: 1 | -1): void => {
      opened.set(life, (opened.get(life) ?? 0) + change);
    };
    count(1);
    const flush = (): Promise<void> => {
      const flushed = node.unsynced.length;
      return ask(life, flushMs, () => {
        const changes = node.unsynced.splice(0, flushed);
        // A flush that failed is not tried again by the system: what it had is on the disk, or never will be.
        const fails = chance.happens(disk.weather.flushFails);
        for (const what of changes)
          if (!fails || chance.happens(0.5)) node.kept = withPages(changed(node.kept, what), node.seen, what);
        if (fails) throw systemError("EIO", "i/o error, fsync");
      });
    };
    return {
      read: (into, offset, length, position) =>
        ask(life, accessMs, () => ({
          bytesRead: node.seen.copy(into, offset, position, Math.min(node.seen.length, position + length)),
        })),
      write(from, offset, length, position) {
        const bytes = Buffer.from(from.subarray(offset, offset + length));
        return ask(life, accessMs, () => {
          const grows = position + length - node.seen.length;
          const lacks = Math.max(0, Math.min(grows, length, used() + grows - disk.weather.room));
          if (lacks > 0 && lacks === length) throw systemError("ENOSPC", "no space left on device, write");
          const short = length > 1 && chance.happens(disk.weather.short) ? chance.whole(0, length - 1) : 0;
          const bytesWritten = length - Math.max(lacks, short);
          change(node, { at: position, bytes: bytes.subarray(0, bytesWritten) });
          return { bytesWritten };
        });
      },
      truncate: (length) => ask(life, accessMs, () => change(node, { length })),
      datasync: flush,
      sync: flush,
      stat: () => ask(life, accessMs, () => ({ size: node.seen.length, ino: node.ino, dev: 1 })),
      close: async () => count(-1),
    };
  };

  const folder = (life: Life): OpenFile => ({
    ...openFile(life, { ino: 0, seen: Buffer.alloc(0), kept: Buffer.alloc(0), unsynced: [], owner: null }),
    sync: () =>
      ask(life, disk.weather.flushMs, () => {
        keptNames = new Map(names);
      }),
  });

  const disk: VirtualDisk = {
    weather,
    rewrites: () => undefined,
    of: (life) => ({
      own: (path) =>
        ask(life, disk.weather.accessMs, () => {
          const node = names.get(path) ?? create(path);
          if (node.owner && !node.owner.isOver)
            return new ConnectorError("ledger_locked", `${path} is held by process ${node.owner.name}.`);
          node.owner = life;
          const file = openFile(life, node);
          return {
            ...{ path, file },
            isInPlace: () => names.get(path) === node,
            async release() {
              await file.close();
              if (node.owner === life) node.owner = null;
            },
          };
        }),
      open: (path, flags) =>
        ask(life, disk.weather.accessMs, () => {
          if (path === dirname(ledgerPath)) return folder(life);
          const node = names.get(path);
          if (flags === "wx") disk.rewrites();
          if (flags === "wx" && node) throw systemError("EEXIST", "file already exists, open");
          if (flags === "r" && !node) throw systemError("ENOENT", "no such file or directory, open");
          return openFile(life, node ?? create(path));
        }),
      remove: (path) =>
        ask(life, disk.weather.accessMs, () => {
          names.delete(path);
        }),
    }),
    release(life) {
      for (const way of underWay) {
        if (way.life !== life) continue;
        underWay.delete(way);
        // Nobody is left to be told of an error.
        if (chance.happens(0.5))
          try {
            way.effect();
          } catch {}
      }
      for (const node of names.values()) if (node.owner === life) node.owner = null;
      opened.delete(life);
    },
    powerCut() {
      for (const node of new Set([...names.values(), ...keptNames.values()])) {
        for (const what of node.unsynced)
          for (const part of chance.pick([lost, whole, torn])(what, chance))
            node.kept = changed(node.kept, part);
        node.unsynced = [];
        node.seen = node.kept;
      }
      const survive = new Map(keptNames);
      for (const path of new Set([...names.keys(), ...keptNames.keys()])) {
        const node = names.get(path);
        if (node === keptNames.get(path) || chance.happens(0.5)) continue;
        if (node) survive.set(path, node);
        else survive.delete(path);
      }
      names = survive;
      keptNames = new Map(survive);
    },
    kept: (path) => names.get(path)?.kept ?? null,
    put(path, contents) {
      const node = names.get(path) ?? create(path);
      node.seen = contents;
      node.kept = contents;
      keptNames.set(path, node);
    },
    open: (life) => opened.get(life) ?? 0,
  };
  return disk;
};

export const ledgerPath = "/var/lib/sync/ledger.jsonl";

/** Damages some of what a ledger's head says is there for certain. False where there is nothing of that kind. */
export const rot = (disk: VirtualDisk, chance: Chance): boolean => {
  const contents = disk.kept(ledgerPath);
  if (!contents) return false;
  const certain = endOfLine(contents, readHeadOf(contents).entries ?? 0);
  if (certain <= headLength) return false;
  const from = chance.whole(headLength, certain - 2);
  const bytes = Buffer.alloc(chance.whole(1, certain - 1 - from));
  // Other letters in one place, which are as good a line for who does not look closely.
  const letters = contents.subarray(from, from + Math.min(bytes.length, 8)).map((byte) => byte ^ 1);
  const rotten = chance.pick([
    contents.subarray(0, from),
    changed(contents, { at: from, bytes }),
    changed(contents, { at: from, bytes: Buffer.from(letters) }),
  ]);
  disk.put(ledgerPath, rotten);
  return true;
};

/** The lines of the ledger on the disk, and how many of them its head does not tell of. */
export const linesOf = (disk: VirtualDisk): { readonly all: number; readonly untold: number } => {
  const contents = disk.kept(ledgerPath) ?? Buffer.alloc(0);
  const all = contents.subarray(headLength).toString("latin1").split("\n").length - 1;
  return { all, untold: all - (readHeadOf(contents).entries ?? 0) };
};

/** Where so many lines behind the head end. */
const endOfLine = (contents: Buffer, lines: number): number => {
  let end = headLength;
  for (let n = 0; n < lines; n++) end = contents.indexOf("\n", end) + 1;
  return end;
};

const changed = (contents: Buffer, what: Change): Buffer => {
  if ("length" in what)
    return what.length <= contents.length
      ? contents.subarray(0, what.length)
      : Buffer.concat([contents, Buffer.alloc(what.length - contents.length)]);
  const { at, bytes } = what;
  const after = Buffer.alloc(Math.max(contents.length, at + bytes.length));
  contents.copy(after);
  bytes.copy(after, at);
  return after;
};

/** The system writes whole pages, with all that they have. */
const withPages = (kept: Buffer, seen: Buffer, what: Change): Buffer => {
  if ("length" in what) return kept;
  const from = what.at - (what.at % pageBytes);
  const end = Math.ceil((what.at + what.bytes.length) / pageBytes) * pageBytes;
  seen.copy(kept, from, from, Math.min(end, kept.length));
  return kept;
};

const pageBytes = 4096;

/** What is left of a change when the power fails: parts of it, in whatever order they were written. */
type Fate = (what: Change, chance: Chance) => Change[];

const lost: Fate = () => [];
const whole: Fate = (what) => [what];
const torn: Fate = (what, chance) => {
  if ("length" in what) return [what];
  const parts: Change[] = [];
  for (let start = 0; start < what.bytes.length; start += sectorBytes) {
    const end = start + (chance.happens(0.2) ? chance.whole(1, sectorBytes) : sectorBytes);
    if (chance.happens(0.5)) parts.push({ at: what.at + start, bytes: what.bytes.subarray(start, end) });
  }
  return parts;
};

const sectorBytes = 512;

const systemError = (code: string, words: string): Error =>
  Object.assign(new Error(`${code}: ${words}`), { code });
