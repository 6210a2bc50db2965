/** The middle of the values, as the mean of the two middle ones where there is no one. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
};

/** The values as `median (min to max)`. */
export const spread = (values: readonly number[], digits: number): string => {
  if (values.length === 0) return "–";
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  const shown = (value: number): string => value.toFixed(digits);
  return values.length === 1 ? shown(middle) : `${shown(middle)} (${shown(least)} to ${shown(most)})`;
};
