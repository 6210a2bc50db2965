/** How long the service takes to reject a call. */
export const createEcho = () => {
  let ms: number | null = null;
  return {
    ms: (): number => ms ?? usualMs,
    came(afterMs: number): void {
      ms = ms === null ? afterMs : ms + (afterMs - ms) * newest;
    },
    /** Calls that left before this would be known to be rejected by now. */
    knownBefore: (now: number): number => now - (ms === null ? longestMs : echoes * ms + marginMs),
  };
};

const usualMs = 5;
/** How much the last rejection counts for how long they take. */
const newest = 0.3;
/** How often longer than usual a rejection may take, and the least that it takes longer; before the first, from very far away. */
const echoes = 2;
const marginMs = 3;
const longestMs = 1000;
