/**
 * How many standard deviations leave `tail` of the normal distribution above them, for a tail below one half: by halving,
 * over the continued fraction of Laplace.
 */
export const deviationsAbove = (tail: number): number => {
  let [low, high] = [0, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (tailAbove(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

const tailAbove = (x: number): number => {
  let fraction = x;
  for (let k = 400; k > 0; k--) fraction = x + k / fraction;
  return x < 0.05 ? 0.5 - x * 0.3989 : Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / fraction;
};
