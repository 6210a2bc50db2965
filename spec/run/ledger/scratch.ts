import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh directory that is removed after the suite's last test. */
export const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-spec-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
