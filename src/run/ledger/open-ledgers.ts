import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConnectorError } from "../../core/errors.js";
import type { Underway } from "../../core/invoke.js";
import { type Ledger, openLedger } from "./ledger.js";

/** The ledger of a file, and the calls under way whose outcomes it waits for. */
export interface SharedLedger {
  readonly ledger: Ledger;
  readonly underway: Underway;
}

/**
 * The one open ledger of a file in this process. It stays open until the process ends or it is closed here; one
 * that the disk refused is opened anew, since there may be room again.
 */
export const shareLedger = async (file: string): Promise<SharedLedger | ConnectorError> => {
  const path = resolve(file);
  const known = open.get(path);
  const shared = await known;
  if (shared && (shared instanceof ConnectorError || shared.ledger.isOpen())) return shared;
  // Another call has gone ahead while this one waited.
  if (open.get(path) !== known) return shareLedger(file);
  const opening = openAnew(path, shared);
  open.set(path, opening);
  return opening;
};

/** Why a file cannot be a ledger now; `null` when it can. It is not held afterwards, unless it was before. */
export const probeLedger = async (file: string): Promise<ConnectorError | null> => {
  if (open.has(resolve(file))) return null;
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) return ledger;
  await ledger.close();
  return null;
};

/** A ledger to look things up in. */
export interface BorrowedLedger {
  readonly find: Ledger["find"];
  giveBack(): Promise<void>;
}

/**
 * Opens a file's ledger for a look, or takes the one that is open in this process. `null` when there is no such file:
 * none is created.
 */
export const borrowLedger = async (file: string): Promise<BorrowedLedger | ConnectorError | null> => {
  const shared = await open.get(resolve(file));
  if (shared && !(shared instanceof ConnectorError))
    return { find: shared.ledger.find, giveBack: async () => {} };
  if (!existsSync(file)) return null;
  const ledger = await openLedger(file);
  return ledger instanceof ConnectorError ? ledger : { find: ledger.find, giveBack: ledger.close };
};

/**
 * Gives a file back to other processes. End the runs that use it first: a call that is still open finds no place
 * for its answer, and its row is held when it comes again.
 */
export const closeLedger = async (file: string): Promise<void> => {
  const path = resolve(file);
  const known = await open.get(path);
  open.delete(path);
  if (known && !(known instanceof ConnectorError)) await known.ledger.close();
};

const open = new Map<string, Promise<SharedLedger | ConnectorError>>();

const openAnew = async (
  path: string,
  broken: SharedLedger | undefined,
): Promise<SharedLedger | ConnectorError> => {
  await broken?.ledger.close();
  const ledger = await openLedger(path);
  if (!(ledger instanceof ConnectorError)) return { ledger, underway: broken?.underway ?? new Map() };
  // What stood in the way may be gone the next time.
  open.delete(path);
  return ledger;
};
