import { hash } from "node:crypto";
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
  /** The record that came back, if the connector gave one; of a row that failed, its `_bedrock` says why. */
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

/**
 * The rows and runs of all syncs, in a database. Rows belong to a scope: a sync's name, and what it was made for, its
 * source, key and target. What was sent for one says nothing of another.
 */
export type RecordState = ReturnType<typeof createRecordState>;

export const createRecordState = (database: Database) => {
  const find = database.prepare(
    "SELECT fingerprint, status, run FROM sync_records WHERE sync = ? AND primary_key = ?",
  );
  const queue = database.prepare(`
    INSERT INTO sync_records (sync, primary_key, fingerprint, record, action, status, run, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?6)
    ON CONFLICT (sync, primary_key) DO UPDATE SET fingerprint = excluded.fingerprint, record = excluded.record,
      action = excluded.action, status = 'pending', logs = NULL, enriched = NULL, run = excluded.run, seen = excluded.seen`);
  const pending = database.prepare(`
    SELECT id, primary_key, record, action FROM sync_records
    WHERE run = ? AND status = 'pending' AND id > ? ORDER BY id LIMIT ?`);
  const settle = database.prepare("UPDATE sync_records SET status = ?, logs = ?, enriched = ? WHERE id = ?");
  const counts = database.prepare(
    "SELECT status, count(*) AS count FROM sync_records WHERE run = ? GROUP BY status",
  );
  const all = database.prepare(`
    SELECT r.id, r.primary_key, r.record, r.status, r.logs, r.enriched
    FROM syncs s JOIN sync_records r ON r.sync = s.scope AND (s.read_by IS NULL OR r.seen >= s.read_by)
    WHERE s.name = ? AND r.id > ? ORDER BY r.id LIMIT 1000`);
  const see = database.prepare("UPDATE sync_records SET seen = ? WHERE sync = ? AND primary_key = ?");
  const findScope = database.prepare("SELECT scope FROM syncs WHERE name = ?");
  const setScope = database.prepare(`
    INSERT INTO syncs (name, scope) VALUES (?1, ?2)
    ON CONFLICT (name) DO UPDATE SET scope = excluded.scope, read_by = NULL WHERE scope <> excluded.scope`);
  const adopt = database.prepare("UPDATE sync_records SET sync = ?2 WHERE sync = ?1");
  const setReadBy = database.prepare("UPDATE syncs SET read_by = ?2 WHERE name = ?1");
  const start = database.prepare(
    "INSERT INTO sync_runs (sync, sync_mode, status, started_at) VALUES (?, ?, 'started', ?)",
  );
  const end = database.prepare("UPDATE sync_runs SET status = ?, ended_at = ?, report = ? WHERE id = ?");

  return {
    /**
     * Opens the scope of a sync as it stands; what its rows are kept by. `isOther` says that it stood otherwise before.
     * Rows without a scope, which version 0.1.0 kept by the name alone, belong to the first.
     */
    openScope: (sync: string, madeFor: readonly unknown[]): { scope: string; isOther: boolean } => {
      const scope = `${sync} ${hash("sha256", JSON.stringify(madeFor), "hex").slice(0, 16)}`;
      const before = findScope.get(sync) as { scope: string } | undefined;
      if (!before) adopt.run(sync, scope);
      setScope.run(sync, scope);
      return { scope, isOther: before !== undefined && before.scope !== scope };
    },
    /** Notes that a run's source has the row, which is not sent again. */
    see: (scope: string, run: number, primaryKey: string): void => {
      see.run(run, scope, primaryKey);
    },
    /** Notes that a run has read its whole source: rows that it did not see are no rows of the sync any more. */
    readWhole: (sync: string, run: number): void => {
      setReadBy.run(sync, run);
    },
    find: (scope: string, primaryKey: string) => find.get(scope, primaryKey) as Known | undefined,
    queue: (
      scope: string,
      run: number,
      row: { primaryKey: string; fingerprint: string; record: Fields; action: Action },
    ): void => {
      queue.run(scope, row.primaryKey, row.fingerprint, writeJson(row.record), row.action, run);
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
    /** Every row that the sync's source has, of whichever run, in the order in which they came first. */
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
