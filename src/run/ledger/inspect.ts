import { stat } from "node:fs/promises";
import { ConnectorError, type ErrorCode } from "../../core/errors.js";
import { isInJob } from "./entry.js";
import { openLedger } from "./ledger.js";
import { isDatabase } from "./postgres/address.js";
import type { LedgerReport } from "./report.js";

/** Counts a ledger. @throws Error with a sentence when the file is missing, held by a process, or no ledger. */
export const inspectLedger = async (file: string): Promise<LedgerReport> => {
  if (isDatabase(file)) return (await import("./postgres/inspect-database.js")).inspectDatabase(file);
  const { size: bytes } = await stat(file);
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) throw ledger;
  const counts = { received: 0, refused: 0, unknown: 0, in_jobs: 0, input_tokens: 0, output_tokens: 0 };
  const errors: Partial<Record<ErrorCode, number>> = {};
  try {
    for await (const entry of ledger.entries()) {
      if (entry.state === "received") {
        counts.received++;
        counts.input_tokens += entry.input_tokens ?? 0;
        counts.output_tokens += entry.output_tokens ?? 0;
        continue;
      }
      if (isInJob(entry)) {
        counts.in_jobs++;
        continue;
      }
      const code = entry.state === "intent" ? "outcome_unknown" : entry.code;
      counts[entry.state === "refused" ? "refused" : "unknown"]++;
      errors[code] = (errors[code] ?? 0) + 1;
    }
  } finally {
    await ledger.close();
  }
  return { path: ledger.path, bytes, ...counts, lost: ledger.lost, errors };
};
