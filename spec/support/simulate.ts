import { setMaxListeners } from "node:events";
import { ConnectorError } from "../../src/core/errors.js";
import { type Invoke, isFailed } from "../../src/core/invoke.js";
import { composeInvoke } from "../../src/run/compose.js";
import { createSlots } from "../../src/run/concurrency.js";
import type { SharedLedger } from "../../src/run/ledger/shared-ledger.js";
import { createPacer, type ToldQuota } from "../../src/run/pacer/pacer.js";
import { createReservations } from "../../src/run/pacer/reservation.js";
import { createRun } from "../../src/run/run-state.js";
import {
  createQuota,
  isRejected,
  type Quota,
  type Rejection,
} from "../../src/testing/emulator/account-quota.js";
import { answerOf, readPlainly, requestOf } from "./requests.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

export interface Scenario {
  readonly quota: Quota;
  /** Other quotas later, by milliseconds. */
  readonly changes?: readonly (readonly [number, Quota])[];
  /** The share of calls that is throttled whatever the quota, at a time after the start. */
  readonly throttled?: (atMs: number) => number;
  /** The quota that it names then. Default requests. */
  readonly throttledBy?: "tokens";
  readonly rows: number;
  readonly concurrency: number;
  /** Milliseconds from when a call is let in to its answer. */
  readonly latencyMs: number;
  /** How much the latency varies: 1 is from half to one and a half of it. */
  readonly spread?: number;
  /** The shortest time that the way to the service takes, and the way back; 1 by default. */
  readonly wayMs?: number;
  /** Whether the ledger's disk stops now and then, for up to 150 ms. */
  readonly diskStops?: boolean;
  readonly told?: Partial<ToldQuota>;
  readonly maxTokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly seed?: number;
}

export interface Simulated {
  readonly answered: number;
  readonly failed: number;
  readonly calls: number;
  readonly rejected: number;
  readonly wallMs: number;
  /** When each call was let in, milliseconds from the start. */
  readonly admittedAt: readonly number[];
  /** When each call was rejected, likewise. */
  readonly rejectedAt: readonly number[];
  readonly mostInFlight: number;
}

/**
 * Rows through the whole of a run, against the local Bedrock's quota, in virtual time. The way to the service and
 * back takes up to 3 ms more than its shortest time, for the first calls up to 30, and timers are up to 2 ms late, as on a busy machine; the
 * ledger's disk takes up to 4 ms.
 */
