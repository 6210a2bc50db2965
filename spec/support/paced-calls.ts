import { learnQuota } from "../../src/run/pacer/learned-quota.js";
import { requestTerms, tokenTerms } from "../../src/run/pacer/pacer.js";
import { createReservations } from "../../src/run/pacer/reservation.js";
import { createQuota, isRejected } from "../../src/testing/emulator/account-quota.js";
import { answerOf, requestOf } from "./requests.js";
import { lateTimers, mostLateMs, type Scenario, slowDisk } from "./simulate.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

export interface PacedScenario extends Scenario {
  /** What a rejection asks for. */
  readonly retryAfterMs?: number;
  /** Rows come in jobs of so many, each that long after the one before it has ended. */
  readonly jobs?: { readonly rows: number; readonly pauseMs: number };
}

export interface Paced {
  readonly answered: number;
  readonly calls: number;
  readonly rejected: number;
  readonly wallMs: number;
  /** When each call was let in, milliseconds from the start. */
  readonly admittedAt: readonly number[];
  /** How long each job took. */
  readonly jobsMs: readonly number[];
}

/**
 * What `simulate` does, a hundred times as fast: the two quotas of a pacer between its queues, a ledger's disk, the
 * way to the account's quota and back, as calls and not as promises. A spec holds that both come to the same.
 */
export const paceCalls = (scenario: PacedScenario, seed: number, learn = learnQuota): Paced => {
  const clock = lateTimers(virtualClock(seed));
  const gate = createQuota({ seed, ...scenario.quota }, clock.now);
  for (const [at, quota] of scenario.changes ?? []) clock.after(at, () => gate.change(quota));
  const { inputTokens = 100, outputTokens = 60, maxTokens = 60, wayMs = 1, told = {}, jobs } = scenario;
  const requests = learn({ told: perMs(told.requestsPerMinute), ...requestTerms });
  const tokens = learn({ told: perMs(told.tokensPerMinute), ...tokenTerms });
  const reservations = createReservations({
    burndown: scenario.quota.burndown ?? 1,
    unlimited: 4096,
    told: false,
  });
  const request = requestOf("".padEnd(inputTokens * 2), { maxTokens });
  const answer = answerOf("{}", { inputTokens, outputTokens });
  const writing = slowDisk(clock, scenario.diskStops ?? false);
  const admittedAt: number[] = [];
  const jobsMs: number[] = [];
  let answered = 0;
  let calls = 0;
  let rejected = 0;

  const way = (): number => wayMs + clock.random() * mostLateMs(calls);
  const places = Math.min(scenario.concurrency, jobs?.rows ?? scenario.rows);
  const send = (call: Call): void => {
    calls++;
    clock.after(way(), () => {
      const byChance = scenario.throttled !== undefined && scenario.throttled(clock.now()) > clock.random();
      const verdict = byChance ? null : gate.admit(inputTokens, maxTokens);
      if (verdict === null || isRejected(verdict)) {
        rejected++;
        const ofTokens =
          verdict === null ? scenario.throttledBy === "tokens" : /tokens/.test(verdict.message);
        clock.after(way(), () => reject(call, ofTokens));
        return;
      }
      admittedAt.push(clock.now());
      clock.after(scenario.latencyMs * (1 + (scenario.spread ?? 0) * (clock.random() - 0.5)), () => {
        verdict.settle(outputTokens);
        clock.after(way(), () => end(call));
      });
    });
  };
  const reject = ({ reserved, sentAt }: Call, ofTokens: boolean): void => {
    const now = clock.now();
    const [met, other] = ofTokens ? [tokens, requests] : [requests, tokens];
    const [cost, otherCost] = ofTokens ? [reserved, 1] : [1, reserved];
    met.reject(now, sentAt, cost, scenario.retryAfterMs ?? null);
    other.giveBack(now, sentAt, otherCost);
    advance();
    open();
    entrance.join({ reserved: reservations.reserve(request), sentAt: Number.POSITIVE_INFINITY }, true);
  };
  const end = ({ reserved }: Call): void => {
    const now = clock.now();
    tokens.settle(now, reserved, reservations.settle(request, answer) ?? reserved);
    requests.settle(now, 1, 1);
    answered++;
    advance();
    open();
    takeUp();
  };
  const entrance = createLine<Call>(
    clock,
    ({ reserved }) => Math.max(requests.wait(clock.now(), 1), tokens.wait(clock.now(), reserved)),
    (call) => {
      requests.take(clock.now(), 1);
      tokens.take(clock.now(), call.reserved);
      clock.after(writing(), () => exit.join(call, false));
    },
  );
  const exit = createLine<Call>(
    clock,
    () => Math.max(requests.hold(clock.now()), tokens.hold(clock.now())),
    (call) => {
      call.sentAt = clock.now();
      requests.leave(call.sentAt, 1);
      tokens.leave(call.sentAt, call.reserved);
      send(call);
    },
  );
  const advance = (): void => {
    exit.advance();
    entrance.advance();
  };

  let taken = 0;
  let jobAt = 0;
  /** As a run does: one row goes ahead, and the others once the service has said something of it. */
  let isOpen = false;
  const open = (): void => {
    if (isOpen) return;
    isOpen = true;
    for (let place = 1; place < places; place++) enter();
  };
  /** The next row, if there is one: with its answer the place is free. */
  const takeUp = (): void => {
    const jobEnds = jobs && answered % jobs.rows === 0;
    if (jobEnds) {
      jobsMs.push(clock.now() - jobAt);
      clock.after(jobs.pauseMs, begin);
    } else if (taken % (jobs?.rows ?? Number.POSITIVE_INFINITY) !== 0) enter();
  };
  const enter = (): void => {
    if (taken === scenario.rows) return;
    taken++;
    entrance.join({ reserved: reservations.reserve(request), sentAt: Number.POSITIVE_INFINITY }, false);
  };
  const begin = (): void => {
    jobAt = clock.now();
    for (let place = 0; place < (isOpen ? places : 1); place++) enter();
  };
  begin();
  clock.runAtOnce(() => answered === scenario.rows);
  return { answered, calls, rejected, wallMs: clock.now(), admittedAt, jobsMs };
};

interface Call {
  readonly reserved: number;
  /** Infinity until it has left. */
  sentAt: number;
}

const perMs = (perMinute: number | null = null): number | null =>
  perMinute === null ? null : perMinute / 60_000;

/** The pacer's queue, without promises. */
const createLine = <Item>(clock: VirtualClock, waitFor: (item: Item) => number, go: (item: Item) => void) => {
  const items: Item[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;
  const wake = (ms: number): void => {
    const at = clock.now() + ms;
    if (at >= wakeAt) return;
    wakeAt = at;
    clock.after(Math.ceil(ms), () => {
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      advance();
    });
  };
  const advance = (): void => {
    for (let first = items[0]; first; first = items[0]) {
      const wait = waitFor(first);
      if (wait > 0) {
        wake(wait);
        return;
      }
      items.shift();
      go(first);
    }
  };
  return {
    advance,
    join(item: Item, before: boolean): void {
      if (before) items.unshift(item);
      else items.push(item);
      advance();
    },
  };
};
