import { spawn } from "node:child_process";
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { kindOf, readRegularFile } from "./regular-file.js";

/** Why a lock was not taken, as one sentence. */
export class LockHeld {
  readonly sentence: string;

  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

/**
 * Opens a file for reading and writing, or creates it, for this process alone: its kernel keeps the lock, on the file
 * itself and not on a name of it, and takes it back when the process ends in any way. Links, bind mounts and process
 * namespaces make no difference. `null` when another opening has it.
 * @throws Error where it is no regular file, or the system has no such lock
 */
export const openAlone = async (path: string): Promise<FileHandle | null> => {
  const { O_RDWR, O_CREAT, O_NONBLOCK = 0 } = constants;
  createRegular(path);
  const asItOpens = flags[process.platform];
  let file: FileHandle;
  try {
    file = await open(path, O_RDWR | O_CREAT | O_NONBLOCK | (asItOpens ?? 0), 0o600);
  } catch (error) {
    if (asItOpens !== undefined && busy.has((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
  try {
    const opened = kindOf(await file.stat());
    if (opened !== null) throw new Error(`it is ${opened}, not a regular file`);
    if (asItOpens !== undefined || (await lockOpen(file))) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return null;
};

/** Sees that there is a regular file at a path, and creates it where nothing is. @throws Error where it is another kind. */
export const createRegular = (path: string): void => {
  const stats = statSync(path, { throwIfNoEntry: false });
  const kind = stats && kindOf(stats);
  if (kind) throw new Error(`it is ${kind}, not a regular file`);
  if (stats) return;
  const { O_RDWR, O_CREAT, O_NONBLOCK = 0 } = constants;
  closeSync(openSync(path, O_RDWR | O_CREAT | O_NONBLOCK, 0o600));
};

/** Where the system locks a file as it opens it: O_EXLOCK of the BSDs, and libuv's word for it on Windows. */
const flags: Readonly<Partial<Record<NodeJS.Platform, number>>> = {
  ...{ darwin: 0x20, freebsd: 0x20, openbsd: 0x20, netbsd: 0x20, win32: 0x10000000 },
};

const busy: ReadonlySet<string> = new Set(["EAGAIN", "EBUSY", "EWOULDBLOCK"]);

/**
 * Linux locks what is open, and all who inherited the opening share the lock: so another program can take it for us, which
 * Node cannot. False when it is taken.
 */
const lockOpen = (file: FileHandle): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn("flock", ["-n", "-x", "3"], {
      stdio: ["ignore", "ignore", "pipe", file.fd],
      timeout: 10_000,
    });
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    child.once("error", ({ message }) =>
      reject(
        new Error(
          `this system locks no files for us: the program flock (of util-linux or busybox) does not run (${message})`,
        ),
      ),
    );
    child.once("close", (code) => {
      if (code === 0) resolve(true);
      else if (code === 1 && said === "") resolve(false);
      else reject(new Error(`the file system gives no lock: ${said.trim() || `flock ended with ${code}`}`));
    });
  });

/** Who holds a lock, for the words; `boot` is the same for all processes of one running kernel. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
}

const bootOf = (): string => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return hostname();
  }
};

export const ownNote = (): string =>
  JSON.stringify({ pid: process.pid, host: hostname(), boot: bootOf() } satisfies Owner);

/** The owner that a note tells of; `null` where there is none that can be read. */
export const readNote = (path: string): Owner | null => {
  try {
    const owner = JSON.parse(readRegularFile(path)) as Owner;
    return Number.isInteger(owner.pid) && typeof owner.host === "string" ? owner : null;
  } catch {
    return null;
  }
};

/**
 * Leaves word in a file of its own of who has another one: no other file that has its name is written into, and what is no
 * such note is left alone. At no moment is there none where one was.
 */
export const leaveNote = (path: string): void => {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there && readNote(path) === null) return;
    const isOwn = there?.isFile() && there.nlink === 1;
    if (there && !isOwn) unlinkSync(path);
    writeFileSync(path, ownNote(), { flag: isOwn ? "w" : "wx" });
  } catch {
    // Where the kernel keeps the lock, a folder that takes no note keeps no owner from being one.
  }
};

/** Whether an owner is of another kernel, whose locks ours may not see. */
export const isElsewhere = ({ boot }: Owner): boolean => boot !== bootOf();

export const held = (file: string, owner: Owner | null): LockHeld =>
  new LockHeld(
    owner
      ? `${file} is held by process ${owner.pid} on ${owner.host}.`
      : `${file} is held by another process.`,
  );

/**
 * Takes the lock file beside a file.
 * @returns a function that gives the lock back; it is safe at process exit.
 */
export const takeLock = async (file: string): Promise<(() => void) | LockHeld> => {
  const path = `${file}.lock`;
  for (let tries = 0; tries < 50; tries++) {
    const lock = await openAlone(path);
    if (!lock) return held(file, readNote(path));
    // Whoever had it before may have taken its name away in between.
    if (await leadsTo(path, await lock.stat())) {
      await writeFile(path, ownNote());
      return () => {
        try {
          unlinkSync(path);
        } catch {
          // It is gone already, which is what was wanted.
        }
        lock.close().catch(() => undefined);
      };
    }
    await lock.close();
  }
  return held(file, null);
};

type Identity = Pick<Stats, "ino" | "dev">;

/** Whether a path is a name of the file that was opened. */
export const leadsTo = async (path: string, opened: Identity): Promise<boolean> =>
  isSame(await stat(path).catch(() => undefined), opened);

/** The same without waiting, for a disk that has the answer in memory. */
export const leadsNowTo = (path: string, opened: Identity): boolean =>
  isSame(statSync(path, { throwIfNoEntry: false }), opened);

const isSame = (named: Identity | undefined, opened: Identity): boolean =>
  named?.ino === opened.ino && named.dev === opened.dev;
