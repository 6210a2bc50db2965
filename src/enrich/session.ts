import { hash } from "node:crypto";
import { createInvoke } from "../bedrock/invoke-model.js";
import type { Connection } from "../connection/connection.js";
import { sourceSettings } from "../connection/source-settings.js";
import type { Clock } from "../core/clock.js";
import { ConnectorError } from "../core/errors.js";
import type { Invoke, Underway } from "../core/invoke.js";
import type { OnUnknown } from "../core/outcome.js";
import { burndownOf, limitsOf } from "../models/limits.js";
import { composeInvoke } from "../run/compose.js";
import { createSlots } from "../run/concurrency.js";
import { createPromptCache } from "../run/fill-cache.js";
import { preferFlex } from "../run/flex.js";
import { shareLedger } from "../run/ledger/open-ledgers.js";
import type { SharedLedger } from "../run/ledger/shared-ledger.js";
import type { Pace, Pacer } from "../run/pacer/pacer.js";
import { createReservations } from "../run/pacer/reservation.js";
import { sharedPacer } from "../run/pacer/shared-pacers.js";
import { createLocalPurse, type Purse } from "../run/purse.js";
import type { Delivered } from "../run/record-and-reuse.js";
import { createRun, type Run } from "../run/run-state.js";
import type { Table } from "../tables/open-table.js";
import type { Plan, Purpose } from "./plan.js";
import { readerOf } from "./reader.js";
import { lookUpOnce, resolvePlan } from "./resolve-plan.js";
import { sessionKey } from "./session-key.js";
import { createWriteBack, openPlace, type WriteBack } from "./write-back.js";

/** A plan and what its runs share: everything that a sync's many calls of `write` have in common hangs on it. */
export interface Session {
  readonly plan: Plan;
  readonly ledger: SharedLedger | null;
  /** Resolves when it is worth while to make a row ready: few wait for a call. */
  wantsRows(): Promise<void> | undefined;
  readonly clock: Clock;
  /** At what pace its calls may go. */
  pace(): Pace;
  /** What a run has left under its ceilings, for a door of it. */
  purse(id?: string): Purse;
  /** A run of its own, or the run that the host's calls of the same id share. */
  run(id?: string, door?: RunDoor): SessionRun;
  /** A run whose requests are sent whatever the ledger holds of them. */
  replayRun(): SessionRun;
}

/** What a run shares with what is done beside it. */
export interface RunDoor {
  /** What is left under its ceilings. */
  readonly purse: Purse;
  /** What another way than calls has answered. */
  readonly delivered?: Delivered;
  /** Whether its calls leave the flex tier alone, which may take its time. */
  readonly isHurried?: boolean;
  /** Why the run is over for rows that would be called. */
  readonly ended?: ConnectorError;
  /** Whether the host's other calls of the run go by it, too. */
  readonly lasts?: boolean;
}

interface SessionRun {
  readonly run: Run;
  /** The table that takes the run's enriched rows; `null` where none does. */
  readonly writeBack: WriteBack | null;
  readonly invoke: Invoke;
}

/**
 * The session of a configuration: the same one for the same settings, in the whole process, so that one limit,
 * one ledger and one set of connections serve all threads and instances.
 */
export const openSession = async (config: unknown, purpose: Purpose): Promise<Session | ConnectorError> => {
  const settings = purpose === "read" ? sourceSettings(config) : config;
  const key = sessionKey(settings, purpose);
  const open = sessions.get(key);
  sessions.delete(key);
  if (open && open.ledger?.isOpen() !== false) {
    sessions.set(key, open);
    return (await open.ledger?.refusal()) ?? open;
  }
  const plan = await resolvePlan(settings, purpose, lookUpOnce(key));
  if (plan instanceof ConnectorError) return plan;
  const table = purpose === "enrich" ? await openPlace(plan) : null;
  if (table instanceof ConnectorError) return table;
  const { ledger: file } = plan.connection;
  const ledger = file === null ? null : await shareLedger(file);
  if (ledger instanceof ConnectorError) return ledger;
  // Another call may have opened it while the ledger was being read.
  const session = sessions.get(key) ?? createSession(plan, ledger, table);
  sessions.set(key, session);
  for (const oldest of sessions.keys()) if (sessions.size > keptSessions) sessions.delete(oldest);
  return session;
};

const keptSessions = 100;
const sessions = new Map<string, Session>();

