import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Database } from "libsql";
import { loadOptional } from "../core/optional-package.js";

/**
 * Opens the host's database file, a SQLite database, for this process alone: the lock goes with the process, however
 * it ends. A commit is on the disk when it returns. Readable by its owner only, since it holds connections and rows.
 * @throws Error with a sentence.
 */
export const openDatabase = async (file: string): Promise<Database> => {
  const { default: Libsql } = await loadOptional("libsql", "the pipeline host", () => import("libsql"));
  mkdirSync(dirname(file), { recursive: true });
  let database: Database | undefined;
  try {
    database = new Libsql(file);
    chmodSync(file, 0o600);
    database.exec(settings);
    database.exec(schema);
    addSeen(database);
    return database;
  } catch (cause) {
    database?.close();
    throw new Error(`cannot open the state ${file}: ${reason(cause)}`, { cause });
  }
};

/**
 * Closes it. The driver holds the file until its last statement is collected, so the lock is given back by itself:
 * SQLite does that outside of WAL alone.
 */
export const closeDatabase = (database: Database): void => {
  database.exec(
    "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema",
  );
  database.close();
};

/** What is deleted is overwritten: a secret that was replaced stays nowhere. */
const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
`;

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS connectors (
    name TEXT PRIMARY KEY,
    connector_type TEXT NOT NULL,
    connector_name TEXT NOT NULL,
    configuration TEXT NOT NULL,
    catalog TEXT
  );
  CREATE TABLE IF NOT EXISTS sync_runs (
    id INTEGER PRIMARY KEY,
    sync TEXT NOT NULL,
    sync_mode TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('started', 'success', 'failed', 'canceled', 'interrupted')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    report TEXT
  );
  CREATE TABLE IF NOT EXISTS syncs (
    name TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    read_by INTEGER
  );
  CREATE TABLE IF NOT EXISTS sync_records (
    id INTEGER PRIMARY KEY,
    sync TEXT NOT NULL,
    primary_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    record TEXT NOT NULL,
    action TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'success', 'failed')),
    logs TEXT,
    enriched TEXT,
    run INTEGER NOT NULL REFERENCES sync_runs (id),
    seen INTEGER,
    UNIQUE (sync, primary_key)
  );
  CREATE INDEX IF NOT EXISTS sync_records_run ON sync_records (run, status, id);
  UPDATE sync_runs SET status = 'interrupted' WHERE status = 'started';
  COMMIT;
`;

/** A state of version 0.1.0 has no such column. */
const addSeen = (database: Database): void => {
  const columns = database.prepare("SELECT name FROM pragma_table_info('sync_records')").all() as {
    name: string;
  }[];
  if (!columns.some(({ name }) => name === "seen"))
    database.exec("ALTER TABLE sync_records ADD COLUMN seen INTEGER");
};

const reason = (cause: unknown): string => {
  const { code, message } = cause as { code?: string; message: string };
  if (code === "SQLITE_BUSY") return "another process uses it";
  return code === "SQLITE_NOTADB" ? "it is not a database" : message;
};
