export interface ReconcileOptions {
  /**
   * Where the logs are, in place of the account's logging configuration: `s3://bucket/prefix/` or a folder or file here,
   * such as what CloudWatch answered.
   */
  readonly logs?: string;
  /** How long after its deadline a call that is in no log counts as not logged. Default 30. */
  readonly graceMinutes?: number;
}

/** What became of a ledger's calls of unknown outcome. */
export interface Reconciled {
  /** Calls of unknown outcome that were looked for. */
  readonly looked_for: number;
  /** Answers that were taken over from the logs: their rows are enriched at no further price. */
  readonly recovered: number;
  /** Calls that were certainly not billed, and may go again. */
  readonly refused: number;
  /** Of those that stay unknown, how many for which reason. */
  readonly still_unknown: Readonly<Partial<Record<Reason, number>>>;
  /** Of the recovered answers. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** What was read; `null` where there was nothing to look for. */
  readonly logs: {
    readonly place: string;
    readonly files: number;
    /** Records of calls that carry a key. */
    readonly records: number;
    readonly other_records: number;
    /** What was passed over, by what it was. */
    readonly passed_over: Readonly<Record<string, number>>;
  } | null;
}

/**
 * `not_yet` and `not_logged`: no record of it, within the grace and after it. `of_another_connection`: no record of it here, and it
 * was sent to another model or Region, which may log it elsewhere. `under_way`: it may still be answered.
 */
export type Reason = Undecided | "not_yet" | "not_logged" | "of_another_connection" | "under_way";

/** Why a call that stands in the logs stays unknown. */
export type Undecided = "sent_again" | "failed" | "without_text" | "unreadable";
