import { createBelief } from "./belief.js";
import { type Blackout, darken, hasLeft, longestAskedMs, type Probe, timeLeft } from "./blackout.js";
import { createDemand } from "./demand.js";
import { createEcho } from "./echo.js";
import type { Quota, QuotaTerms } from "./quota.js";
import { type Cycle, climb, isSlow, planCycle, raiseCycle, type Stretch } from "./quota-cycle.js";
import { createRefusals } from "./refusals.js";
import { createSpacing } from "./spacing.js";

/** A quota whose rate is learned, as the README of this room tells; a told rate is its ceiling. */
export const learnQuota = ({ told, start, savedMs, burstMs }: QuotaTerms): Quota => {
  const ceiling = told ?? Number.POSITIVE_INFINITY;
  let rate = told ?? start;
  let level = Number.POSITIVE_INFINITY;
  /** What was granted and has not left, and what has left and has not ended. */
  let [held, flying] = [0, 0];
  let at: number | null = null;
  const demand = createDemand();
  let stretch: Stretch = { from: 0, spent: 0, probed: 0, calls: 0 };
  let cycle: Cycle | null = null;
  let dark: Blackout | null = null;
  let rateBefore = rate;
  const belief = createBelief();
  /** A call sets aside more than it takes, as of tokens, so that what goes in tells little of the rate. */
  const setsAside = savedMs > 0;
  const { chance } = belief;
  /** What a bucket saved up while nobody called goes at once: so many calls. */
  let saved = 0;
  let looked = 0;
  /** The service asked for a rest. */
  let restUntil = Number.NEGATIVE_INFINITY;
  const refusals = createRefusals();
  // A told quota is never passed, so nothing catches up there.
  const spacing = createSpacing(told === null);
  /** Rejections of calls that started before the last one was known say nothing new. */
  let knownAt = Number.NEGATIVE_INFINITY;
  const echo = createEcho();

  /** What went in beyond the estimate. */
  const debtAt = (now: number): number =>
    cycle ? stretch.spent - stretch.probed - cycle.quota * (now - stretch.from) : 0;
  /** The pace of what is sent: what chance rejects is sent again; in the slow half less, so that its end shows. */
  const sent = (): number => {
    const passing = 1 - chance();
    const pace = rate / (isSlow(cycle, rate) ? Math.sqrt(passing) : passing);
    return Math.min(ceiling, saved >= 1 ? pace * hurry : pace);
  };

  /** Where the estimate is below all that is believable, it is raised to that. */
  const raise = (now: number): void => {
    if (cycle === null || dark || refusals.inWindows(now)) return;
    const raised = raiseCycle(cycle, belief);
    if (raised === cycle) return;
    cycle = raised;
    if (cycle === null) return;
    rate = Math.min(ceiling, Math.max(rate, cycle.rate));
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
      rate = Math.min(
        ceiling,
        climb(rate, cycle, { debt: debtAt(now), passed, patient: refusals.inWindows(now) }),
      );
    }
    level += sent() * passed;
  };

  /** How far behind a call the next one leaves: at once, where a quota may save calls up or where none has been met. */
  const gapAfter = (cost: number): number =>
    setsAside || (told === null && cycle === null) ? 0 : cost / sent();

  /** The probe was let in: a new stretch begins with it. */
  const relight = (ended: Blackout, { sentAt, cost }: Probe): void => {
    spacing.hold(sentAt + gapAfter(cost));
    // Where nothing was held back, the quota is at least what went in, of which a full bucket may have held some.
    const least = Math.max(stretch.spent, 0) / (ended.since - stretch.from + burstMs);
    const why = refusals.why(ended, sentAt, cost / (rate < Number.POSITIVE_INFINITY ? rate : least));
    if (why === "everything was refused") {
      // It did not depend on the pace, so it taught nothing.
      const refusedMs = sentAt - ended.since;
      belief.drop();
      rate = rateBefore;
      level = Math.min(level, 0);
      stretch = { ...stretch, from: stretch.from + refusedMs };
      return;
    }
    const windowed = why === "a window ended";
    if (windowed) belief.drop();
    else belief.takeIn(sentAt);
    stretch = { ...stretch, spent: stretch.spent - cost, calls: stretch.calls - 1 };
    cycle = planCycle(cycle, {
      stretch,
      ended,
      cost,
      flying,
      rate,
      burstMs,
      belief: windowed || setsAside ? null : belief,
      chance: chance(),
    });
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
    const left = timeLeft(dark, now, echo.waitMs());
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
      if (dark) demand.asked(true);
      if (dark || rate === Number.POSITIVE_INFINITY) return left;
      level = Math.min(level, Math.max(savedMs * rate, cost + lateMs * rate));
      demand.asked(cost - level > rounding);
      return demand.binding() ? (cost - level) / sent() : 0;
    },
    take(now, cost) {
      advance(now);
      const restedMs = demand.granted(now, cost / rate, dark !== null);
      stretch.from += restedMs;
      if (restedMs > 0 && cycle && !setsAside) {
        saved = surely * Math.min(belief.holds(now), cycle.quota * Math.min(restedMs, burstMs));
        stretch.from -= saved / cycle.quota;
      }
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
      saved = Math.max(0, saved - 1);
      belief.left(now);
      if (dark) dark = { ...dark, probe: { sentAt: now, cost } };
      else {
        belief.takeIn(now - echo.waitMs());
        if (!setsAside && ++looked % lookEvery === 0) raise(now);
      }
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
        belief.unsaid(sentAt);
      }
      if (dark?.probe?.sentAt === sentAt) dark = { ...dark, probe: null };
    },
    reject(now, sentAt, cost, retryAfterMs) {
      const meanCost = stretch.calls > 0 ? Math.max(stretch.spent, 0) / stretch.calls : cost;
      advance(now);
      flying -= cost;
      stretch.spent -= cost;
      stretch.calls--;
      echo.came(now - sentAt);
      belief.rejected(sentAt);
      if (sentAt < knownAt) {
        level += cost;
        return;
      }
      if (!dark) {
        if (retryAfterMs !== null && chance() < littleChance)
          restUntil = Math.max(restUntil, now + Math.min(retryAfterMs, longestAskedMs));
        const empty = belief.takeIn(now - echo.waitMs());
        // Past the slow half a bucket is expected to run empty, so what is not chance is that.
        const expected = cycle !== null && !isSlow(cycle, rate) && chance() < littleChance;
        // What chance rejects is not given back to the level: the pace is that of what is sent.
        if (empty < (cost > muchMore * meanCost ? hardly : enough) && !expected) return raise(now);
        rateBefore = rate;
      }
      level = Math.min(level + cost, cost);
      knownAt = now;
      dark = darken(dark, { now, sentAt, retryAfterMs, callMs: meanCost / rate, first: cycle === null });
    },
  };
};

/** How late a timer may be for the next calls to make up for it. */
const lateMs = 50;
/** Less chance than this is none: a rest that is asked for is given, and past the slow half each rejection is a finding. */
const littleChance = 0.01;

/** A rejection is a finding when it is at least so likely that the bucket was empty. */
const enough = 0.65;
/** Where a call sets aside so many times what it takes, what went in tells so little that nearly every rejection is one. */
const muchMore = 2;
const hardly = 0.1;
/** Whether the estimate is too low is looked at after so many calls. */
const lookEvery = 8;
/** How much of what a bucket surely holds is counted upon, and by how much faster it goes. */
const surely = 0.8;
const hurry = 8;

/** Sums of small refills fall short of whole numbers. */
const rounding = 1e-6;
