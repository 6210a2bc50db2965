import type { Belief } from "./belief.js";
import { type Blackout, isLong } from "./blackout.js";

/** What went in since the account's bucket was last found empty. */
export interface Stretch {
  from: number;
  /** Units, without what was given back. */
  spent: number;
  /** Of these, the probe's, with which it began. */
  probed: number;
  calls: number;
}

/** What a stretch taught, and how the pace goes until the next rejection. Rates are units a millisecond. */
export interface Cycle {
  readonly quota: number;
  /** The pace to begin with, how fast it climbs (a millisecond), and how far. */
  readonly rate: number;
  readonly slope: number;
  readonly top: number;
  /** How much may go in beyond the estimate before it is certain that the quota has risen. */
  readonly slack: number;
  /** A call sets aside more than it takes in the end, so that one rejection says little. */
  readonly coarse: boolean;
  /** How much went in beyond the estimate before a rejection came, now or, fading, earlier. */
  readonly burst: number;
  readonly meanCost: number;
  /** In calls, how long the pace climbs until it has met its estimate. */
  readonly length: number;
  /** The quota has fallen lately. */
  readonly fell: boolean;
  /** It may be any quota above the estimate: the pace surges until it meets it. */
  readonly open: boolean;
  /** What the bucket may hold now. */
  readonly level: number;
  /** When the next stretch begins; `null` lets the present one go on. */
  readonly restart: number | null;
}

interface Observation {
  readonly stretch: Readonly<Stretch>;
  readonly ended: Blackout;
  /** What one call sets aside. */
  readonly cost: number;
  /** What open calls have set aside. */
  readonly flying: number;
  /** The pace that met the rejection. */
  readonly rate: number;
  /** What a full bucket is taken to hold, in milliseconds of the quota: the first stretch began with it. */
  readonly burstMs: number;
  /** What is believed of the quota; `null` where it is counted in another way. */
  readonly belief: Pick<Belief, "quantile" | "chance"> | null;
  /** The share of calls that is rejected by chance. */
  readonly chance: number;
}

/** Judges a stretch that a rejection ended, and plans the next. */
export const planCycle = (before: Cycle | null, seen: Observation): Cycle => {
  const { stretch, ended, cost, flying, belief } = seen;
  const { spent, calls } = stretch;
  const meanCost = calls > 0 && spent > 0 ? spent / calls : (before?.meanCost ?? cost);
  const coarse = cost > meanCost;
  const until = isLong(ended) ? ended.lastRejectedAt : ended.since;
  const few = before !== null && spent < fewestCalls * cost;
  const judged = few ? before.quota : judgeCycle(before, seen, { until, meanCost, coarse });
  const quota = belief === null ? judged : within(belief, judged);
  // What so few calls cannot tell, what is believed may.
  const unsure = few && quota >= fallen * before.quota;

  const beyond =
    belief === null && (before || isLong(ended)) ? spent - quota * (ended.since - stretch.from) : 0;
  const burst = Math.max((before?.burst ?? 0) / 2, beyond);
  // Short cycles while little is known, then longer ones.
  const most = before === null ? firstCalls : mostCalls;
  // What has fallen may rise as soon, where a neighbour comes and goes, so it is put to the test more often.
  const fell =
    before !== null &&
    !unsure &&
    (quota < fallen * before.quota ||
      (before.fell && before.length < mostCalls && fallen * quota < before.quota));
  const planned = Math.min(most, Math.max(fewestPlanned, ((fell ? growthFallen : growth) * spent) / cost));
  const length = unsure ? before.length : planned;
  const lengthMs = Math.max(length < mostCalls ? 0 : shortestMs, (length * cost) / quota);
  const swing = Math.max(swingAt(seen.chance), (swingCalls * cost) / (quota * lengthMs));
  return {
    ...course(quota, swing, lengthMs),
    slack: Math.max(cost, burst),
    coarse,
    burst,
    meanCost,
    length,
    fell,
    open: false,
    // The probe fitted in. One mean cost is left alone, since a call that does not fit waits for a long time.
    level: coarse ? Math.max(0, cost - meanCost - flying) - meanCost : 0,
    restart: unsure ? null : until,
  };
};

/** What was judged, as far as it is believable. */
const within = (belief: Pick<Belief, "quantile">, judged: number): number => {
  const least = belief.quantile(unlikely) / finer;
  const most = belief.quantile(1 - unlikely) * finer;
  return least < Number.POSITIVE_INFINITY ? Math.max(least, Math.min(most, judged)) : judged;
};

