/**
 * One quota of an account as the pacer keeps it. Times are milliseconds of the pacer's clock; costs are in the
 * quota's own unit, requests or tokens.
 */
export interface Allowance {
  /** How long a call of this cost has to wait; 0 lets it go now. */
  wait(now: number, cost: number): number;
  /** A call starts. */
  take(now: number, cost: number): void;
  /** A call took more than was taken for it, or less, which is a negative change. */
  settle(now: number, change: number): void;
  /** The service rejected a call that started at `sentAt`, so it took nothing. */
  reject(now: number, sentAt: number, cost: number, retryAfterMs: number | null): void;
}
