import { stat } from "node:fs/promises";
import { ConnectorError, type ErrorCode } from "../../core/errors.js";
import { openLedger } from "./ledger.js";

/** What a ledger holds, in numbers. */
export interface LedgerReport {
  readonly path: string;
  readonly bytes: number;
  /** Calls that were answered. */
  readonly received: number;
  /** Calls that were certainly not billed. */
  readonly refused: number;
  /** Calls that may have been billed, and whose answer is not here. */
  readonly unknown: number;
  /** Lines that a repair could not tell. While there are any, every row that the ledger does not know is held. */
  readonly lost: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Calls without an answer, by error code; those that a crash cut short are `outcome_unknown`. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
}

/** Counts a ledger. @throws Error with a sentence when the file is missing, held by a process, or no ledger. */
export const inspectLedger = async (file: string): Promise<LedgerReport> => {
  const { size: bytes } = await stat(file);
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) throw ledger;
  const counts = { received: 0, refused: 0, unknown: 0, input_tokens: 0, output_tokens: 0 };
  const errors: Partial<Record<ErrorCode, number>> = {};
  try {
    for await (const entry of ledger.entries()) {
      if (entry.state === "received") {
        counts.received++;
        counts.input_tokens += entry.input_tokens ?? 0;
        counts.output_tokens += entry.output_tokens ?? 0;
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
