import type { ErrorCode } from "../../core/errors.js";

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
  /** Calls that wait in a batch job. */
  readonly in_jobs: number;
  /** Lines that a repair could not tell. While there are any, every row that the ledger does not know is held. */
  readonly lost: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Calls without an answer, by error code; those that a crash cut short are `outcome_unknown`. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
}
