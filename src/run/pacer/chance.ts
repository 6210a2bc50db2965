/** Calls, and how many of them were rejected. */
export interface Tally {
  readonly calls: number;
  readonly rejected: number;
}

/** The share of calls that is rejected by chance, counted where no bucket can be empty. */
export const createChance = () => {
  let calls = trust;
  let rejected = 0;
  const keep = (atMost: number): void => {
    if (calls <= atMost) return;
    rejected *= atMost / calls;
    calls = atMost;
  };
  return {
    share: (): number => (rejected + expected) / (calls + unseen),
    /** What it may well be, where it was counted from few. */
    atMost: (): number => (Math.min(calls, rejected + Math.sqrt(rejected)) + expected) / (calls + unseen),
    count(tally: Tally): void {
      calls += tally.calls;
      rejected += tally.rejected;
      keep(memory);
    },
    /** What was counted was another time, but for so many calls. */
    forget: keep,
  };
};

/** Before anything was counted: next to none, as if known from so many calls. */
const expected = 0.0025;
const trust = 20;
/** So many calls more are taken to have passed, where few were seen. */
const unseen = 2;
/** Older calls count less and less, since the service's bad hours pass. */
const memory = 300;
