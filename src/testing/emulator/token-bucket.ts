/** So much of something, which comes back with time. Moments are milliseconds and never go back. */
export interface TokenBucket {
  /** What is left at this moment; below 0 where more was taken than there was. */
  left(at: number): number;
  /** Takes `amount` away, or gives it back where it is negative. */
  take(at: number, amount: number): void;
}

/** Sums of small refills fall short of whole numbers. */
export const rounding = 1e-6;

export const holdsOne = (bucket: TokenBucket, at: number): boolean => bucket.left(at) >= 1 - rounding;

/**
 * A bucket that holds `size` and is refilled all the time. It starts full, or as full as the allowance before it.
 */
export const createBucket = (
  perMs: number,
  size: number,
  at: number,
  before?: TokenBucket | null,
): TokenBucket => {
  let level = startOf(size, at, before);
  let filledAt = at;
  const left = (now: number): number => {
    level = Math.min(size, level + (now - filledAt) * perMs);
    filledAt = now;
    return level;
  };
  return {
    left,
    take(now, amount) {
      level = Math.min(size, left(now) - amount);
    },
  };
};

/** Allows `size` in each window of `lengthMs`, of which the first starts at `at`. What is not used is lost. */
export const createWindow = (
  size: number,
  lengthMs: number,
  at: number,
  before?: TokenBucket | null,
): TokenBucket => {
  let level = startOf(size, at, before);
  let number = 0;
  const left = (now: number): number => {
    const current = Math.floor((now - at) / lengthMs);
    if (current > number) level = size;
    number = Math.max(number, current);
    return level;
  };
  return {
    left,
    take(now, amount) {
      level = Math.min(size, left(now) - amount);
    },
  };
};

const startOf = (size: number, at: number, before?: TokenBucket | null): number =>
  before ? Math.min(size, before.left(at)) : size;
