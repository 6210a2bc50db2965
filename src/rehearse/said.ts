import { errorCodes } from "../core/error-codes.js";
import type { ErrorCode } from "../core/errors.js";
import type { Json } from "../core/json.js";
import type { Outcome } from "../core/outcome.js";

/** What one side said to a row. What its source does not tell is `null`. */
export interface Said {
  /** Where the answer is from: only a call was paid for now. */
  readonly from: "call" | "ledger" | "file" | "column";
  /** `null` where there is no answer. */
  readonly columns: Readonly<Record<string, Json>> | null;
  /** Why there is none, by the error codes; `null` where there is one. */
  readonly error: string | null;
  /** Whether a token limit cut it off, and whether it has no word. */
  readonly cut_off: boolean | null;
  readonly empty: boolean | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** US dollars at the list price, whether it is paid now or was before. */
  readonly usd: number | null;
  readonly latency_ms: number | null;
}

/** That a side could not be asked, which is not the model's fault: a throttle, a network, the end of the money. */
export interface Unasked {
  readonly unasked: ErrorCode;
  readonly message: string;
}

export const isUnasked = (said: Said | Unasked): said is Unasked => "unasked" in said;

/** What an outcome says of its side; `null` for a row with nothing to work on. */
export const saidBy = (outcome: Outcome, from: "call" | "ledger"): Said | Unasked | null => {
  const { trace, columns, savedUsd, keptEmpty } = outcome;
  const { status, error } = trace;
  if (status === "skipped") return null;
  if (error && (status !== "failed" || !isOwnFault(error.code)))
    return { unasked: error.code, message: error.message };
  const isPaid = trace.attempts > 0;
  const values = status === "enriched" ? asJson(columns) : null;
  return {
    from,
    columns: values,
    error: error?.code ?? null,
    cut_off: trace.truncated || error?.code === "truncated",
    empty: keptEmpty === true || emptyCodes.has(error?.code ?? "") || isBlank(values),
    input_tokens: trace.input_tokens,
    output_tokens: trace.output_tokens,
    usd: isPaid ? trace.cost_usd : (savedUsd ?? null),
    latency_ms: trace.latency_ms,
  };
};

/** What the model or its template did, and would do again. */
const isOwnFault = (code: ErrorCode): boolean => {
  const { scope, retryable } = errorCodes[code];
  return !retryable && (scope === "row" || scope === "either");
};

const emptyCodes: ReadonlySet<string> = new Set(["empty_answer", "only_reasoning"]);

/** Codes of an answer that a model or a filter did not want to give. */
export const refusals: ReadonlySet<string> = new Set(["refused", "content_filtered", "guardrail_intervened"]);

/** Whether no column of an answer has a word. */
export const isBlank = (columns: Said["columns"]): boolean =>
  columns !== null &&
  Object.values(columns).every(
    (value) => value === null || (typeof value === "string" && value.trim() === ""),
  );

/** Values of rows and columns may be more than JSON has, such as exact numbers and dates. */
export const asJson = (values: Readonly<Record<string, unknown>>): Record<string, Json> =>
  JSON.parse(
    JSON.stringify(values, (_, value) =>
      typeof value === "bigint" ? String(value) : value === undefined ? null : value,
    ),
  );
