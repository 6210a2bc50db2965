/** What an account may be, but for its rate. The pacer imagines every sort with every rate. */
export interface Sort {
  /** The share of calls that it rejects whatever the pace. */
  readonly chance: number;
  /** How far what comes back differs from its rate: much, where somebody else takes of it by chance. */
  readonly noise: number;
  /** By how much of a call what it holds differs from one moment to the next, where somebody else takes of it evenly. */
  readonly jitter: number;
  /** What its bucket holds, in milliseconds of its rate. */
  readonly saves: number;
  /** How many steps of the rates below its own it can be used at. */
  readonly unused: number;
  /** How unlikely it is beforehand, and that one becomes it, as a logarithm. */
  readonly unlikely: number;
}

/** By what a bucket holds: the chances that go with it, each a little less likely than the one before, and how unlikely the first is. */
const alone = [
  { saves: 1000, chances: [0.003, 0.03, 0.1, 0.3, 0.5, 0.7], unlikely: 0 },
  { saves: 0, chances: [0.003, 0.03, 0.1], unlikely: 3 },
  { saves: 250, chances: [0.003, 0.03, 0.1], unlikely: 1 },
  { saves: 5000, chances: [0.003], unlikely: 4 },
];
/**
 * Alone, beside a neighbour who takes of it evenly, and beside one who takes of it by chance: what that one leaves cannot be used to
 * the full without running empty often.
 */
export const sorts: readonly Sort[] = [
  ...alone.flatMap(({ saves, chances, unlikely }) =>
    chances.map((chance, more) => ({
      chance,
      noise: 0.03,
      jitter: 0,
      saves,
      unused: 0,
      unlikely: unlikely + more,
    })),
  ),
  { chance: 0.003, noise: 0.1, jitter: 1, saves: 1000, unused: 0, unlikely: 4 },
  { chance: 0.003, noise: 1, jitter: 0, saves: 1000, unused: 6, unlikely: 3 },
];

/** Calls a millisecond. Beyond the fastest, a quota is none. */
const slowest = 0.0002;
export const fastest = 2;
const step = 1.08;
/** The last is no quota at all. */
export const rates: readonly number[] = [
  ...Array.from(
    { length: Math.ceil(Math.log(fastest / slowest) / Math.log(step)) },
    (_, i) => slowest * step ** i,
  ),
  Number.POSITIVE_INFINITY,
];

/** How unlikely the likeliest account may make any other, as a logarithm, so that a few calls can bring it back. */
const mostUnlikely = 12;
/** How unlikely it is as well that the chance changes, and to a sort that is less likely beforehand. */
const otherChance = 1.5;
const higherChance = 0.2;
/** How unlikely it is that rate and chance change at once. */
const bothAtOnce = 8;
/** How likely it is at least that an account has another rate by now; and by how much less that its chance is another as well. */
export const otherRate = Math.exp(-mostUnlikely);
export const rateAndChance = Math.exp(-bothAtOnce);
/** How likely it is at least that an account of one sort is one of another by now. */
export const changes = sorts.map((from) =>
  sorts.map((to) => {
    const other =
      from.chance === to.chance ? 0 : otherChance + higherChance * Math.max(0, to.unlikely - from.unlikely);
    return Math.exp(-(mostUnlikely + other));
  }),
);

/** A slower rate than this is the less likely beforehand, as a fall of the rate is later on. */
export const start = 0.02;
