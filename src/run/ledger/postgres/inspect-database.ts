import type { ErrorCode } from "../../../core/errors.js";
import { isOpen, type JobStage } from "../job.js";
import type { LedgerReport } from "../report.js";
import { placeOf } from "./address.js";
import { openDatabase } from "./database.js";
import * as statements from "./statements.js";

interface Counted {
  readonly state: string;
  readonly code: string;
  /** Of the batch job that the calls are in. */
  readonly stage: JobStage | "";
  readonly rows: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly bytes: number;
}

/** Counts a ledger in a database. @throws ConnectorError */
export const inspectDatabase = async (url: string): Promise<LedgerReport> => {
  const database = await openDatabase(url);
  try {
    const all = await database.ask<Counted>(statements.count);
    const isIn = ({ stage }: Counted): boolean => stage !== "" && isOpen({ stage });
    const rows = all.filter((row) => !isIn(row) && row.stage !== "abandoned" && row.stage !== "refused");
    const sum = (name: "rows" | "input_tokens" | "output_tokens", ...states: string[]): number =>
      rows.filter(({ state }) => states.includes(state)).reduce((total, row) => total + row[name], 0);
    const errors: Partial<Record<ErrorCode, number>> = {};
    for (const { state, code, rows: count } of rows)
      if (state !== "received") {
        const name = (state === "intent" ? "outcome_unknown" : code) as ErrorCode;
        errors[name] = (errors[name] ?? 0) + count;
      }
    return {
      ...{ path: placeOf(url), bytes: all[0]?.bytes ?? 0, lost: 0, errors },
      received: sum("rows", "received"),
      refused: sum("rows", "refused"),
      in_jobs: all.filter(isIn).reduce((total, row) => total + row.rows, 0),
      unknown: sum("rows", "unknown", "intent"),
      input_tokens: sum("input_tokens", "received"),
      output_tokens: sum("output_tokens", "received"),
    };
  } finally {
    await database.close();
  }
};
