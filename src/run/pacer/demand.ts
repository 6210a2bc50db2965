/** Whether calls wait for a quota. Where none does, neither its pace nor the time that passes says anything. */
export const createDemand = () => {
  let binding = false;
  /** When a call was last granted or left. */
  let busyAt = Number.POSITIVE_INFINITY;
  return {
    /** A call waits: only then does a higher rate mean anything. */
    binding: (): boolean => binding,
    asked(waits: boolean): void {
      binding = waits;
    },
    /** A call is granted, which takes `callMs` at this pace. Returns how long nobody asked for one. */
    granted(now: number, callMs: number, dark: boolean): number {
      const restedMs = binding || dark ? 0 : Math.max(0, now - busyAt - Math.max(idleMs, idleCalls * callMs));
      binding = false;
      busyAt = now;
      return restedMs;
    },
    left(now: number): void {
      busyAt = now;
    },
  };
};

/** Between two calls that nothing held back, more than this, and than a call takes at this pace, is a pause. */
const idleMs = 200;
const idleCalls = 1.2;
