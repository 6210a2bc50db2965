import { createChance, type Tally } from "./chance.js";

/** Where in its cycle a call leaves. */
export type Phase = keyof typeof phases;

/**
 * What a rejection may mean there: the share of calls that an empty bucket rejects beyond chance, how much evidence
 * tells that it is one, and whether none can be empty, so that what is rejected there is chance, or the quota has fallen.
 */
const phases = {
  /** Nothing was found yet: the pace doubles, so an empty bucket soon rejects half of all. */
  start: { share: 0.5, enough: 20, innocent: true },
  /** Below the estimate. */
  slow: { share: 0.25, enough: 10, innocent: true },
  /** Everywhere else the bucket is expected to run empty. With next to no chance, one rejection is enough. */
  fast: { share: 0.25, enough: 7, innocent: false },
} as const;

/** The account's bucket is empty. */
export interface Finding {
  /** The rejections that it took to be sure, and the calls from the first of them on. */
  readonly rejected: number;
  readonly calls: number;
  /** What was let in meanwhile, in calls a millisecond, where no bucket should have been empty; else `null`. */
  readonly pace: number | null;
}

/** What a rejected call tells: nothing yet, that the bucket is empty, or that the estimate came of chance. */
type Verdict = null | Finding | "chance";

interface Evidence {
  /** The share of calls that is rejected by chance. */
  chance(): number;
  /** A call has left, and counts as let in. True when it is plain that the estimate came of chance. */
  left(phase: Phase, now: number): boolean;
  /** A call that had left at `sentAt` was rejected. At the present pace one goes every `callMs`. */
  rejected(sentAt: number, callMs: number): Verdict;
  /** An estimate follows from a finding. */
  rely(finding: Finding): void;
  /** Whether what was found may have been chance. */
  unsure(): boolean;
  /** Nobody called for so long, so that time says nothing. */
  rested(ms: number): void;
  /** One call went in, after so many that were rejected in a row. */
  ended(rejections: number): void;
}

/** Evidence for a bucket of requests. */
export const createEvidence = (): Evidence => {
  const chance = createChance();
  /** Where calls leave, since when, and where they did before. */
  let where: { is: Phase; since: number; was: Phase } = { is: "start", since: 0, was: "start" };
  /** Rejections that are close together. */
  let run: Run | null = null;
  let probation: Probation | null = null;
  /** What the estimate rests on. */
  let proof: Tally = none;
  /** Calls since a bucket was last found empty. */
  let since = 0;
  /** A bucket was found empty where one was expected to be. */
  let confirmed = false;

  /** How much more likely these calls make it that a bucket rejects such a share of them, as a logarithm. */
  const weigh = ({ calls, rejected }: Tally, share: number): number => {
    const low = chance.atMost();
    const high = low + (1 - low) * share;
    return rejected * Math.log(high / low) + (calls - rejected) * Math.log((1 - high) / (1 - low));
  };

  /** True when what was counted leaves too little proof of the estimate. */
  const count = (tally: Tally): boolean => {
    chance.count(tally);
    if (tally.rejected === 0 || proof.rejected === 0 || weigh(proof, phases.fast.share) >= proven)
      return false;
    proof = none;
    return true;
  };

  const byChance = (): Verdict => {
    chance.forget(confirmed ? 0 : first);
    if (probation) count(probation.tally);
    if (run) count(run.innocent);
    proof = none;
    probation = null;
    run = null;
    return "chance";
  };

  return {
    chance: chance.share,
    left(phase, now) {
      if (phase !== where.is) where = { is: phase, since: now, was: where.is };
      const { share, innocent } = phases[phase];
      since++;
      if (innocent && probation) {
        probation.weight += passing(probation);
        probation.passed++;
        if (probation.weight < -sure) probation = null;
      }
      if (run === null) return innocent && count({ calls: 1, rejected: 0 });
      run.calls++;
      if (innocent) run.innocent = add(run.innocent, { calls: 1, rejected: 0 });
      run.weight += weigh({ calls: 1, rejected: 0 }, share);
      if (run.weight > 0) return false;
      const { innocent: fizzled } = run;
      run = null;
      return count(fizzled);
    },
    rejected(sentAt, callMs) {
      const { share, enough, innocent } = phases[sentAt >= where.since ? where.is : where.was];
      if (run) run.weight -= weigh({ calls: 1, rejected: 0 }, share);
      else run = { since: sentAt, calls: 1, rejected: 0, innocent: none, weight: 0 };
      run.rejected++;
      if (innocent) {
        run.innocent = add(run.innocent, { calls: 0, rejected: 1 });
        if (probation) {
          probation.weight += Math.log(ofChance / ofQuota) - passing(probation);
          probation.passed--;
          // Where none at all passes, the quota may have fallen further.
          if (probation.weight >= sure && probation.passed > 0) return byChance();
        }
      }
      run.weight += weigh({ calls: 1, rejected: 1 }, share);
      if (run.weight < enough) return null;
      const { innocent: found, calls, rejected, since: first } = run;
      const tally = { calls: Math.max(found.calls, since), rejected: found.rejected };
      probation =
        found.rejected === 0
          ? null
          : { tally, weight: probation?.weight ?? 0, passed: probation?.passed ?? 0 };
      since = 0;
      run = null;
      confirmed ||= !innocent;
      // Half a call for each rejection, since where they lie is chance.
      const letIn = calls - rejected + (rejected + 1) / 2;
      return { rejected, calls, pace: innocent ? letIn / (sentAt - first + callMs) : null };
    },
    rely(finding) {
      proof = finding;
    },
    unsure: () => probation !== null,
    rested(ms) {
      if (run) run.since += ms;
    },
    ended(rejections) {
      if (rejections >= inRow) probation = null;
    },
  };
};

