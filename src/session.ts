import pLimit from "p-limit";
import { createInvoke } from "./bedrock/invoke.js";
import { judgeAnswer } from "./enrich.js";
import { ConnectorError } from "./errors.js";
import { burndownOf } from "./families/burndown.js";
import { limitsOf } from "./families/limits.js";
import type { Invocation, Invoke, InvokeRequest } from "./invoke.js";
import type { Job, Purpose } from "./job.js";
import type { Ledger } from "./ledger/ledger.js";
import { type SharedLedger, shareLedger } from "./ledger/shared.js";
import type { OnUnknown } from "./outcome.js";
import { askOnce, prepareAsking } from "./prepare.js";
import { composeInvoke } from "./run/compose.js";
import { insist, type Judgement } from "./run/insist.js";
import { createSlots } from "./run/limit.js";
import { pacerOf } from "./run/pacers.js";
import { createReservations } from "./run/reservation.js";
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
  const slots = createSlots(ledger ? withSpare(connection.maxConcurrency) : connection.maxConcurrency);
  const connections = pLimit(connection.maxConcurrency);
  const underway: Underway = ledger?.underway ?? new Map();
  const call = createInvoke(connection);
  const pacer = pacerOf(connection);
  const burndown = burndownOf(job.family, ...connection.familyHints);
  const told = connection.quota.tokensPerMinute !== null;
  const unlimited = job.family?.vector
    ? 0
    : (limitsOf(...connection.familyHints)?.output ?? unknownOutputLimit);
  const reservations = createReservations({ burndown, unlimited, told });
  const runs = new Map<string, SessionRun & { usedAt: number }>();

  const judge = (request: InvokeRequest, answer: Invocation): Judgement => judgeAnswer(job, request, answer);

  const start = (onUnknown: OnUnknown, retries: number): SessionRun => {
    const run = createRun(connection.tolerance, reservations.advice);
    const ownLedger = ledger?.ledger ?? null;
    const parts = {
      connection,
      onUnknown,
      run,
      slots,
      connections,
      pacer,
      reservations,
      underway,
      ledger: ownLedger,
      call,
    };
    return { run, invoke: insist(retries, judge, composeInvoke(parts)) };
  };
  const startRun = (): SessionRun => start(connection.onUnknown, job.ask ? connection.schemaRetries : 0);

  return {
    job,
    ledger: ledger?.ledger ?? null,
    run(id) {
      if (id === undefined) return startRun();
      for (const [known, { usedAt }] of runs) if (usedAt < Date.now() - idleMs) runs.delete(known);
      const shared = { ...(runs.get(id) ?? startRun()), usedAt: Date.now() };
      runs.set(id, shared);
      return shared;
    },
    replayRun: () => start("retry", 0),
  };
};

/**
 * While a row's intent or answer is on its way to the disk, another one may use its connection. The transport opens
 * no more connections than `max_concurrency`, so that is still the most of calls that are open.
 */
const withSpare = (maxConcurrency: number): number => maxConcurrency + Math.floor(maxConcurrency / 8);

/** For models whose own output limit is not known. */
const unknownOutputLimit = 4096;

/** A run that was quiet for so long is over; its id starts a new one. */
const idleMs = 10 * 60_000;
