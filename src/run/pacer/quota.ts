/**
 * One quota of an account as the pacer keeps it. Times are milliseconds of the pacer's clock; costs are in the
 * quota's own unit, requests or tokens. A call takes its cost when it is granted and leaves a little later.
 */
export interface Quota {
  /** How long a call of this cost has to wait; 0 grants it now. */
  wait(now: number, cost: number): number;
  /** A call is granted. */
  take(now: number, cost: number): void;
  /** How long a granted call has to wait before it leaves, for the sake of this quota. */
  hold(now: number): number;
  /** A granted call leaves for the service. */
  leave(now: number, cost: number): void;
  /** A call has ended for which this cost was taken, and took so much. */
  settle(now: number, cost: number, taken: number): void;
  /** Nobody knows what a call took that was taken this cost for. */
  unknown(now: number, cost: number): void;
  /**
   * A call that left at `sentAt` met another quota, or never left, which is infinity: it took nothing and says
   * nothing of this one.
   */
  giveBack(now: number, sentAt: number, cost: number): void;
  /** What the account lets in, in units a millisecond, as it was told or learned; `null` where neither. */
  pace(): number | null;
  /** The service rejected a call that left at `sentAt`, so it took nothing. */
  reject(now: number, sentAt: number, cost: number, retryAfterMs: number | null): void;
}

/** What is known of a quota beforehand. */
export interface QuotaTerms {
  /** Units a millisecond that are never exceeded, because the user told the quota. */
  readonly told: number | null;
  /** Units a millisecond to start with where none was told; infinity holds nothing back before a rejection. */
  readonly start: number;
  /** How much may be saved up and spent at once, in milliseconds of the quota. */
  readonly savedMs: number;
  /** What the service's own bucket is taken to hold when it is full, in milliseconds of the quota. */
  readonly burstMs: number;
}
