import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ConnectorError } from "../../core/errors.js";
import { openLedger } from "./ledger.js";
import { touch } from "./own-file.js";
import { isDatabase } from "./postgres/address.js";
import { createSharedLedger, type SharedLedger, type Sharing } from "./shared-ledger.js";

/**
 * The one ledger of a file in this process, which it shares with other processes: it is given back whenever it is idle,
 * and one that another process holds is waited for. Failures: `ledger_locked`, `ledger_unusable`.
 */
export const shareLedger = async (
  file: string,
  sharing?: Partial<Sharing>,
): Promise<SharedLedger | ConnectorError> => {
  if (isDatabase(file)) return shareDatabase(file);
  const refused = touch(file);
  if (refused) return refused;
  const name = nameOf(file);
  let shared = knownAs(file);
  if (!shared) {
    shared = createSharedLedger(resolve(file), sharing);
    open.set(name, shared);
    paths.set(name, resolve(file));
  }
  return (await shared.refusal()) ?? shared;
};

/** Why a file cannot be a ledger now; `null` when it can. It is not held afterwards, unless it was before. */
export const probeLedger = async (file: string): Promise<ConnectorError | null> => {
  if (isDatabase(file)) {
    const shared = await shareDatabase(file);
    return shared instanceof ConnectorError ? shared : null;
  }
  if (knownAs(file)?.isHeld()) return null;
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) return ledger;
  await ledger.close();
  return null;
};

/** A ledger to look things up in. */
export interface BorrowedLedger {
  readonly find: SharedLedger["find"];
  giveBack(): Promise<void>;
}

/**
 * Opens a file's ledger for a look, or takes the one that is open in this process. `null` when there is no such file:
 * none is created.
 */
export const borrowLedger = async (file: string): Promise<BorrowedLedger | ConnectorError | null> => {
  if (isDatabase(file)) {
    const shared = await shareDatabase(file);
    return shared instanceof ConnectorError
      ? shared
      : { find: shared.peek ?? shared.find, giveBack: async () => undefined };
  }
  const shared = knownAs(file);
  if (shared?.isHeld()) {
    const release = await shared.hold();
    return release instanceof ConnectorError
      ? release
      : { find: shared.find, giveBack: async () => release() };
  }
  if (!existsSync(file)) return null;
  const ledger = await openLedger(file);
  return ledger instanceof ConnectorError ? ledger : { find: ledger.find, giveBack: ledger.close };
};

/**
 * Gives a file back to other processes at once. End the runs that use it first: a call that is still open finds no place
 * for its answer, and its row is held when it comes again.
 */
export const closeLedger = async (file: string): Promise<void> => {
  const known = knownAs(file);
  open.delete(nameOf(file));
  paths.delete(nameOf(file));
  await known?.close();
};

const shareDatabase = async (url: string): Promise<SharedLedger | ConnectorError> => {
  const { createDatabaseLedger } = await import("./postgres/database-ledger.js");
  const shared = open.get(url) ?? createDatabaseLedger(url);
  open.set(url, shared);
  if (open.size === 1) process.once("beforeExit", closeDatabases);
  return (await shared.refusal()) ?? shared;
};

/** Idle connections keep no process alive; at its end they are closed as the server's protocol wants it. */
const closeDatabases = (): void => {
  for (const name of open.keys()) if (isDatabase(name)) closeLedger(name).catch(() => undefined);
};

const open = new Map<string, SharedLedger>();
/** By which path each file of this process was found. */
const paths = new Map<string, string>();

/**
 * What this process has of a file. The system gives the number of a file that was deleted to the next one: what nobody holds
 * open, and is to be found elsewhere, is of another file.
 */
const knownAs = (file: string): SharedLedger | undefined => {
  const name = nameOf(file);
  const known = open.get(name);
  return known?.isHeld() || nameOf(paths.get(name) ?? file) === name ? known : undefined;
};

/** One name for one file, whatever leads to it. */
const nameOf = (file: string): string => {
  if (isDatabase(file)) return file;
  try {
    const { dev, ino } = statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return resolve(file);
  }
};
