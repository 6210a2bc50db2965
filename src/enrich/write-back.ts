import { ConnectorError } from "../core/errors.js";
import { type Outcome, toRecord } from "../core/outcome.js";
import type { Run } from "../run/run-state.js";
import type { Table } from "../tables/open-table.js";
import { isRefused, type Written } from "../tables/put-row.js";
import { shareTable } from "../tables/share-table.js";
import { createStreak } from "../tables/streak.js";
import { failedOutcome } from "./enrich.js";
import { placeless, placeOf } from "./place.js";
import type { Plan } from "./plan.js";
import { undouble } from "./request.js";

/** The table of a plan's place, open; `null` without one. */
export const openPlace = async (plan: Plan): Promise<Table | null | ConnectorError> => {
  const place = placeOf(plan);
  if (!place) return null;
  try {
    return await shareTable(place.target);
  } catch (cause) {
    return new ConnectorError("write_back_unusable", `${(cause as Error).message}.`, { cause });
  }
};

/** What a run does with the table of its plan. */
export interface WriteBack {
  /** The outcome of a record that has no place in the table, before it is sent; `null` for one that has. */
  refuse(record: unknown): Outcome | null;
  /** Writes an enriched row. One that cannot be written has failed, and keeps its answer. */
  keep(outcome: Outcome | Promise<Outcome>): Promise<Outcome>;
}

/** Equal failures in a row end the run, so that no more is paid for rows that have no place to go. */
export const createWriteBack = (plan: Plan, table: Table, run: Run): WriteBack => {
  const { keyField = "" } = placeOf(plan) ?? {};
  const isEnough = createStreak();
  const waits = plan.connection.ledger === null ? unkept : kept;
  return {
    refuse(record) {
      const error = placeless(record, plan);
      return error && failedOutcome(record, plan, error);
    },
    async keep(ended) {
      const outcome = await ended;
      const { record, trace } = outcome;
      // A row that had nothing to work on has nothing to write.
      if (trace.status !== "enriched") return outcome;
      const written = plan.connection.undoubleApostrophes ? undouble(record) : record;
      const row = toRecord({ ...outcome, record: written });
      const result = await table.put(row[keyField], row);
      const refusal = isRefused(result) ? result : null;
      if (isEnough(refusal)) run.end("run_broken", `write_back_failed: ${refusal?.sentence}.`);
      if (refusal) return notWritten(outcome, `${refusal.sentence}. ${waits}`);
      const { cleaned } = result as Written;
      if (cleaned.length === 0) return outcome;
      const remark = without(cleaned);
      return { ...outcome, remark, trace: { ...trace, remarks: [...(trace.remarks ?? []), remark] } };
    },
  };
};

const kept = "It waits in the ledger: mend the table and send the row again, which writes it without a call.";
const unkept = "No ledger is set, so sending the row again is paid for again: set ledger.";

const without = (columns: readonly string[]): string =>
  `written to ${columns.join(", ")} without its NUL or broken characters, which PostgreSQL cannot keep`;

const notWritten = (outcome: Outcome, detail: string): Outcome => {
  const { code, message, retryable } = new ConnectorError("write_back_failed", detail);
  return { ...outcome, trace: { ...outcome.trace, status: "failed", error: { code, message, retryable } } };
};
