import { type Blackout, darken, hasLeft, longestAskedMs, type Probe, timeLeft } from "./blackout.js";
import { createDemand } from "./demand.js";
import { certainty, createEvidence, type Finding } from "./evidence.js";
import type { Quota, QuotaTerms } from "./quota.js";
import {
  type Cycle,
  climb,
  isSlow,
  isSurging,
  phaseOf,
  planCycle,
  type Stretch,
  takeUp,
} from "./quota-cycle.js";
import { createRefusals } from "./refusals.js";
import { createSpacing } from "./spacing.js";

/** A quota whose rate is learned, as the README of this room tells; a told rate is its ceiling. */
export const learnQuota = ({ told, start, savedMs, burstMs }: QuotaTerms): Quota => {
  const ceiling = told ?? Number.POSITIVE_INFINITY;
  let rate = told ?? start;
  let level = Number.POSITIVE_INFINITY;
  /** What was granted and has not left, and what has left and has not ended. */
  let held = 0;
  let flying = 0;
  let at: number | null = null;
  const demand = createDemand();
  let stretch: Stretch = { from: 0, spent: 0, probed: 0, calls: 0 };
  let cycle: Cycle | null = null;
  let surge: { from: number; spent: number } | null = null;
  let dark: Blackout | null = null;
  /** What was known before the last finding that may yet prove to be chance. */
  let trusted: { readonly cycle: Cycle | null; readonly rate: number } = { cycle, rate };
  /** What was found when it became dark, and the pace before. */
  let found: Finding = { rejected: 1, calls: 1, pace: null };
  let rateBefore = rate;
  // A call of tokens sets aside more than it takes, and a minute's worth is saved up: there is no telling by share.
  const evidence = savedMs > 0 ? certainty : createEvidence();
  /** The service asked for a rest. */
  let restUntil = Number.NEGATIVE_INFINITY;
  const refusals = createRefusals();
  // A told quota is never passed, so nothing catches up there.
  const spacing = createSpacing(told === null ? catchUp : 1);
  /** Rejections of calls that started before the last one was known say nothing new. */
  let knownAt = Number.NEGATIVE_INFINITY;
  /** How long the service takes to reject a call. */
  let echoMs = 5;

  /** What went in beyond the estimate. */
  const debtAt = (now: number): number =>
    cycle ? stretch.spent - stretch.probed - cycle.quota * (now - stretch.from) : 0;
  /** The pace of what is sent: what chance rejects is sent again; in the slow half less, so that its end shows. */
  const sent = (): number => {
    const passing = 1 - evidence.chance();
    return Math.min(ceiling, rate / (isSlow(cycle, rate, at ?? 0) ? Math.sqrt(passing) : passing));
  };

  /** The estimate came of chance: what was known before holds again. */
  const revoke = (now: number): void => {
    const { cycle: before, rate: pace } = trusted;
    if (cycle === null || (before && before.quota < cycle.quota)) return;
    surge = null;
    cycle = before && takeUp(before, now, evidence.chance());
    rate = Math.min(ceiling, cycle?.rate ?? Math.max(rate, pace));
    if (cycle === null) return;
    level = Math.min(level, 0);
    stretch = { from: now, spent: 0, probed: 0, calls: 0 };
  };

  const advance = (now: number): void => {
    if (at === null) {
      stretch.from = now;
      refusals.start(now);
    }
    const passed = now - (at ?? now);
    at = now;
    if (rate === Number.POSITIVE_INFINITY) return;
    if (demand.binding() && !dark) {
      const debt = debtAt(now);
      if (cycle && isSurging(cycle, debt, now)) surge ??= { from: now, spent: stretch.spent };
      rate = Math.min(ceiling, climb(rate, cycle, { debt, now, passed }));
    }
    level += sent() * passed;
  };

  /**
   * How far behind a call the next one leaves. A quota that may save calls up need not see them one by one, and
   * where none has been met there is nothing to keep to.
   */
  const gapAfter = (cost: number): number =>
    savedMs > 0 || (told === null && cycle === null) ? 0 : cost / sent();

  /** The probe was let in: a new stretch begins with it. */
  const relight = (ended: Blackout, { sentAt, cost }: Probe): void => {
    spacing.hold(sentAt + gapAfter(cost));
    evidence.ended(ended.rejections);
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
    cycle = planCycle(cycle, {
      stretch,
      ended,
      cost,
      flying,
      rate,
      burstMs,
      surge,
      found,
      chance: evidence.chance(),
    });
    evidence.rely(found);
    surge = null;
    rate = Math.min(ceiling, cycle.rate);
    level = Math.min(level, cycle.level - held);
    spacing.hold(sentAt + gapAfter(cost));
    stretch =
      cycle.restart === null
        ? { ...stretch, spent: stretch.spent + cost, calls: stretch.calls + 1 }
        : { from: cycle.restart, spent: cost, probed: Math.min(cost, cycle.meanCost), calls: 1 };
  };

  /** How long nothing goes in, but for one probe when its time has come. */
  const darkFor = (now: number): number => {
    if (dark === null) return 0;
    const left = timeLeft(dark, now, echoMs);
    if (left > 0 || dark.probe === null) return left;
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
      if (now < restUntil) {
        level = Math.min(level, cost);
        return restUntil - now;
      }
      const left = darkFor(now);
      if (dark) return left;
      if (rate === Number.POSITIVE_INFINITY) return 0;
      level = Math.min(level, Math.max(savedMs * rate, cost + lateMs * rate));
      demand.asked(cost - level > rounding);
      return demand.binding() ? (cost - level) / sent() : 0;
    },
    take(now, cost) {
      advance(now);
      const restedMs = demand.granted(now, cost / rate, dark !== null);
      stretch.from += restedMs;
      evidence.rested(restedMs);
      level -= cost;
      held += cost;
      if (dark) dark = { ...dark, probe: { sentAt: Number.POSITIVE_INFINITY, cost } };
    },
    hold(now) {
      advance(now);
      // Of the calls that were granted, the first to leave is the probe.
      if (dark?.probe && !hasLeft(dark.probe)) return 0;
      const left = darkFor(now);
      return dark ? left : Math.max(spacing.wait(now), restUntil - now);
    },
    leave(now, cost) {
      demand.left(now);
      held -= cost;
      flying += cost;
      stretch.spent += cost;
      stretch.calls++;
      if (dark) dark = { ...dark, probe: { sentAt: now, cost } };
      else if (evidence.left(phaseOf(cycle, rate, now), now)) revoke(now);
      spacing.left(now, gapAfter(cost));
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
      advance(now);
      flying -= cost;
      stretch.spent -= cost;
      stretch.calls--;
      echoMs += (now - sentAt - echoMs) * echoWeight;
      if (sentAt < knownAt) {
        level += cost;
        return;
      }
      if (!dark) {
        const unsure = evidence.unsure();
        const verdict = evidence.rejected(sentAt, cost / rate);
        if (verdict === "chance") return revoke(now);
        if (retryAfterMs !== null && evidence.chance() < littleChance)
          restUntil = Math.max(restUntil, now + Math.min(retryAfterMs, longestAskedMs));
        // What chance rejects is not given back to the level: the pace is that of what is sent.
        if (verdict === null) return;
        found = verdict;
        rateBefore = rate;
        // What was found in the fast half of a cycle that nothing speaks against confirms the last estimate.
        if (cycle === null || (found.pace === null && !unsure)) trusted = { cycle, rate };
      }
      level = Math.min(level + cost, cost);
      knownAt = now;
      dark = darken(dark, { now, sentAt, retryAfterMs, callMs, first: cycle === null });
    },
  };
};

/** A call that leaves late shortens the distance to the next one to this share. */
const catchUp = 0.95;
/** How late a timer may be for the next calls to make up for it. */
const lateMs = 50;
/** How much the last rejection counts for how long they take. */
const echoWeight = 0.3;

/** A service that asks for a rest is given one, as long as it is not known to reject by chance. */
const littleChance = 0.01;

/** Sums of small refills fall short of whole numbers. */
const rounding = 1e-6;
