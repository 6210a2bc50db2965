import { type Blackout, darken, hasLeft, type Probe, settledAt } from "./blackout.js";
import type { Quota } from "./quota.js";
import { type Cycle, climb, isSurging, planCycle, type Stretch } from "./quota-cycle.js";
import { createRefusals } from "./refusals.js";

interface QuotaTerms {
  /** Units a millisecond that are never exceeded, because the user told the quota. */
  readonly told: number | null;
  /** Units a millisecond to start with where none was told; infinity holds nothing back before a rejection. */
  readonly start: number;
  /** How much may be saved up and spent at once, in milliseconds of the quota. */
  readonly savedMs: number;
  /** What the service's own bucket is taken to hold when it is full, in milliseconds of the quota. */
  readonly burstMs: number;
}

/**
 * A quota whose rate is learned from what the service lets in and what it rejects; a told rate is its ceiling.
 *
 * Two rejections both find the account's bucket empty, so what went in between them, by time, is its quota. Each
 * cycle starts a little under that estimate and climbs a little over it: the bucket runs empty about once a cycle,
 * and one rejection is the price of knowing that nothing changed. Where it should have run empty and did not, the
 * quota has risen, and the pace doubles until it meets it.
 */
export const learnQuota = ({ told, start, savedMs, burstMs }: QuotaTerms): Quota => {
  const ceiling = told ?? Number.POSITIVE_INFINITY;
  let rate = told ?? start;
  let level = Number.POSITIVE_INFINITY;
  /** What was granted and has not left, and what has left and has not ended. */
  let held = 0;
  let flying = 0;
  let at: number | null = null;
  /** A call waits for this quota: only then does a higher rate mean anything. */
  let binding = false;
  /** When a call was last granted or left. */
  let busyAt = Number.POSITIVE_INFINITY;
  let stretch: Stretch = { from: 0, spent: 0, probed: 0, calls: 0 };
  let cycle: Cycle | null = null;
  let surge: { from: number; spent: number } | null = null;
  let dark: Blackout | null = null;
  /** The pace before it became dark. */
  let rateBefore = rate;
  const refusals = createRefusals();
  /** When the next granted call may leave. */
  let leaveAt = Number.NEGATIVE_INFINITY;
  /** Rejections of calls that started before the last one was known say nothing new. */
  let knownAt = Number.NEGATIVE_INFINITY;
  /** How long the service takes to reject a call. */
  let echoMs = 5;

  const advance = (now: number): void => {
    if (at === null) {
      stretch.from = now;
      refusals.start(now);
    }
    const passed = now - (at ?? now);
    at = now;
    if (rate === Number.POSITIVE_INFINITY) return;
    if (binding && !dark) {
      const debt = cycle ? stretch.spent - stretch.probed - cycle.quota * (now - stretch.from) : 0;
      if (cycle && isSurging(cycle, debt, now)) surge ??= { from: now, spent: stretch.spent };
      rate = Math.min(ceiling, climb(rate, cycle, { debt, now, passed }));
    }
    level += rate * passed;
  };

  /** Calls that were kept from leaving catch up a little, but for a told quota, which is never passed. */
  const catchUp = told === null ? 0.95 : 1;

  /**
   * How far behind a call the next one leaves. A quota that may save calls up need not see them one by one, and
   * where none has been met there is nothing to keep to.
   */
  const gapAfter = (cost: number): number =>
    savedMs > 0 || (told === null && cycle === null) ? 0 : cost / rate;

  /** The probe was let in: a new stretch begins with it. */
  const relight = (ended: Blackout, { sentAt, cost }: Probe): void => {
    leaveAt = sentAt + gapAfter(cost);
    const refusedMs = refusals.passed(ended, sentAt, cost / rate);
    if (refusedMs > 0 && rateBefore < Number.POSITIVE_INFINITY) {
      // It did not depend on the pace, so it taught nothing.
      rate = rateBefore;
      level = Math.min(level, 0);
      stretch = { ...stretch, from: stretch.from + refusedMs };
      if (cycle) cycle = { ...cycle, doubtAt: cycle.doubtAt + refusedMs };
      return;
    }
    stretch = { ...stretch, spent: stretch.spent - cost, calls: stretch.calls - 1 };
    cycle = planCycle(cycle, { stretch, ended, cost, flying, rate, burstMs, surge });
    surge = null;
    rate = Math.min(ceiling, cycle.rate);
    level = Math.min(level, cycle.level - held);
    leaveAt = sentAt + gapAfter(cost);
    stretch =
      cycle.restart === null
        ? { ...stretch, spent: stretch.spent + cost, calls: stretch.calls + 1 }
        : { from: cycle.restart, spent: cost, probed: Math.min(cost, cycle.meanCost), calls: 1 };
  };

  /** How late a timer may be for the next calls to make up for it. */
  const lateMs = (): number => (told !== null || cycle?.even ? 20 : 50);

  /** How long nothing goes in, but for one probe when its time has come. */
  const darkFor = (now: number): number => {
    if (dark === null) return 0;
    if (dark.probe === null) return Math.max(0, dark.probeAt - now);
    // When it leaves or is given back, all that wait look again by themselves.
    if (!hasLeft(dark.probe)) return lookAgainMs;
    const left = settledAt(dark.probe, echoMs) - now;
    if (left > 0) return left;
    relight(dark, dark.probe);
    dark = null;
    return 0;
  };

  const settle = (now: number, cost: number, taken: number): void => {
    advance(now);
    flying -= cost;
    stretch.spent += taken - cost;
    level -= taken - cost;
  };

  return {
    pace: () => told ?? cycle?.quota ?? null,
    wait(now, cost) {
      // A rested account may hold nothing: the first call goes alone.
      if (at === null && rate !== Number.POSITIVE_INFINITY) level = Math.max(savedMs * rate, cost);
      advance(now);
      const left = darkFor(now);
      if (dark) return left;
      if (rate === Number.POSITIVE_INFINITY) return 0;
      level = Math.min(level, Math.max(savedMs * rate, cost + lateMs() * rate));
      binding = cost - level > rounding;
      return binding ? (cost - level) / rate : 0;
    },
    take(now, cost) {
      advance(now);
      // Nobody asked for the quota meanwhile, so that time says nothing of it.
      if (!binding && !dark)
        stretch.from += Math.max(0, now - busyAt - Math.max(idleMs, (1.2 * cost) / rate));
      busyAt = now;
      level -= cost;
      held += cost;
      binding = false;
      if (dark) dark = { ...dark, probe: { sentAt: Number.POSITIVE_INFINITY, cost } };
    },
    hold(now) {
      advance(now);
      // Of the calls that were granted, the first to leave is the probe.
      if (dark?.probe && !hasLeft(dark.probe)) return 0;
      const left = darkFor(now);
      return dark ? left : Math.max(0, leaveAt - now);
    },
    leave(now, cost) {
      busyAt = now;
      held -= cost;
      flying += cost;
      stretch.spent += cost;
      stretch.calls++;
      if (dark) dark = { ...dark, probe: { sentAt: now, cost } };
      const gap = gapAfter(cost);
      leaveAt = Math.max(leaveAt, now - Math.max(lateExitMs, gap - catchUp * gap)) + catchUp * gap;
    },
    settle,
    unknown(now, cost) {
      // A told quota is never passed, so there it took all; else it took what the others did.
      settle(now, cost, told === null && cycle ? Math.min(cost, cycle.meanCost) : cost);
    },
    giveBack(now, sentAt, cost) {
      if (sentAt === Number.POSITIVE_INFINITY) {
        level += cost;
        held -= cost;
      } else {
        settle(now, cost, 0);
        stretch.calls--;
      }
      if (dark?.probe?.sentAt === sentAt) dark = { ...dark, probe: null };
    },
    reject(now, sentAt, cost, retryAfterMs) {
      const callMs = (stretch.calls > 0 ? Math.max(stretch.spent, 0) / stretch.calls : cost) / rate;
      settle(now, cost, 0);
      stretch.calls--;
      echoMs += (now - sentAt - echoMs) * 0.3;
      if (sentAt < knownAt) return;
      knownAt = now;
      if (!dark) rateBefore = rate;
      level = Math.min(level, cost);
      dark = darken(dark, {
        now,
        sentAt,
        retryAfterMs,
        callMs,
        first: cycle === null,
      });
    },
  };
};

/** Between two calls that nothing held back, more than this, and than a call takes at this pace, is a pause. */
const idleMs = 200;

const lookAgainMs = 1000;

/** Timers are late by about so much; the next call to leave makes up for it. */
const lateExitMs = 2;

/** Sums of small refills fall short of whole numbers. */
const rounding = 1e-6;