export const simulate = async (scenario: Scenario): Promise<Simulated> => {
  const clock = lateTimers(virtualClock(scenario.seed));
  const gate = createQuota(scenario.quota, clock.now);
  for (const [at, quota] of scenario.changes ?? []) clock.after(at, () => gate.change(quota));
  const admittedAt: number[] = [];
  const rejectedAt: number[] = [];
  const seen = { answered: 0, failed: 0, calls: 0, rejected: 0, inFlight: 0, mostInFlight: 0 };
  const { inputTokens = 100, outputTokens = 60, maxTokens = 60, wayMs = 1 } = scenario;

  const call: Invoke = async () => {
    seen.calls++;
    seen.mostInFlight = Math.max(seen.mostInFlight, ++seen.inFlight);
    await pause(clock, wayMs + clock.random() * mostLateMs(seen.calls));
    const byChance = scenario.throttled !== undefined && scenario.throttled(clock.now()) > clock.random();
    const verdict = byChance ? throttledByChance(scenario.throttledBy) : gate.admit(inputTokens, maxTokens);
    if (isRejected(verdict)) {
      seen.rejected++;
      rejectedAt.push(clock.now());
      await pause(clock, wayMs + clock.random() * mostLateMs(seen.calls));
      seen.inFlight--;
      const error =
        verdict.status === 503
          ? "overloaded"
          : /tokens/.test(verdict.message)
            ? "throttled_tokens"
            : "throttled_requests";
      return { error: new ConnectorError(error), attempts: 1 };
    }
    admittedAt.push(clock.now());
    await pause(clock, scenario.latencyMs * (1 + (scenario.spread ?? 0) * (clock.random() - 0.5)));
    verdict.settle(outputTokens);
    await pause(clock, wayMs + clock.random() * mostLateMs(seen.calls));
    seen.inFlight--;
    return answerOf("{}", { inputTokens, outputTokens });
  };

  const invoke = composeInvoke({
    connection: { ceilings: { rows: null, tokens: null, usd: null, prices: null } },
    onUnknown: "hold",
    run: createRun({ count: null, percent: null }),
    slots: createSlots(scenario.concurrency),
    pacer: createPacer({ tokensPerMinute: null, requestsPerMinute: null, ...scenario.told }, clock),
    reservations: createReservations({
      burndown: scenario.quota.burndown ?? 1,
      unlimited: 4096,
      told: false,
    }),
    underway: new Map(),
    ledger: slowLedger(clock, scenario.diskStops ?? false),
    read: readPlainly,
    call,
  });
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  // A body whose size in bytes is its tokens twice over, as the first estimate has it.
  const body = (row: number): string => `${row}`.padEnd(inputTokens * 2, " ");
  // As `enrich` takes rows up: some more than have a slot.
  let taken = 0;
  const takeUp = (): void => {
    if (taken === scenario.rows) return;
    const row = taken++;
    void invoke(requestOf(body(row), { key: `${row}`, maxTokens }), signal).then((result) => {
      if (isFailed(result)) seen.failed++;
      else seen.answered++;
      takeUp();
    });
  };
  for (let row = 0; row < scenario.concurrency * 2; row++) takeUp();
  await clock.run(() => seen.answered + seen.failed === scenario.rows);
  return { ...seen, admittedAt, rejectedAt, wallMs: clock.now() };
};

/** The share of what the quota allowed that was let in, between two times after the start. */
export const goodput = (
  { admittedAt }: Pick<Simulated, "admittedAt">,
  allowed: number,
  fromMs: number,
  toMs: number,
): number => admittedAt.filter((at) => at > fromMs && at <= toMs).length / allowed;

/** The share of rejected calls among all. */
export const wasted = ({ calls, rejected }: Pick<Simulated, "calls" | "rejected">): number =>
  rejected / calls;

/** A ledger that knows no answers. */
const slowLedger = (clock: VirtualClock, stops: boolean): Pick<SharedLedger, "find" | "append" | "hold"> => {
  const writing = slowDisk(clock, stops);
  return {
    hold: async () => () => undefined,
    find: async () => null,
    append: () => pause(clock, writing()),
  };
};

/** How many milliseconds a disk takes for what is written now. All that is written while it stops waits for one moment. */
export const slowDisk = (clock: VirtualClock, stops: boolean): (() => number) => {
  let stopsAt = stops ? clock.random() * 30_000 : Number.POSITIVE_INFINITY;
  let goesOnAt = 0;
  return () => {
    const now = clock.now();
    if (now >= stopsAt) {
      goesOnAt = now + 30 + clock.random() * 120;
      stopsAt = goesOnAt + clock.random() * 30_000;
    }
    return Math.max(goesOnAt - now, 0) + 0.5 + clock.random() * 3.5;
  };
};

const throttledByChance = (quota = "requests"): Rejection => ({
  status: 429,
  type: "ThrottlingException",
  message: `Too many ${quota}.`,
});

const pause = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.after(ms, resolve));

/** How late a call may be, after so many: a process that has just begun makes its first ones late. */
export const mostLateMs = (calls: number): number => (calls > coldCalls ? 3 : 30);

const coldCalls = 5;

/** Timers that are up to 2 ms late, as on a busy machine. */
export const lateTimers = (clock: VirtualClock): VirtualClock => ({
  ...clock,
  after: (ms, task) => clock.after(ms + clock.random() * 2, task),
});
