import { hostname } from "node:os";
import { type Clock, systemClock } from "../../../core/clock.js";
import { ConnectorError } from "../../../core/errors.js";
import { inWords, refusalOf } from "../../../tables/refusal.js";
import { createClaims, type Entry } from "../entry.js";
import type { JobSize } from "../job.js";
import { emitWarning, type SharedLedger, type Warn } from "../shared-ledger.js";
import { placeOf } from "./address.js";
import { type Asking, type Connect, type Database, openDatabase } from "./database.js";
import { createJobStore } from "./job-store.js";
import { createPurse } from "./run-purse.js";
import * as statements from "./statements.js";
import { ofJob } from "./statements.js";
import { clean, outcomeOf, type StoredRow, toEntry } from "./stored.js";

/**
 * A ledger in a table of PostgreSQL, for workers in many processes and on many machines. A key that another worker has claimed
 * is waited for. What cannot be recorded is not sent; what was answered while the server was away is recorded when it is back,
 * or named at the end of the process.
 */
export const createDatabaseLedger = (
  url: string,
  { connect, clock = systemClock, warn = emitWarning }: Partial<Place> = {},
): SharedLedger => {
  const path = placeOf(url);
  const worker = `${process.pid}@${hostname()}`;
  let database: Promise<Database> | null = null;
  let refusedUntil = 0;
  let refused: ConnectorError | null = null;
  let isClosed = false;
  /** The versions of keys as they were last seen, until they are claimed or given up. */
  const seen = new Map<string, string>();
  const claims = new Map<string, string>();
  const nameClaim = createClaims(clock);
  /** Outcomes that the server has not taken yet. */
  const pending = new Map<string, unknown[]>();
  let recording: Promise<void> | null = null;

  const reach = async (): Promise<Database> => {
    if (isClosed) throw new ConnectorError("ledger_unwritable", `${path}: it was given back.`);
    if (refused && clock.now() < refusedUntil) throw refused;
    database ??= openDatabase(url, connect, clock);
    try {
      return await database;
    } catch (error) {
      database = null;
      refused = error as ConnectorError;
      refusedUntil = clock.now() + triedAgainMs;
      throw error;
    }
  };
  const ask = async <Row>(text: string, values: readonly unknown[], how?: Asking): Promise<Row[]> =>
    (await reach()).ask<Row>(text, values, how);

  const look = async (key: string): Promise<StoredRow | null> => {
    const [row] = await ask<StoredRow>(statements.find, [key]);
    if (!row?.expired) return row ?? null;
    await ask(statements.takeOver, [key]);
    return look(key);
  };

  const remember = (key: string, version: string): void => {
    seen.set(key, version);
    for (const oldest of seen.keys()) if (seen.size > mostSeen) seen.delete(oldest);
  };

  const claim = async (entry: Extract<Entry, { state: "intent" }>, leaseMs: number): Promise<void> => {
    const { key, model, target, body, job } = entry;
    const name = job === undefined ? (entry.claim ?? nameClaim()) : `${ofJob}${job}`;
    // A call of a batch job takes as long as the job.
    const lease = job === undefined ? leaseMs : null;
    const values = [key, name, worker, lease, model, target, clean(body), seen.get(key) ?? "0"];
    let rows: unknown[];
    try {
      rows = await ask(statements.claim, values);
    } catch (error) {
      throw unwritable(error);
    }
    seen.delete(key);
    if (rows.length === 0) throw new ConnectorError("claimed_elsewhere");
    if (job === undefined) claims.set(key, name);
  };

  const addCall: SharedLedger["addCall"] = async (call, most) => {
    const { key, job, model, target, body } = call;
    const version = seen.get(key) ?? "0";
    const values = [key, `${ofJob}${job}`, worker, model, target, clean(body), job, version, most];
    const [size] = await ask<JobSize & { added: boolean }>(statements.addCall, values).catch((error) => {
      throw unwritable(error);
    });
    if (!size) return null;
    seen.delete(key);
    if (!size.added) throw new ConnectorError("claimed_elsewhere");
    return size;
  };

  const unwritable = (cause: unknown): ConnectorError =>
    cause instanceof ConnectorError
      ? cause
      : new ConnectorError("ledger_unwritable", `${path}: ${inWords(cause)}.`, { cause });

  const unread = (cause: unknown): never => {
    if (cause instanceof ConnectorError) throw cause;
    throw new ConnectorError("ledger_unusable", `${path} could not be read: ${inWords(cause)}.`, { cause });
  };

  const settle = async (entry: Entry): Promise<void> => {
    const { job } = entry;
    const values = outcomeOf(entry, job === undefined ? (claims.get(entry.key) ?? "") : `${ofJob}${job}`);
    claims.delete(entry.key);
    try {
      const [row] = await ask<{ version: string }>(statements.settle, values, { patienceMs: 1_000 });
      if (row && entry.state === "refused") remember(entry.key, row.version);
    } catch (error) {
      pending.set(entry.key, values);
      recording ??= recordLater().finally(() => {
        recording = null;
      });
      throw unwritable(error);
    }
  };

  /** Keeps the process for a while, since what it knows was paid for. */
  const recordLater = async (): Promise<void> => {
    const until = clock.now() + keptMs;
    while (pending.size > 0 && clock.now() < until) {
      await clock.sleep(500);
      for (const [key, values] of pending) {
        const refused = await ask(statements.settle, values, { patienceMs: 0 }).then(() => null, refusalOf);
        // One that the server will not have is in nobody's way.
        if (refused?.passing) break;
        if (!refused) pending.delete(key);
      }
    }
    if (pending.size === 0) return;
    warn(
      `${path}: ${pending.size} outcomes could not be recorded; those rows will be held when they come again, by their keys ${[...pending.keys()].join(", ")}.`,
      "LedgerPending",
    );
    pending.clear();
  };

  return {
    underway: new Map(),
    async hold() {
      try {
        await reach();
        return () => undefined;
      } catch (error) {
        return unwritable(error);
      }
    },
    async refusal() {
      return reach().then(() => null, unwritable);
    },
    isHeld: () => database !== null,
    isOpen: () => !isClosed,
    async find(key, stop) {
      for (let wait = 50; ; wait = Math.min(wait * 1.5, 1_000)) {
        const waiting = pending.get(key);
        const row = waiting ? null : await look(key).catch(unread);
        if (row) remember(key, row.version);
        else seen.delete(key);
        if (!waiting && !row?.live) return row && toEntry(row);
        if (stop?.aborted) throw new ConnectorError("stopped");
        await clock.sleep(wait * (0.5 + clock.random()), stop);
      }
    },
    async peek(key) {
      const [row] = await ask<StoredRow>(statements.find, [key]);
      return row ? toEntry(row) : null;
    },
    append: (entry, leaseMs = longestLeaseMs) =>
      entry.state === "intent" ? claim(entry, leaseMs) : settle(entry),
    async *entries() {
      for (let last = ""; ; ) {
        const rows = await ask<StoredRow>(statements.page, [last]);
        yield* rows.map(toEntry).filter((entry) => entry !== null);
        last = rows.at(-1)?.key ?? "";
        if (rows.length === 0) return;
      }
    },
    addCall,
    ...createJobStore(ask, unwritable),
    purse: (run: string, ceilings, quietMs) => createPurse(ask, { run, ceilings, quietMs }, clock),
    async close() {
      await recording;
      isClosed = true;
      await (await database?.catch(() => null))?.close();
    },
  };
};

/** Where its server is reached, and whom it tells what could not be recorded. */
interface Place {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly warn: Warn;
}

/** A host that writes row by row does not wait for a dead server with every row. */
const triedAgainMs = 5_000;
const keptMs = 60_000;
const mostSeen = 100_000;
/** The longest that a setting lets a call last, and a minute. */
const longestLeaseMs = 3_660_000;
