/** Whether calls wait for a quota. Where none does, neither its pace nor the time that passes says anything. */
export const createDemand = () => {
  let binding = false;
  /** Whether the next call had to wait, and how many in a row had not. */
  let waited = false;
  let unbound = 0;
  /** When a call was last granted or left. */
  let busyAt = Number.POSITIVE_INFINITY;
  return {
    /** A call waits: only then does a higher rate mean anything. */
    binding: (): boolean => binding,
    /** How many calls in a row the quota did not hold back. */
    unbound: (): number => unbound,
    asked(waits: boolean): void {
      binding = waits;
      waited ||= waits;
    },
    /** A call is granted, which takes `callMs` at this pace. Returns how long nobody asked for one. */
    granted(now: number, callMs: number, dark: boolean): number {
      const restedMs = binding || dark ? 0 : Math.max(0, now - busyAt - Math.max(idleMs, idleCalls * callMs));
      unbound = waited || dark ? 0 : unbound + 1;
      waited = false;
      binding = false;
      busyAt = now;
      return restedMs;
    },
    left(now: number): void {
      busyAt = now;
    },
    /** Calls that were granted at another pace are held back at the new one. */
    startOver(): void {
      unbound = 0;
    },
  };
};

/** Between two calls that nothing held back, more than this, and than a call takes at this pace, is a pause. */
const idleMs = 200;
const idleCalls = 1.2;
