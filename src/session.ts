import { createInvoke } from "./bedrock/invoke.js";
import { ConnectorError } from "./errors.js";
import type { Invoke } from "./invoke.js";
import type { Job, Purpose } from "./job.js";
import type { Ledger } from "./ledger/ledger.js";
import { type SharedLedger, shareLedger } from "./ledger/shared.js";
import type { OnUnknown } from "./outcome.js";
import { askOnce, prepareAsking } from "./prepare.js";
import { composeInvoke } from "./run/compose.js";
import { createSlots } from "./run/limit.js";
import { createRun, type Run } from "./run/run.js";
import type { Underway } from "./run/share.js";
import { sessionKey } from "./session-key.js";

/** A job and what its runs share: everything that a sync's many calls of `write` have in common hangs on it. */
export interface Session {
  readonly job: Job;
  readonly ledger: Ledger | null;
  /** A run of its own, or the run that the host's calls of the same id share. */
  run(id?: string): SessionRun;
  /** A run whose requests are sent whatever the ledger holds of them. */
  replayRun(): SessionRun;
}

export interface SessionRun {
  readonly run: Run;
  readonly invoke: Invoke;
}

/**
 * The session of a configuration: the same one for the same settings, in the whole process, so that one limit,
 * one ledger and one set of connections serve all threads and instances.
 */
export const openSession = async (config: unknown, purpose: Purpose): Promise<Session | ConnectorError> => {
  const key = sessionKey(config, purpose);
  const open = sessions.get(key);
  sessions.delete(key);
  if (open && open.ledger?.isOpen() !== false) {
    sessions.set(key, open);
    return open;
  }
  const job = await prepareAsking(config, purpose, askOnce(key));
  if (job instanceof ConnectorError) return job;
  const { ledger: file } = job.connection;
  const ledger = file === null ? null : await shareLedger(file);
  if (ledger instanceof ConnectorError) return ledger;
  // Another call may have opened it while the ledger was being read.
  const session = sessions.get(key) ?? createSession(job, ledger);
  sessions.set(key, session);
  for (const oldest of sessions.keys()) if (sessions.size > keptSessions) sessions.delete(oldest);
  return session;
};

const keptSessions = 100;
const sessions = new Map<string, Session>();

const createSession = (job: Job, ledger: SharedLedger | null): Session => {
  const { connection } = job;
  const slots = createSlots(connection.maxConcurrency);
  const underway: Underway = ledger?.underway ?? new Map();
  const call = createInvoke(connection);
  const runs = new Map<string, SessionRun & { usedAt: number }>();

  const start = (onUnknown: OnUnknown): SessionRun => {
    const run = createRun(connection.tolerance);
    const parts = { connection, onUnknown, run, slots, underway, ledger: ledger?.ledger ?? null, call };
    return { run, invoke: composeInvoke(parts) };
  };

  return {
    job,
    ledger: ledger?.ledger ?? null,
    run(id) {
      if (id === undefined) return start(connection.onUnknown);
      for (const [known, { usedAt }] of runs) if (usedAt < Date.now() - idleMs) runs.delete(known);
      const shared = { ...(runs.get(id) ?? start(connection.onUnknown)), usedAt: Date.now() };
      runs.set(id, shared);
      return shared;
    },
    replayRun: () => start("retry"),
  };
};

/** A run that was quiet for so long is over; its id starts a new one. */
const idleMs = 10 * 60_000;
