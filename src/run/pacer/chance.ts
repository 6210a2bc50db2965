/** Calls, and how many of them were rejected. */
export interface Tally {
  readonly calls: number;
  readonly rejected: number;
}

/** The share of calls that is rejected by chance, counted where no bucket can be empty. */
export const createChance = () => {
  let calls = trust;
  let rejected = 0;
  return {
    share: (): number => (rejected + expected) / (calls + unseen),
    /** What it may well be, where it was counted from few. */
    atMost: (): number => Math.min(most, (rejected + expected + Math.sqrt(rejected)) / (calls + unseen)),
    count(tally: Tally): void {
      calls += tally.calls;
      rejected += tally.rejected;
      if (calls <= memory) return;
      rejected *= memory / calls;
      calls = memory;
    },
    /** What was counted was another time. */
    forget(): void {
      calls = 0;
      rejected = 0;
    },
  };
};

/** Before anything was counted: next to none, as if known from so many calls. */
const expected = 0.0025;
const trust = 20;
/** So many calls more are taken to have passed, where few were seen. */
const unseen = 2;
/** Some calls pass, else it is not chance. */
const most = 0.97;
/** Older calls count less and less, since the service's bad hours pass. */
const memory = 300;
