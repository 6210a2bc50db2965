import { readFileSync, unlinkSync } from "node:fs";
import { link, mkdir, open, readFile, rmdir, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Who holds a lock. The start time tells a process from a later one with the same number. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
}

/** Why a lock was not taken, as one sentence. */
export class LockHeld {
  readonly sentence: string;

  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

/**
 * Takes the lock file beside a file, also from an owner that is dead.
 * @returns a function that gives the lock back; it is safe at process exit.
 */
export const takeLock = async (file: string): Promise<(() => void) | LockHeld> => {
  const path = `${file}.lock`;
  const own = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
  } satisfies Owner);
  let owner: Owner | null = null;
  for (let tries = 0; tries < 50; tries++) {
    if (await create(path, own)) return () => release(path, own);
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    owner = readOwner(text);
    if (owner && isAlive(owner)) {
      if (owner.pid !== process.pid) return held(file, owner);
      // Another call in this process is just looking at the file.
      await sleep(20);
      continue;
    }
    await removeStale(path, text);
  }
  return held(file, owner);
};

const create = async (path: string, text: string): Promise<boolean> => {
  // Written aside and linked into place, so that nobody ever reads half an owner.
  const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const file = await open(aside, "wx");
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    await unlink(aside);
  }
};

const held = (file: string, owner: Owner | null): LockHeld =>
  new LockHeld(
    owner
      ? `${file} is held by process ${owner.pid} on ${owner.host}. If that is surely gone, delete ${file}.lock.`
      : `${file}.lock could not be taken. If no other process runs, delete it.`,
  );

const readOwner = (text: string): Owner | null => {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner.pid) && typeof owner.host === "string" ? owner : null;
  } catch {
    return null;
  }
};

/** An owner on another machine cannot be asked, so it counts as alive. */
const isAlive = ({ pid, host, started }: Owner): boolean => {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const now = startOf(pid);
  return now === null || started === null || now === started;
};

/**
 * When a process was started, in the kernel's ticks since boot; `null` where the system does not tell. Another
 * word for one that has ended and is only waiting for its parent.
 */
const startOf = (pid: number): string | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...rest] = fields.slice(fields.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? "ended" : (rest[18] ?? null);
  } catch {
    return null;
  }
};

/** Deletes a dead owner's lock. One process at a time may, so that none deletes the lock that another just took. */
const removeStale = async (path: string, stale: string): Promise<void> => {
  const turn = `${path}.turn`;
  try {
    await mkdir(turn);
  } catch {
    await forgetOldTurn(turn);
    await sleep(10 + Math.random() * 20);
    return;
  }
  try {
    if ((await readFile(path, "utf8").catch(() => null)) === stale) await unlink(path);
  } finally {
    await rmdir(turn);
  }
};

/** A process that was killed in its turn, which takes less than a millisecond, must not block all others. */
const forgetOldTurn = async (turn: string): Promise<void> => {
  const taken = await stat(turn).catch(() => null);
  if (taken && Date.now() - taken.mtimeMs > 10_000) await rmdir(turn).catch(() => undefined);
};

const release = (path: string, own: string): void => {
  try {
    if (readFileSync(path, "utf8") === own) unlinkSync(path);
  } catch {
    // It is gone already, which is what was wanted.
  }
};
