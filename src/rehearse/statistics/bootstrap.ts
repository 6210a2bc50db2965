import type { Interval } from "./shares.js";

const draws = 2000;

/**
 * The 95 % interval of the ratio of two totals, after to before, by drawing rows again and again, with repetition. Rows
 * come as groups that are drawn together, each with its two sums. `null` where there are fewer than two groups.
 */
export const ratioInterval = (
  groups: readonly (readonly [before: number, after: number])[],
  random: () => number,
): Interval | null =>
  drawn(groups.length, random, (each) => {
    let [before, after] = [0, 0];
    each((index) => {
      before += groups[index]?.[0] ?? 0;
      after += groups[index]?.[1] ?? 0;
    });
    return after / before;
  });

/** The same of the median of values. */
export const medianInterval = (
  groups: readonly (readonly number[])[],
  random: () => number,
): Interval | null =>
  drawn(groups.length, random, (each) => {
    const values: number[] = [];
    each((index) => {
      values.push(...(groups[index] ?? []));
    });
    return median(values);
  });

const drawn = (
  groups: number,
  random: () => number,
  statistic: (each: (use: (index: number) => void) => void) => number,
): Interval | null => {
  if (groups < 2) return null;
  const each = (use: (index: number) => void): void => {
    for (let count = 0; count < groups; count++) use(Math.floor(random() * groups));
  };
  const results = Float64Array.from({ length: draws }, () => statistic(each))
    .filter(Number.isFinite)
    .sort();
  if (results.length < draws / 2) return null;
  return { low: quantile(results, 0.025), high: quantile(results, 0.975) };
};

/** The quantile of numbers in ascending order, between neighbours where it falls between. */
export const quantile = (sorted: ArrayLike<number>, q: number): number => {
  const at = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
};

export const median = (values: readonly number[]): number => quantile(ascending(values), 0.5);

export const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
