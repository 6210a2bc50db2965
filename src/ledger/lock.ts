import { readFileSync, renameSync, unlinkSync } from "node:fs";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { ConnectorError } from "../errors.js";

/** Who holds a ledger. The start time tells a process from a later one with the same number. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
}

/**
 * Takes the lock file beside a ledger, also from an owner that is dead. Failure: `ledger_locked`.
 * @returns a function that gives the lock back; it is safe at process exit.
 */
export const takeLock = async (ledger: string): Promise<(() => void) | ConnectorError> => {
  const path = `${ledger}.lock`;
  const own = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
  } satisfies Owner);
  for (let tries = 0; tries < 5; tries++) {
    if (await create(path, own)) return () => release(path, own);
    const held = await readFile(path, "utf8").catch(() => null);
    if (held === null) continue;
    const owner = readOwner(held);
    if (owner && isAlive(owner)) return locked(ledger, owner);
    await removeStale(path, held);
  }
  return locked(ledger, null);
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

const locked = (ledger: string, owner: Owner | null): ConnectorError =>
  new ConnectorError(
    "ledger_locked",
    owner
      ? `${ledger} is held by process ${owner.pid} on ${owner.host}. If that is surely gone, delete ${ledger}.lock.`
      : `${ledger}.lock could not be taken. If no other process runs, delete it.`,
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

/** When a process was started, in the kernel's ticks since boot; `null` where the system does not tell. */
const startOf = (pid: number): string | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1");
    return fields.slice(fields.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
};

/** Moves the dead owner's lock away; puts it back if another process was quicker and the lock is now its own. */
const removeStale = async (path: string, stale: string): Promise<void> => {
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, "utf8")) !== stale) await link(aside, path).catch(() => undefined);
  await unlink(aside);
};

const release = (path: string, own: string): void => {
  try {
    if (readFileSync(path, "utf8") !== own) return;
    const aside = `${path}.released.${process.pid}`;
    renameSync(path, aside);
    unlinkSync(aside);
  } catch {
    // It is gone already, which is what was wanted.
  }
};