/** The same cycle, or one at a higher estimate where this one is below all that is believable; `null` where there is no quota. */
export const raiseCycle = (cycle: Cycle, belief: Pick<Belief, "quantile" | "chance">): Cycle | null => {
  const quota = belief.quantile(unlikely) * cycle.meanCost;
  if (quota < tooLow * cycle.quota) return cycle;
  if (quota === Number.POSITIVE_INFINITY) return null;
  const lengthMs = Math.max(shortestMs, (mostCalls * cycle.meanCost) / quota);
  const swing = swingAt(belief.chance());
  return {
    ...cycle,
    ...course(quota, swing, lengthMs),
    open: belief.quantile(likely) * cycle.meanCost > farAbove * quota,
  };
};

/** From a little below an estimate to a little above it. */
const course = (quota: number, swing: number, lengthMs: number) => ({
  quota,
  rate: quota * (1 - swing),
  slope: (quota * swing * 2) / lengthMs,
  top: quota * (1 + 2 * swing),
});

/** With more chance, the halves of a cycle lie further apart, as far as a bucket can make up for the slow one. */
const swingAt = (chance: number): number => Math.min(mostSwing, leastSwing + swingCalls * chance);

/** What is known well is put to the test after so many calls, and not more often than this. */
const mostCalls = 47;
const shortestMs = 4500;
/** What was found first is put to the test sooner. */
const firstCalls = 35;
/** A cycle is planned for so many times the calls that the last one let in, for fewer when the quota fell to such a share, and never for fewer than these. */
const growth = 3;
const growthFallen = 0.8;
const fallen = 0.7;
const fewestPlanned = 8;
/** How far below and above the estimate a cycle goes, at least and, for the sake of chance, at most; and by how many calls it must come apart from it. */
const leastSwing = 0.04;
const mostSwing = 0.15;
const swingCalls = 1.5;

/** Fewer calls than this say little of a quota: the estimate stays, and the stretch goes on. */
const fewestCalls = 3;
/** What is so unlikely is not believed; what is likelier than this may be so. What is believed is not told apart more finely. */
const unlikely = 0.05;
const likely = 0.5;
const finer = 1.1;
/** An estimate is raised when it is too low by so much; what may be so far above it is looked for at once. */
const tooLow = 1.15;
const farAbove = 1.3;
/** The first pace may have gone up to so many times the quota. A first estimate is at most so many times what was let in. */
const doubled = 5;
const beyondSeen = 2.2;

/** The quota that explains a stretch. */
const judgeCycle = (
  before: Cycle | null,
  { stretch, ended, rate, burstMs }: Observation,
  { until, meanCost, coarse }: { until: number; meanCost: number; coarse: boolean },
): number => {
  const passed = Math.max(1, until - stretch.from);
  // Fixed windows of requests let nothing in for long, and have no bucket that was full.
  const full = before === null && !(isLong(ended) && passed > burstMs) ? burstMs : 0;
  const estimate = Math.max(stretch.spent, meanCost / 2) / (passed + full);
  if (coarse || isLong(ended) || rate === Number.POSITIVE_INFINITY) return estimate;
  // The first pace doubles fast, but no further than this; a quota that saves nothing up is more than it seems.
  return before ? estimate : Math.max(estimate, Math.min(rate / doubled, beyondSeen * estimate));
};

/**
 * A pace `passed` milliseconds later, while calls wait for it. `debt` is what went in beyond the estimate. A `patient` one keeps
 * near the estimate, as fixed windows let in much more than that at times.
 */
export const climb = (
  rate: number,
  cycle: Cycle | null,
  { debt, passed, patient }: { debt: number; passed: number; patient: boolean },
): number => {
  if (cycle === null || isSurging(cycle, debt)) return rate * 2 ** (passed / doubleMs);
  const { coarse, slope, top } = cycle;
  if (debt < 0 || patient) return Math.max(rate, Math.min(rate + slope * passed, top));
  return coarse ? rate + slope * passed : rate * 2 ** (passed / pastTopMs);
};

/** More went in than the estimate explains: the quota is higher. */
const isSurging = ({ slack, open }: Cycle, debt: number): boolean => open || debt >= slack;

/** In the first half of a cycle the pace is below what the quota lets in. */
export const isSlow = (cycle: Cycle | null, rate: number): boolean =>
  cycle !== null && rate < cycle.quota && !cycle.open;

/** How long the pace takes to double: while nothing is known or the quota has risen, and past the estimate. */
const doubleMs = 500;
const pastTopMs = 1000;
