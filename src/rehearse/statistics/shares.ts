/** Where a number is to be expected, with the confidence of the level that it was made for. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Rows by what two sides did with them: both, only the first, only the second, neither. */
export type Table = readonly [both: number, first: number, second: number, neither: number];

/** The quantile of the normal distribution that leaves 2.5 % on either side. */
export const sure = 1.959963984540054;

/** Wilson's score interval of a share. `n` need not be whole. */
export const wilson = (share: number, n: number, z = sure): Interval => {
  if (n <= 0) return { low: 0, high: 1 };
  const scale = 1 + (z * z) / n;
  const middle = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: share === 0 ? 0 : middle - half, high: share === 1 ? 1 : middle + half };
};

/**
 * The interval of the difference of two shares on the same rows, first minus second: method 10 of R. G. Newcombe,
 * "Improved confidence intervals for the difference between binomial proportions based on paired data", 1998.
 */
export const newcombe = ([both, first, second, neither]: Table, z = sure): Interval => {
  const n = both + first + second + neither;
  if (n <= 0) return { low: -1, high: 1 };
  const [p, q] = [(both + first) / n, (both + second) / n];
  const [one, other] = [wilson(p, n, z), wilson(q, n, z)];
  const phi = correlation([both, first, second, neither], n);
  const reach = (down: number, up: number): number =>
    Math.sqrt(Math.max(0, down * down - 2 * phi * down * up + up * up));
  return {
    low: p - q - reach(p - one.low, other.high - q),
    high: p - q + reach(one.high - p, q - other.low),
  };
};

const correlation = ([both, first, second, neither]: Table, n: number): number => {
  const product = (both + first) * (second + neither) * (both + second) * (first + neither);
  if (product === 0) return 0;
  const excess = both * neither - first * second;
  return (excess > 0 ? Math.max(excess - n / 2, 0) : excess) / Math.sqrt(product);
};

/**
 * McNemar's exact test: how likely rows that differ fall at least so unevenly to one side where neither is favoured.
 */
export const mcNemar = ([, first, second]: Table): number => {
  const n = first + second;
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= Math.min(first, second); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
};

/**
 * How many rows tell as much as these, of which some are the same request and so the same answer: Kish's effective size.
 */
export const effectiveRows = (groups: readonly string[]): number => {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const squares = [...sizes.values()].reduce((sum, size) => sum + size * size, 0);
  return groups.length === 0 ? 0 : groups.length ** 2 / squares;
};
