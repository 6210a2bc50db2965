import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { ConnectorError } from "../../core/errors.js";
import type { OpenFile } from "./open-file.js";
import { type OwnedFile, own } from "./own-file.js";

/** What a ledger asks of a file system. */
export interface Disk {
  /** Opens or creates a file as its one owner. Failures: `ledger_locked`, `ledger_unusable`. */
  own(path: string): Promise<OwnedFile | ConnectorError>;
  /** Opens a file or a folder for reading, or creates a file (`wx`) that only this user may read. */
  open(path: string, flags: "r" | "wx"): Promise<OpenFile>;
  /** Takes a file away, if it is there. */
  remove(path: string): Promise<void>;
}

const { O_RDONLY, O_NONBLOCK = 0 } = constants;

export const localDisk: Disk = {
  own,
  // A pipe is not waited for.
  open: (path, flags) => open(path, flags === "r" ? O_RDONLY | O_NONBLOCK : flags, 0o600),
  remove: (path) => rm(path, { force: true }),
};
