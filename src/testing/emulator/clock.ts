/** This machine's time, and what is let pass beside it. */
export const createClock = () => {
  let ahead = 0;
  return {
    now: (): number => Date.now() + ahead,
    passTime: (seconds: unknown): void => {
      if (typeof seconds !== "number" || !(seconds >= 0) || seconds === Number.POSITIVE_INFINITY)
        throw new TypeError("The seconds to let pass must be a number of 0 or more.");
      ahead += seconds * 1000;
    },
  };
};
