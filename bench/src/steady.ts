import { createQuota, isRejected, type Quota } from "../../dist/testing/emulator/index.js";
import type { Account, Sample } from "./account.js";
import type { Job } from "./job.js";

/** The first seconds of a job, in which a client may still learn and use up what a rested account has saved. */
export const startUpS = 5;

/**
 * The share of what was possible that a client got: calls let in during the steady state, or tokens where the quota counts
 * those alone, against those of a client that knows the account and finds it as this client left it. The steady state lasts from
 * the end of the start-up time to the start of the last row or the end of the job's seconds; with fixed windows, it is the
 * whole windows after the first. `null` where a job ends before there is one.
 */
export const goodput = (
  samples: readonly Sample[],
  account: Account,
  { concurrency, seconds = Number.POSITIVE_INFINITY }: Pick<Job, "concurrency" | "seconds">,
): number | null => {
  const last = samples.at(-1)?.admitted ?? 0;
  const endS = Math.min(seconds, samples.find(({ admitted }) => admitted === last)?.atS ?? 0);
  const windowS = account.quota?.window_seconds;
  const from = windowS ?? startUpS;
  const to = windowS ? Math.floor(endS / windowS) * windowS : endS;
  const [first, end] = [sampleAt(samples, from), sampleAt(samples, to)];
  if (!first || !end || end.atS - first.atS < shortestS) return null;
  return used(account.quota, first, end) / possible(samples, account, { first, end, concurrency });
};

/** What could be let in between two samples, by the account's own rules, without chance. */
const possible = (
  samples: readonly Sample[],
  { quota = null, later, latencyMs }: Account,
  { first, end, concurrency }: { first: Sample; end: Sample; concurrency: number },
): number => {
  let atS = 0;
  const gate = createQuota(without(quota), () => atS * 1000);
  let changes = later;
  const goTo = (second: number): void => {
    atS = second;
    if (!changes || second < changes.afterS) return;
    gate.change(without(changes.quota));
    changes = undefined;
  };
  const burndown = quota?.burndown ?? 1;
  /** A call that is let in takes its tokens at once. */
  const admit = (tokens: number): boolean => {
    const verdict = gate.admit(0, 0);
    if (isRejected(verdict)) return false;
    verdict.settle(tokens / burndown);
    return true;
  };
  let before: Sample = { atS: 0, admitted: 0, rejected: 0, answered: 0, inputTokens: 0, outputTokens: 0 };
  for (const sample of samples) {
    goTo(sample.atS);
    const calls = sample.admitted - before.admitted;
    const tokens = tokensOf(quota, before, sample);
    for (let call = 0; call < calls; call++) admit(call === 0 ? tokens : 0);
    before = sample;
    if (sample === first) break;
  }
  const perCall = tokensOf(quota, first, end) / Math.max(1, end.admitted - first.admitted);
  const seconds = (typeof latencyMs === "number" ? latencyMs : (latencyMs[0] + latencyMs[1]) / 2) / 1000;
  const underWay = Math.max(0, first.admitted - first.answered);
  const open = Array.from({ length: underWay }, (_, index) => first.atS + (seconds * (index + 1)) / underWay);
  let calls = 0;
  for (let second = first.atS; second < end.atS; second += stepS) {
    goTo(second);
    while ((open[0] ?? Number.POSITIVE_INFINITY) <= second) open.shift();
    while (open.length < concurrency && admit(perCall)) {
      calls += 1;
      open.push(second + seconds);
    }
  }
  return countsTokens(quota) ? calls * perCall : calls;
};

const stepS = 0.002;

/** A client that comes again at once gets in beside chance. */
const without = (quota: Quota | null): Quota | null => {
  const { chance: _, refused, ...rest } = quota ?? {};
  const outages = refused?.filter(({ share = 1 }) => share === 1);
  return outages?.length ? { ...rest, refused: outages } : rest;
};

const shortestS = 3;

/** The first sample at or after a moment, or the last one. */
const sampleAt = (samples: readonly Sample[], atS: number): Sample | undefined =>
  samples.find((sample) => sample.atS >= atS) ?? samples.at(-1);

const countsTokens = (quota: Quota | null | undefined): boolean =>
  quota?.tokens_per_minute !== undefined && quota.requests_per_second === undefined;

const tokensOf = (quota: Quota | null | undefined, first: Sample, end: Sample): number =>
  end.inputTokens - first.inputTokens + (end.outputTokens - first.outputTokens) * (quota?.burndown ?? 1);

/** In requests, or in tokens where the quota counts those alone. */
const used = (quota: Quota | null | undefined, first: Sample, end: Sample): number =>
  countsTokens(quota) ? tokensOf(quota, first, end) : end.admitted - first.admitted;

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
