/** How long the service takes to reject a call. */
export const createEcho = () => {
  let ms = 0;
  let hasCome = false;
  return {
    came(afterMs: number): void {
      ms = hasCome ? ms + (afterMs - ms) * newest : afterMs;
      hasCome = true;
    },
    /** A call that is not rejected within this time was let in. Before the first rejection nothing says how long that is. */
    waitMs: (): number => echoes * ms + marginMs,
  };
};

/** How much the last rejection counts for how long they take. */
const newest = 0.3;
/** How often longer than usual a rejection may take, and the least that it takes longer. */
const echoes = 2;
const marginMs = 3;
