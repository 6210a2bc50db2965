import { createQuota, isRejected, type Quota } from "../../dist/testing/emulator/index.js";
import type { Account, Sample } from "./account.js";
import type { Job } from "./job.js";

/** The first seconds of a job, in which a client may still learn and use up what a rested account has saved. */
export const startUpS = 5;

/**
 * The share of what was possible that a client got: calls let in during the steady state, against those of a client that
 * knows the account and finds it as this client left it; of what was saved up before, only what this client spent counts. The
 * steady state lasts from the end of the start-up time to the start of the last row or the end of the job's seconds; with
 * fixed windows, it is the whole windows after the first. `null` where a job ends before there is one.
 */
export const goodput = (
  samples: readonly Sample[],
  account: Account,
  { concurrency, seconds = Number.POSITIVE_INFINITY }: Pick<Job, "concurrency" | "seconds">,
): number | null => {
  const { quota = null } = account;
  const last = samples.at(-1)?.admitted ?? 0;
  const endS = Math.min(seconds, samples.find(({ admitted }) => admitted === last)?.atS ?? 0);
  const windowS = quota?.window_seconds;
  const from = windowS ?? startUpS;
  const to = windowS ? Math.floor(endS / windowS) * windowS : endS;
  const first = sampleAt(samples, from);
  // Just after a window's end the next one has begun.
  const end = windowS ? samples.findLast(({ atS }) => atS < to) : sampleAt(samples, to);
  if (!first || !end || end.atS - first.atS < shortestS) return null;
  const kept = Math.min(...[first, end].map((sample) => replay(samples, account, sample).saved()));
  const possible = replay(samples, account, first).greedy(end.atS, concurrency) - kept;
  return (end.admitted - first.admitted) / possible;
};

/** An account by its own rules, without chance, as a client left it at a sample. */
const replay = (samples: readonly Sample[], { quota = null, later, latencyMs }: Account, until: Sample) => {
  let atS = 0;
  const gate = createQuota(without(quota), () => atS * 1000);
  let change = later;
  const goTo = (second: number): void => {
    atS = second;
    if (!change || second < change.afterS) return;
    gate.change(without(change.quota));
    change = undefined;
  };
  const { inputTokens = 0, outputTokens = 0, answered = 0 } = samples.at(-1) ?? {};
  const burndown = quota?.burndown ?? 1;
  const tokens = (inputTokens / burndown + outputTokens) / Math.max(1, answered);
  /** A call that is let in takes the tokens of a usual one at once. */
  const admit = (): boolean => {
    const verdict = gate.admit(0, 0);
    if (isRejected(verdict)) return false;
    verdict.settle(tokens);
    return true;
  };
  let calls = 0;
  for (const sample of samples.slice(0, samples.indexOf(until) + 1)) {
    goTo(sample.atS);
    for (; calls < sample.admitted; calls++) admit();
  }
  const savesUp =
    quota?.window_seconds === undefined &&
    (quota?.requests_per_second !== undefined || quota?.tokens_per_minute !== undefined);
  return {
    /** How many calls could be let in at once. */
    saved(): number {
      let many = 0;
      while (savesUp && admit()) many += 1;
      return many;
    },
    /** How many calls are let in until then, of a client that tries all the time. */
    greedy(endS: number, concurrency: number): number {
      const latencyS = (typeof latencyMs === "number" ? latencyMs : (latencyMs[0] + latencyMs[1]) / 2) / 1000;
      const underWay = Math.max(0, until.admitted - until.answered);
      const open = Array.from({ length: underWay }, (_, i) => until.atS + (latencyS * (i + 1)) / underWay);
      let many = 0;
      for (let step = 0; until.atS + step * stepS <= endS; step++) {
        goTo(until.atS + step * stepS);
        while ((open[0] ?? Number.POSITIVE_INFINITY) <= atS) open.shift();
        while (open.length < concurrency && admit()) {
          many += 1;
          open.push(atS + latencyS);
        }
      }
      return many;
    },
  };
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
