import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileFailure } from "../core/file-failure.js";
import { LockHeld, takeLock } from "../core/lock.js";
import type { Arguments } from "./command.js";
import type { Fields } from "./config.js";
import { cannotRun, wrongUsage } from "./failure.js";

/** Where the ledger is when neither the command line nor the config says it: below the working directory. */
export const defaultLedger = join(".bedrock-model", "ledger.jsonl");

/** The ledger of --ledger, else of the config, else the default. */
export const ledgerOf = ({ values }: Arguments, connection: Fields): string => {
  const { ledger } = connection;
  const isUnset = ledger === undefined || ledger === null || ledger === "";
  return values.ledger ?? (isUnset ? defaultLedger : String(ledger));
};

/** The connection at a ledger: a file is the one that its name says in the working directory of this moment. */
export const atLedger = (connection: Fields, ledger: string): Fields => ({
  ...connection,
  ledger: isFile(ledger) ? resolve(ledger) : ledger,
});

/** The connection with its ledger put in, or taken out by --no-ledger. Throws wrong usage for both options. */
export const withLedger = (
  given: Arguments,
  connection: Fields,
): { connection: Fields; ledger: string | undefined } => {
  if (!given.flags.has("no-ledger")) {
    const ledger = ledgerOf(given, connection);
    return { connection: { ...connection, ledger }, ledger };
  }
  if (given.values.ledger !== undefined) throw wrongUsage("give --ledger or --no-ledger, not both");
  const { ledger: _, ...rest } = connection;
  return { connection: rest, ledger: undefined };
};

/**
 * Keeps other runs of the command line off a ledger: two at once would wait for each other, row by row. Returns what
 * gives it back. Throws a FileFailure.
 */
export const holdLedger = async (ledger: string | undefined): Promise<() => void> => {
  if (ledger === undefined || !isFile(ledger)) return () => undefined;
  const path = resolve(ledger);
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw fileFailure("write", ledger, error);
  });
  const lock = await takeLock(`${path}.run`);
  if (lock instanceof LockHeld) throw cannotRun(`another run uses the ledger ${ledger}; ${lock.sentence}`);
  process.once("exit", lock);
  return () => {
    process.off("exit", lock);
    lock();
  };
};

/** Not an address, as of an object. */
export const isFile = (ledger: string): boolean => !/^\w[\w+.-]+:\/\//.test(ledger);
