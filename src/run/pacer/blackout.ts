/** The time from a rejection to the next call that is let in. One call at a time probes whether it is over. */
export interface Blackout {
  /** When the first rejected call started. */
  readonly since: number;
  /** When the last rejected call started. */
  readonly lastRejectedAt: number;
  readonly rejections: number;
  readonly gapMs: number;
  /** When the next probe may start. */
  readonly probeAt: number;
  /** The probe that is out; it was let in if it is not rejected in time. */
  readonly probe: Probe | null;
}

export interface Probe {
  /** Infinity until it has left. */
  readonly sentAt: number;
  readonly cost: number;
}

interface Refusal {
  readonly now: number;
  readonly sentAt: number;
  readonly retryAfterMs: number | null;
  /** The time of one call at the pace that was refused. */
  readonly callMs: number;
  /** Nothing is known of the quota yet, so that the pace may be far above it. */
  readonly first: boolean;
}

/** A blackout that begins, or goes on after its probe was refused. Probes come ever later, up to `longestGapMs`. */
export const darken = (
  before: Blackout | null,
  { now, sentAt, retryAfterMs, callMs, first }: Refusal,
): Blackout => {
  const gapMs = before
    ? Math.min(Math.max(longestGapMs, before.gapMs), before.gapMs * slower)
    : Math.max(shortestGapMs, Math.min(2 * longestGapMs, callMs * (first ? firstGapCalls : gapCalls)));
  return {
    since: before?.since ?? sentAt,
    lastRejectedAt: sentAt,
    rejections: (before?.rejections ?? 0) + 1,
    gapMs,
    probeAt: Math.max((before ? now : sentAt) + gapMs, now + Math.min(retryAfterMs ?? 0, longestAskedMs)),
    probe: null,
  };
};

/** The first probe waits as long as so many calls take, as the pace has gone too far by then; later ones wait longer. */
const firstGapCalls = 4;
const gapCalls = 1.3;
const slower = 1.7;
const shortestGapMs = 20;
const longestGapMs = 1000;
/** A service that asks for more is asked again after this: rows give up when nothing was let in for so long. */
export const longestAskedMs = 5 * 60_000;

export const hasLeft = ({ sentAt }: Probe): boolean => sentAt < Number.POSITIVE_INFINITY;

/** How long nothing goes in, where a rejection comes back within `waitMs`; 0 when the probe may go, or was let in. */
export const timeLeft = ({ probe, probeAt }: Blackout, now: number, waitMs: number): number => {
  if (probe === null) return Math.max(0, probeAt - now);
  // When it leaves or is given back, all that wait look again by themselves.
  return hasLeft(probe) ? Math.max(0, probe.sentAt + Math.min(longestEchoMs, waitMs) - now) : lookAgainMs;
};

const lookAgainMs = 1000;
/** From very far away, nobody waits longer than this for a rejection. */
const longestEchoMs = 1000;

/** A quota that comes back by itself in a moment, or one that stays away until its window is over. */
export const isLong = ({ rejections }: Blackout): boolean => rejections >= longRejections;

const longRejections = 3;
