import { createHash } from "node:crypto";
import { writeJson } from "../core/exact-json.js";
import { ExactNumber } from "../core/exact-number.js";
import type { Pipeline } from "../generated/pipeline.js";
import type { Quirk } from "./quirks.js";
import { type Fields, isFields } from "./secrets.js";
import type { RecordState } from "./state.js";

/** What a run found in its source. */
export interface Extracted {
  /** Rows read. */
  extracted: number;
  /** Rows that are to be sent. */
  queued: number;
  /** Rows that were sent with success before and have not changed. */
  unchanged: number;
  /** Rows whose primary key stood in an earlier row of this run. The last one is sent. */
  repeated: number;
  /** Rows that are no object or lack a value of the primary key. They are not sent. */
  unusable: number;
}

/** Where an extraction puts its rows, and how it looks at them. */
interface ExtractPlan {
  readonly state: RecordState;
  readonly run: number;
  /** What the rows are kept by. */
  readonly scope: string;
  readonly quirks: ReadonlySet<Quirk>;
  /** Columns whose change is no change of the row. */
  readonly uncounted: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** Reads the source and queues what has to be sent, a thousand rows a transaction. */
export const extract = async (
  rows: AsyncIterable<unknown>,
  { source, sync_mode }: Pipeline,
  { state, run, scope, quirks, uncounted, signal }: ExtractPlan,
): Promise<Extracted> => {
  const counts: Extracted = { extracted: 0, queued: 0, unchanged: 0, repeated: 0, unusable: 0 };
  const take = (row: unknown): void => {
    counts.extracted++;
    const primaryKey = isFields(row) ? keyOf(row[source.primary_key]) : null;
    if (!isFields(row) || primaryKey === null) {
      counts.unusable++;
      return;
    }
    const fingerprint = fingerprintOf(row, uncounted);
    const known = state.find(scope, primaryKey);
    const done = known?.status === "success" || (known && quirks.has("failed_rows_stay_failed"));
    if (sync_mode !== "full_refresh" && done && known?.fingerprint === fingerprint) {
      counts.unchanged++;
      state.see(scope, run, primaryKey);
      return;
    }
    // As in Multiwoven: an update is any row that was seen before, sent or not.
    const action = known ? "destination_update" : "destination_insert";
    state.queue(scope, run, { primaryKey, fingerprint, record: row, action });
    if (known?.run === run) counts.repeated++;
    else counts.queued++;
  };
  let page: unknown[] = [];
  const flush = (): void => {
    state.together(() => page.forEach(take));
    page = [];
  };
  for await (const row of rows) {
    if (signal?.aborted) break;
    if (page.push(row) === 1000) flush();
  }
  flush();
  return counts;
};

const fingerprintOf = (row: Fields, uncounted: ReadonlySet<string>): string => {
  const counted =
    uncounted.size === 0
      ? row
      : Object.fromEntries(Object.entries(row).filter(([name]) => !uncounted.has(name)));
  return createHash("sha256").update(writeJson(counted)).digest("base64");
};

const keyOf = (value: unknown): string | null => {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" || typeof value === "boolean" || value instanceof ExactNumber
    ? String(value)
    : null;
};
