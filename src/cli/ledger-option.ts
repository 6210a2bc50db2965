import { join } from "node:path";
import type { Arguments } from "./command.js";
import type { Fields } from "./config.js";
import { wrongUsage } from "./failure.js";

/** Where the ledger is when neither the command line nor the config says it: below the working directory. */
export const defaultLedger = join(".bedrock-model", "ledger.jsonl");

/** The ledger of --ledger, else of the config, else the default. */
export const ledgerOf = ({ values }: Arguments, connection: Fields): string => {
  const { ledger } = connection;
  const isUnset = ledger === undefined || ledger === null || ledger === "";
  return values.ledger ?? (isUnset ? defaultLedger : String(ledger));
};

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
