/** Whether a call was paid for: `no` is known, `yes` is known, `unknown` is everything between. */
export type Billed = "no" | "yes" | "unknown";

export interface Kind {
  /** Whether sending the same row again may succeed. */
  readonly retryable: boolean;
  readonly billed: Billed;
  /** What happened and what to do, for a person. */
  readonly message: string;
  readonly scope: Scope;
}

/** Whether a failure concerns its row only, every row of the run, one or the other, or is the end of the run itself. */
export type Scope = "row" | "run" | "either" | "end";

/** One row of the table of errors. */
export const kind = (
  retryable: boolean,
  billed: Billed,
  message: string,
  scope: Kind["scope"] = "row",
): Kind => ({
  retryable,
  billed,
  message,
  scope,
});
