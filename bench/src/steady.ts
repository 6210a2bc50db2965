import type { Quota } from "../../dist/testing/emulator/index.js";
import type { Account, Sample } from "./account.js";

/** The first seconds of a job, in which a client may still learn and use up what a rested account has saved. */
export const startUpS = 5;

/**
 * The share of what the quota allows that a client got: calls let in during the steady state, against the quota's
 * rate for that time and what was spent of the burst that had been saved before. The steady state lasts from the
 * end of the start-up time to the start of the last row; with fixed windows, it is the whole windows after the
 * first. `null` where a job ends before there is one.
 */
export const goodput = (samples: readonly Sample[], { quota, later }: Account): number | null => {
  const last = samples.at(-1)?.admitted ?? 0;
  const endS = samples.find(({ admitted }) => admitted === last)?.atS ?? 0;
  const windowS = quota?.window_seconds;
  const from = windowS ?? startUpS;
  const to = windowS ? Math.floor(endS / windowS) * windowS : endS;
  const [first, end] = [sampleAt(samples, from), sampleAt(samples, to)];
  if (!quota || !first || !end || end.atS - first.atS < shortestS) return null;
  const changeS = later ? Math.min(Math.max(later.afterS, first.atS), end.atS) : end.atS;
  const allowed =
    (changeS - first.atS) * perSecond(quota) + (end.atS - changeS) * perSecond(later?.quota ?? quota);
  const spent = Math.max(0, savedAt(samples, quota, first) - savedAt(samples, later?.quota ?? quota, end));
  return used(quota, first, end) / (allowed + spent);
};

/** What the quota's bucket held at a sample, from what was used before it. Fixed windows save nothing. */
const savedAt = (samples: readonly Sample[], quota: Quota, until: Sample): number => {
  if (quota.window_seconds !== undefined) return 0;
  const size = quota.burst ?? quota.requests_per_second ?? quota.token_burst ?? quota.tokens_per_minute ?? 0;
  let level = size;
  let before: Sample = { atS: 0, admitted: 0, rejected: 0, answered: 0, inputTokens: 0, outputTokens: 0 };
  for (const sample of samples) {
    const refilled = level + (sample.atS - before.atS) * perSecond(quota);
    level = Math.max(0, Math.min(size, refilled) - used(quota, before, sample));
    if (sample === until) break;
    before = sample;
  }
  return level;
};

const shortestS = 3;

/** The first sample at or after a moment. */
const sampleAt = (samples: readonly Sample[], atS: number): Sample | undefined =>
  samples.find((sample) => sample.atS >= atS);

/** In requests, or in tokens where the quota counts those. */
const perSecond = ({ requests_per_second, tokens_per_minute = 0 }: Quota): number =>
  requests_per_second ?? tokens_per_minute / 60;

const used = (quota: Quota, first: Sample, end: Sample): number =>
  quota.requests_per_second === undefined
    ? end.inputTokens - first.inputTokens + (end.outputTokens - first.outputTokens) * (quota.burndown ?? 1)
    : end.admitted - first.admitted;

/** Rejected calls against all calls, of the whole job. */
export const wasted = (samples: readonly Sample[]): number => {
  const { admitted = 0, rejected = 0 } = samples.at(-1) ?? {};
  return admitted + rejected === 0 ? 0 : rejected / (admitted + rejected);
};

/** Rows answered a second between the first tenth of the rows and the last. */
export const answerRate = (samples: readonly Sample[], rows: number): number => {
  const at = (share: number): Sample | undefined => samples.find(({ answered }) => answered >= share * rows);
  const [from, to] = [at(0.1), at(0.9)];
  return from && to ? (to.answered - from.answered) / (to.atS - from.atS) : 0;
};