/** A session of its own, on what it is given. Its time is the pacer's. */
export const createSession = (
  plan: Plan,
  ledger: SharedLedger | null,
  table: Table | null = null,
  pacer: Pacer = sharedPacer(plan.connection),
): Session => {
  const { connection } = plan;
  const slots = createSlots(ledger ? withSpare(connection.maxConcurrency) : connection.maxConcurrency);
  const underway: Underway = ledger?.underway ?? new Map();
  const read = readerOf(plan);
  const { isFlexible } = plan;
  const wire = createInvoke(isFlexible ? patient(connection) : connection, read);
  const call = isFlexible ? preferFlex(pacer.clock, wire) : wire;
  const burndown = burndownOf(...connection.candidateModelIds);
  const told = connection.quota.tokensPerMinute !== null;
  const unlimited = plan.family?.vector
    ? 0
    : (limitsOf(...connection.candidateModelIds)?.output ?? unknownOutputLimit);
  const reservations = createReservations({ burndown, unlimited, told });
  const cacheable = connection.promptCache === "auto" && typeof plan.promptCache !== "string";
  const promptCache = cacheable ? createPromptCache() : undefined;
  const runs = new Map<string, LastingRun>();
  // A call that is open is not quiet.
  const quietMs = Math.max(idleMs, 2 * connection.requestTimeoutMs);
  const purses = new Map<string, Purse>();
  const purseOf = (id: string | undefined): Purse => {
    if (id === undefined) return createLocalPurse(connection.ceilings);
    const known = purses.get(id) ?? ledger?.purse?.(nameOf(id, plan), connection.ceilings, quietMs);
    const purse = known ?? createLocalPurse(connection.ceilings);
    purses.set(id, purse);
    return purse;
  };

  const start = (onUnknown: OnUnknown, id?: string, door?: RunDoor): SessionRun => {
    const run = createRun(connection.tolerance, reservations.advice);
    if (door?.ended) run.end(door.ended.code, door.ended.detail);
    const shared = {
      connection,
      slots,
      pacer,
      reservations,
      underway,
      ledger,
      read,
      call: door?.isHurried ? wire : call,
      promptCache,
      leaseMs: (isFlexible ? patient(connection) : connection).requestTimeoutMs + leaseSpareMs,
      purse: door?.purse ?? purseOf(id),
      delivered: door?.delivered,
    };
    return {
      run,
      writeBack: table && createWriteBack(plan, table, run),
      invoke: composeInvoke({ ...shared, onUnknown, run }),
    };
  };
  const startRun = (id?: string, door?: RunDoor): SessionRun => start(connection.onUnknown, id, door);
  return {
    plan,
    ledger,
    wantsRows: slots.wantsRows,
    clock: pacer.clock,
    pace: pacer.pace,
    purse: purseOf,
    run(id, door) {
      if (id === undefined || (door && !door.lasts)) return startRun(id, door);
      for (const [known, { isOver }] of runs)
        if (isOver()) {
          runs.delete(known);
          purses.delete(known);
        }
      const shared = runs.get(id) ?? createLasting(startRun(id, door), pacer.clock);
      runs.set(id, shared);
      return shared;
    },
    replayRun: () => start("retry"),
  };
};

/** A run that the host comes back to. */
interface LastingRun extends SessionRun {
  /** Whether it was quiet for long: no row of it has come, waited or ended. */
  isOver(): boolean;
}

const createLasting = (started: SessionRun, { date }: Pick<Clock, "date">): LastingRun => {
  let rows = 0;
  let usedAt = date();
  return {
    ...started,
    isOver: () => rows === 0 && usedAt < date() - idleMs,
    async invoke(request, stop) {
      rows++;
      try {
        return await started.invoke(request, stop);
      } finally {
        rows--;
        usedAt = date();
      }
    },
  };
};

/** The same for the runs of an id in all processes that send to the same place. */
const nameOf = (id: string, { routeKey }: Plan): string =>
  hash("sha256", JSON.stringify([id, routeKey]), "hex").slice(0, 32);

/**
 * While a row's intent or answer is on its way to the disk, another one may use its connection. The transport opens
 * no more connections than `max_concurrency`, so that is still the most of calls that are open.
 */
const withSpare = (maxConcurrency: number): number => maxConcurrency + Math.floor(maxConcurrency / 8);

/** The flex tier has no speed to keep to, and an answer that is given up is perhaps paid for. */
const patient = (connection: Connection): Connection => ({
  ...connection,
  requestTimeoutMs: Math.max(connection.requestTimeoutMs, 15 * 60_000),
});

/** Between an intent and the end of its call there is more than the call. */
const leaseSpareMs = 60_000;

/** For models whose own output limit is not known. */
const unknownOutputLimit = 4096;

/** A run that was quiet for so long is over; its id starts a new one. */
const idleMs = 10 * 60_000;
