import type { Database } from "libsql";
import { parseExact, writeJson } from "../core/exact-json.js";
import type { Fields } from "./secrets.js";

export type RowStatus = "pending" | "success" | "failed";
type Action = "destination_insert" | "destination_update";
export type RunStatus = "started" | "success" | "failed" | "canceled" | "interrupted";

/** A row of `sync_records` that waits to be loaded. `record` is the source's row. */
export interface PendingRow {
  readonly id: number;
  readonly primary_key: string;
  readonly record: Fields;
  readonly action: Action;
}

/** What is known of a row of a sync. */
export interface SyncRecord {
  readonly primary_key: string;
  readonly record: Fields;
  readonly status: RowStatus;
  /** The connector's first log of the row, `{ request, response, level }`. */
  readonly logs: unknown;
  /** The record that came back, if the connector gave one. */
  readonly enriched: Fields | null;
}

export interface RowResult {
  readonly status: RowStatus;
  readonly logs?: unknown;
  readonly enriched?: unknown;
}

interface Known {
  readonly fingerprint: string;
  /** The run that queued it last. */
  readonly run: number;
  readonly status: RowStatus;
}

/** The rows and runs of all syncs, in a database. */
export type RecordState = ReturnType<typeof createRecordState>;

export const createRecordState = (database: Database) => {
  const find = database.prepare(
    "SELECT fingerprint, status, run FROM sync_records WHERE sync = ? AND primary_key = ?",
  );
  const queue = database.prepare(`
    INSERT INTO sync_records (sync, primary_key, fingerprint, record, action, status, run)
    VALUES (?, ?, ?, ?, ?, 'pending', ?)
    ON CONFLICT (sync, primary_key) DO UPDATE SET fingerprint = excluded.fingerprint, record = excluded.record,
      action = excluded.action, status = 'pending', logs = NULL, enriched = NULL, run = excluded.run`);
  const pending = database.prepare(`
    SELECT id, primary_key, record, action FROM sync_records
    WHERE run = ? AND status = 'pending' AND id > ? ORDER BY id LIMIT ?`);
  const settle = database.prepare("UPDATE sync_records SET status = ?, logs = ?, enriched = ? WHERE id = ?");
  const counts = database.prepare(
    "SELECT status, count(*) AS count FROM sync_records WHERE run = ? GROUP BY status",
  );
  const all = database.prepare(
    "SELECT id, primary_key, record, status, logs, enriched FROM sync_records WHERE sync = ? AND id > ? ORDER BY id LIMIT 1000",
  );
  const start = database.prepare(
    "INSERT INTO sync_runs (sync, sync_mode, status, started_at) VALUES (?, ?, 'started', ?)",
  );
  const end = database.prepare("UPDATE sync_runs SET status = ?, ended_at = ?, report = ? WHERE id = ?");

  return {
    find: (sync: string, primaryKey: string) => find.get(sync, primaryKey) as Known | undefined,
    queue: (
      sync: string,
      run: number,
      row: { primaryKey: string; fingerprint: string; record: Fields; action: Action },
    ): void => {
      queue.run(sync, row.primaryKey, row.fingerprint, writeJson(row.record), row.action, run);
    },
    /** The run's pending rows behind `after`, an id. */
    pending: (run: number, after: number, limit: number): PendingRow[] =>
      (pending.all(run, after, limit) as Stored[]).map(({ id, primary_key, record, action }) => ({
        id,
        primary_key,
        record: parseExact(record) as Fields,
        action,
      })),
    settle: (id: number, { status, logs, enriched }: RowResult): void => {
      settle.run(status, toJson(logs), toJson(enriched), id);
    },
    /** How many rows of the run have which status. */
    counts: (run: number): Record<RowStatus, number> => {
      const found = counts.all(run) as { status: RowStatus; count: number }[];
      return {
        ...{ pending: 0, success: 0, failed: 0 },
        ...Object.fromEntries(found.map(({ status, count }) => [status, count])),
      };
    },
    /** Every row of a sync, of whichever run, in the order in which they came first. */
    *records(sync: string): Generator<SyncRecord> {
      for (let after = 0, page = all.all(sync, after) as Stored[]; page.length > 0; ) {
        for (const { id, primary_key, record, status, logs, enriched } of page) {
          yield {
            primary_key,
            record: parseExact(record) as Fields,
            status,
            logs: ofJson(logs),
            enriched: ofJson(enriched),
          };
          after = id;
        }
        page = all.all(sync, after) as Stored[];
      }
    },
    start: (sync: string, syncMode: string): number =>
      Number(start.run(sync, syncMode, new Date().toISOString()).lastInsertRowid),
    end: (run: number, status: RunStatus, report: unknown): void => {
      end.run(status, new Date().toISOString(), toJson(report), run);
    },
    /** Runs `work`, which must not wait for anything, as one transaction. */
    together: (work: () => void): void => database.transaction(work)(),
  };
};

interface Stored {
  readonly id: number;
  readonly primary_key: string;
  readonly record: string;
  readonly action: Action;
  readonly status: RowStatus;
  readonly logs: string | null;
  readonly enriched: string | null;
}

const toJson = (value: unknown): string | null =>
  value === undefined || value === null ? null : writeJson(value);

const ofJson = <Value>(text: string | null): Value | null =>
  text === null ? null : (parseExact(text) as Value);