/** A call of tokens sets aside much more than it takes, so what went in says little: every rejection is a finding. */
export const certainty: Evidence = {
  chance: () => 0,
  left: () => false,
  rejected: () => ({ rejected: 1, calls: 1, pace: null }),
  rely: () => undefined,
  unsure: () => false,
  rested: () => undefined,
  ended: () => undefined,
};

interface Run {
  since: number;
  calls: number;
  rejected: number;
  /** Those of them that left where no bucket can be empty. The first call is counted already. */
  innocent: Tally;
  weight: number;
}

/**
 * A bucket was found empty where none should be. Was that chance, then the share of rejected calls stays at a slower
 * pace; was it the quota, next to none is rejected there.
 */
interface Probation {
  /** What made it suspect. */
  readonly tally: Tally;
  /** How much more likely chance is, as a logarithm, by the calls at the slower pace. */
  weight: number;
  /** How many of these passed. */
  passed: number;
}

/** What it tells that a call passed at the slower pace. */
const passing = ({ tally: { calls, rejected } }: Probation): number => {
  const seen = rejected / (calls + unseen);
  return Math.log((1 - ofChance * seen) / (1 - ofQuota * seen));
};
/** What chance is taken to reject there, of the share that was seen, and what a quota is. */
const ofChance = 0.5;
const ofQuota = 0.1;
/** So many calls more are taken to have passed, where few were seen. */
const unseen = 3;

const add = (a: Tally, b: Tally): Tally => ({ calls: a.calls + b.calls, rejected: a.rejected + b.rejected });

const none: Tally = { calls: 0, rejected: 0 };

/** The evidence that an estimate has to keep, when chance turns out to be more than was thought. */
const proven = 5.2;
/** The evidence for a verdict of a probation. */
const sure = 3;
/** Until a quota is confirmed, so many calls still count when chance turns out to be more: a tiny quota looks like it. */
const first = 40;
/** It is not chance that so many calls are rejected in a row, one by one. */
const inRow = 4;
