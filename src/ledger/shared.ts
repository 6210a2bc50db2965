import { resolve } from "node:path";
import { ConnectorError } from "../errors.js";
import type { Underway } from "../run/share.js";
import { type Ledger, openLedger } from "./ledger.js";

/** The ledger of a file, and the calls under way whose outcomes it waits for. */
export interface SharedLedger {
  readonly ledger: Ledger;
  readonly underway: Underway;
}

/** The one open ledger of a file in this process. It stays open until the process ends or it is closed here. */
export const shareLedger = async (file: string): Promise<SharedLedger | ConnectorError> => {
  const path = resolve(file);
  const known = open.get(path);
  if (known) return known;
  const opening = openLedger(path).then((ledger) => {
    if (!(ledger instanceof ConnectorError)) return { ledger, underway: new Map() };
    open.delete(path);
    return ledger;
  });
  open.set(path, opening);
  return opening;
};

/** Gives a file back to other processes. */
export const closeLedger = async (file: string): Promise<void> => {
  const path = resolve(file);
  const known = await open.get(path);
  open.delete(path);
  if (known && !(known instanceof ConnectorError)) await known.ledger.close();
};

const open = new Map<string, Promise<SharedLedger | ConnectorError>>();
