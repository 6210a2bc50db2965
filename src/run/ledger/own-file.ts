import { existsSync, mkdirSync, realpathSync, unlinkSync } from "node:fs";
import { type FileHandle, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConnectorError } from "../../core/errors.js";
import {
  createRegular,
  held,
  isElsewhere,
  leadsNowTo,
  leadsTo,
  leaveNote,
  openAlone,
  ownNote,
  readNote,
} from "../../core/lock.js";
import { readRegularFile } from "../../core/regular-file.js";
import type { OpenFile } from "./open-file.js";
import { quickFile } from "./quick-file.js";

/** A ledger's file, open for this process alone. */
export interface OwnedFile {
  /** The file's own name, whatever links led to it. */
  readonly path: string;
  readonly file: OpenFile;
  /** Whether the name that it was asked for by leads to it: nobody has moved or deleted it, or a link. */
  isInPlace(): Promise<boolean> | boolean;
  /** Gives the file back. */
  release(): Promise<void>;
}

export const isOwned = (owned: OwnedFile | ConnectorError): owned is OwnedFile =>
  !(owned instanceof ConnectorError);

/**
 * Opens or creates a file as its one owner. The kernel keeps the lock; a note beside the file names the owner, and decides
 * where several machines may have the file and their kernels may not tell each other. Failures: `ledger_locked`,
 * `ledger_unusable`.
 */
export const own = async (
  given: string,
  mayBeShared: (path: string) => Promise<boolean> = isShared,
): Promise<OwnedFile | ConnectorError> => {
  let path = resolve(given);
  const name = path;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = await openAlone(path);
    if (existsSync(path)) path = realpathSync(path);
    const note = `${path}.lock`;
    if (!file) return new ConnectorError("ledger_locked", held(path, readNote(note)).sentence);
    let isLocal: boolean;
    try {
      isLocal = !(await mayBeShared(path));
      const refused = isLocal ? null : await refuseShared(path, file, note);
      if (refused) {
        await file.close();
        return refused;
      }
      leaveNote(note);
    } catch (error) {
      await file.close();
      throw error;
    }
    if (notes.size === 0) process.once("exit", forgetAll);
    notes.add(note);
    const opened = await file.stat();
    return {
      path,
      file: quickFile(file),
      // A network may keep what asks it waiting for ever.
      isInPlace: () => (isLocal ? leadsNowTo(name, opened) : leadsTo(name, opened)),
      async release() {
        notes.delete(note);
        if (notes.size === 0) process.off("exit", forgetAll);
        forget(note);
        await file.close();
      },
    };
  } catch (error) {
    return unusable(path, systemReason(error));
  }
};

/** Makes sure that there is a file, which links may lead to. Why it cannot be a ledger, or `null`. */
export const touch = (given: string): ConnectorError | null => {
  try {
    mkdirSync(dirname(resolve(given)), { recursive: true });
    createRegular(given);
    return null;
  } catch (error) {
    return unusable(resolve(given), systemReason(error));
  }
};

/** The notes of all files that are open: one listener looks after them, however many they are. */
const notes = new Set<string>();
const forgetAll = (): void => {
  for (const note of notes) forget(note);
};

const forget = (note: string): void => {
  try {
    if (readRegularFile(note) === ownNote()) unlinkSync(note);
  } catch {
    // It is gone already, which is what was wanted.
  }
};

/**
 * Whether a file may be another machine's too, whose locks our kernel does not see. Only what is known to be a disk of this
 * machine is none; a network's or a virtual machine's folder, and what is not known, may be.
 */
const isShared = async (path: string): Promise<boolean> => {
  if (process.platform !== "linux") return false;
  const { type } = await statfs(path);
  return !localDisks.has(type >>> 0);
};

/** Numbers of statfs(2): ext, XFS, Btrfs, ZFS, F2FS, tmpfs, ramfs, overlay, bcachefs, NTFS, exFAT, FAT. */
const localDisks: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x858458f6, 0x794c7630, 0xca451a4e,
  0x7366746e, 0x2011bab0, 0x4d44,
]);

/** On such a file system all must meet at one note, and a note of another machine's owner counts until it is deleted. */
const refuseShared = async (path: string, file: FileHandle, note: string): Promise<ConnectorError | null> => {
  const [{ nlink, dev }, folder] = await Promise.all([file.stat(), stat(dirname(path))]);
  if (nlink > 1 || dev !== folder.dev)
    return unusable(
      path,
      "it is on a file system that other machines may have too, under a second name or mounted by itself, so that another owner could not be seen. Use a ledger of its own, or postgres://",
    );
  // Such a file system lets one of two machines create it.
  const isFirst = await writeFile(note, ownNote(), { flag: "wx" }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
  const owner = isFirst ? null : readNote(note);
  if (isFirst || (owner && !isElsewhere(owner))) return null;
  const { sentence } = held(path, owner);
  return new ConnectorError("ledger_locked", `${sentence} If that process is surely gone, delete ${note}.`);
};

export const unusable = (path: string, reason: string): ConnectorError =>
  new ConnectorError("ledger_unusable", `${path}: ${reason}.`);

/** The system's words for what it refused, such as `ENOSPC: no space left on device`. */
export const systemReason = (error: unknown): string =>
  (error as Error).message.replace(/, \w+(?: '.*')?$/, "");
