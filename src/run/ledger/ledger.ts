import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ConnectorError } from "../../core/errors.js";
import { LockHeld, takeLock } from "../../core/lock.js";
import { compact, isWorthCompacting, syncFolder } from "./compact.js";
import { type Entry, encodeEntry, headerLine, readHead } from "./entry.js";
import { createGroupCommit } from "./group-commit.js";
import { createKeyIndex, type KeyIndex } from "./index-by-key.js";
import { isHeader, readLine, scanLines } from "./scan.js";

/** A durable, append-only record of paid calls. One process at a time holds it. */
export interface Ledger {
  readonly path: string;
  /** The latest entry of a key. An entry whose line is damaged comes back as `unknown`. */
  find(key: string): Promise<Entry | null>;
  /** Resolves once the entry is on the disk. Rejects with `ledger_unwritable`. */
  append(entry: Entry): Promise<void>;
  /** The latest entry of every key, in the order they were written. */
  entries(): AsyncGenerator<Entry>;
  /** Gives the file and its lock back. */
  close(): Promise<void>;
  /** False once it was closed, or once the disk has refused to take more. */
  isOpen(): boolean;
}

/** Opens or creates a ledger. Failures: `ledger_locked`, `ledger_unusable`. */
export const openLedger = async (file: string): Promise<Ledger | ConnectorError> => {
  let path = resolve(file);
  let unlock: (() => void) | undefined;
  try {
    path = createFolder(path);
    const lock = await takeLock(path);
    if (lock instanceof LockHeld) return new ConnectorError("ledger_locked", lock.sentence);
    unlock = lock;
    const opened = await openFile(path);
    if (opened instanceof ConnectorError) lock();
    return opened instanceof ConnectorError ? opened : createLedger(path, opened, lock);
  } catch (error) {
    unlock?.();
    return unusable(path, systemReason(error));
  }
};

/** The file's one name, whatever links lead to it: its lock stands beside it. */
const createFolder = (path: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
};

interface OpenFile {
  readonly file: FileHandle;
  readonly index: KeyIndex;
  readonly size: number;
}

const createLedger = (path: string, { file, index, size }: OpenFile, unlock: () => void): Ledger => {
  const commits = createGroupCommit(file, size);
  process.once("exit", unlock);
  let isOpen = true;
  return {
    path,
    async find(key) {
      const place = index.get(key);
      if (!place) return null;
      const line = await readLine(file, place.offset);
      const head = readHead(line);
      // Another key that shares the bits which the index knows.
      if (head && head.key !== key) return null;
      return (head && decode(line)) ?? damagedEntry(key);
    },
    async append(entry) {
      try {
        index.set(entry.key, { offset: await commits.append(encodeEntry(entry)), state: entry.state });
      } catch (error) {
        throw new ConnectorError("ledger_unwritable", `${path}: ${systemReason(error)}.`, { cause: error });
      }
    },
    async *entries() {
      await commits.settled();
      // What is appended while the entries are worked on is not among them.
      const { size: end } = await file.stat();
      for await (const { bytes, offset } of scanLines(file)) {
        if (offset >= end) return;
        const head = readHead(bytes);
        if (!head || index.get(head.key)?.offset !== offset) continue;
        yield decode(bytes) ?? damagedEntry(head.key);
      }
    },
    isOpen: () => isOpen && !commits.isBroken(),
    async close() {
      isOpen = false;
      await commits.settled();
      await file.close();
      unlock();
      process.off("exit", unlock);
    },
  };
};

/** An entry that cannot be read: something was sent, and nothing more is known. */
const damagedEntry = (key: string): Entry => ({
  state: "unknown",
  key,
  at: 0,
  model: "",
  target: "",
  body: "",
  code: "ledger_unusable",
});

const decode = (line: Buffer): Entry | null => {
  try {
    return JSON.parse(line.toString("utf8")) as Entry;
  } catch {
    return null;
  }
};

const openFile = async (path: string, mayCompact = true): Promise<OpenFile | ConnectorError> => {
  const file = await open(path, "a+", 0o600);
  const loaded = await load(path, file);
  if (mayCompact && !(loaded instanceof ConnectorError) && isWorthCompacting(loaded)) {
    // A disk without room for the smaller file has none for more lines either; the run will say so.
    await compact(path, file, loaded.index).catch(() => undefined);
    await file.close();
    return openFile(path, false);
  }
  if (loaded instanceof ConnectorError) await file.close();
  return loaded;
};

/** Reads the file's lines into an index, and cuts off a last line that a crash left half written. */
const load = async (
  path: string,
  file: FileHandle,
): Promise<(OpenFile & { lines: number }) | ConnectorError> => {
  const index = createKeyIndex();
  let lines = 0;
  let size = 0;
  for await (const line of scanLines(file)) {
    lines++;
    size = line.offset + line.bytes.length + 1;
    if (lines === 1) {
      if (!isHeader(line)) return unusable(path, "it is another kind of file, which is left untouched");
      continue;
    }
    const head = readHead(line.bytes);
    if (!head)
      return unusable(path, `line ${lines} is damaged. Restore the file, or move it aside to start anew`);
    index.set(head.key, { offset: line.offset, state: head.state });
  }
  const { size: bytes } = await file.stat();
  // Without a whole line it is new, or a crash tore its first line.
  if (lines === 0 && !headerLine.startsWith((await readLine(file, 0)).toString("latin1")))
    return unusable(path, "it is another kind of file, which is left untouched");
  if (bytes > size) await file.truncate(size);
  if (size === 0) {
    await file.write(headerLine);
    await file.datasync();
    await syncFolder(path);
    size = headerLine.length;
  }
  return { file, index, size, lines };
};

const unusable = (path: string, reason: string): ConnectorError =>
  new ConnectorError("ledger_unusable", `${path}: ${reason}.`);

/** The system's words for what it refused, such as `ENOSPC: no space left on device`. */
const systemReason = (error: unknown): string => (error as Error).message.replace(/, \w+(?: '.*')?$/, "");
