/** Calls that leave keep their distance, however a disk has bunched them. */
export const createSpacing = (catchesUp: boolean) => {
  const share = catchesUp ? catchUp : 1;
  let leaveAt = Number.NEGATIVE_INFINITY;
  return {
    /** How long the next call has to wait. */
    wait: (now: number): number => Math.max(0, leaveAt - now),
    /** A call has left, and the next one follows after the gap; one that was kept from leaving catches up a little. */
    left(now: number, gap: number): void {
      leaveAt = Math.max(leaveAt, now - Math.max(lateExitMs, gap - share * gap)) + share * gap;
    },
    /** Nothing leaves before. */
    hold(until: number): void {
      leaveAt = until;
    },
  };
};

/** Timers are late by about so much; the next call to leave makes up for it. */
const lateExitMs = 2;
/** A call that leaves late shortens the distance to the next one to this share. */
const catchUp = 0.95;
