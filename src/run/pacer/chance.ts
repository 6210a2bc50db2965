/** Calls, and how many of them were rejected. */
export interface Tally {
  readonly calls: number;
  readonly rejected: number;
}

/** The share of calls that is rejected by chance, counted where no bucket can be empty. */
export const createChance = () => {
  let calls = 0;
  let rejected = 0;
  const keep = (most: number): void => {
    if (calls <= most) return;
    rejected *= most / calls;
    calls = most;
  };
  return {
    share: (): number => (rejected + expected) / (calls + trust),
    /** What it may well be, where it was counted from few. */
    atMost: (): number => (rejected + expected + Math.sqrt(rejected)) / (calls + trust),
    count(tally: Tally): void {
      calls += tally.calls;
      rejected += tally.rejected;
      keep(memory);
    },
    /** What was counted was another time. */
    forget: (): void => keep(trust),
  };
};

/** Before anything was counted: next to none, as if known from so many calls. */
const expected = 0.0025;
const trust = 20;
/** Older calls count less and less, since the service's bad hours pass. */
const memory = 300;
