/** Calls that leave keep their distance, however a disk has bunched them. */
export const createSpacing = (catchUp: number) => {
  let leaveAt = Number.NEGATIVE_INFINITY;
  return {
    /** How long the next call has to wait. */
    wait: (now: number): number => Math.max(0, leaveAt - now),
    /** A call has left, and the next one follows after the gap; one that was kept from leaving catches up a little. */
    left(now: number, gap: number): void {
      leaveAt = Math.max(leaveAt, now - Math.max(lateExitMs, gap - catchUp * gap)) + catchUp * gap;
    },
    /** Nothing leaves before. */
    hold(until: number): void {
      leaveAt = until;
    },
  };
};

/** Timers are late by about so much; the next call to leave makes up for it. */
const lateExitMs = 2;
