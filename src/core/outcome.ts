import { BadLine } from "./bad-line.js";
import type { Billed, ConnectorError, ErrorCode } from "./errors.js";
import type { Rejections } from "./invoke.js";
import { isObject, type Json } from "./json.js";
import type { Usage } from "./reply.js";

/** US dollars. `max` is `null` where the request sets no limit of output tokens. */
export interface UsdRange {
  readonly low: number;
  readonly expected: number;
  readonly max: number | null;
}

/**
 * `skipped`: there was nothing to work on. `held`: it may have been billed, so it is not sent again by itself.
 * `not_sent`: the run ended first.
 */
export type Status = "enriched" | "skipped" | "failed" | "held" | "not_sent";

/** The `_bedrock` object of an enriched record. It has the same keys for good and bad rows. */
export interface Trace {
  readonly status: Status;
  /** The model id, profile or ARN that was called. */
  readonly model: string | null;
  /** The service's own word, lower-cased. */
  readonly stop_reason: string | null;
  /** True when a token limit cut the answer off. */
  readonly truncated: boolean;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** What the row cost in this run, in US dollars; `null` where that is not known. */
  readonly cost_usd: number | null;
  readonly latency_ms: number | null;
  /** HTTP requests made for this row. */
  readonly attempts: number;
  readonly billed: Billed;
  readonly request_id: string | null;
  /** What else the service counted, of which `input_tokens` holds none; `null` where it told of nothing. */
  readonly usage: UsageTrace | null;
  /** What a guardrail did to the prompt or the answer. */
  readonly guardrail: "masked" | "blocked" | null;
  /** True where the answer's JSON had to be mended to be read. */
  readonly repaired: boolean;
  /** What one should know of an answer before one relies on it, in sentences; `null` where there is nothing. */
  readonly remarks: readonly string[] | null;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean } | null;
}

/** See `Usage`. What the service does not tell of is left out. */
interface UsageTrace {
  readonly cache_read_tokens?: number;
  readonly cache_write_tokens?: number;
  /** The tokens of `cache_write_tokens` by how long the cache keeps them. */
  readonly cache_writes?: Readonly<Record<string, number>>;
  /** The tokens of `output_tokens` that the model thought with. */
  readonly thinking_tokens?: number;
  readonly guardrail_units?: Readonly<Record<string, number>>;
  /** The tier that served the call. */
  readonly service_tier?: string;
}

/** What a row says of a call's usage beside its tokens. */
export const usageTrace = (usage: Usage): UsageTrace | null => {
  const { cacheReadTokens, cacheWriteTokens, cacheWrites, thinkingTokens, guardrailUnits, serviceTier } =
    usage;
  const told: UsageTrace = {
    ...(cacheReadTokens > 0 && { cache_read_tokens: cacheReadTokens }),
    ...(cacheWriteTokens > 0 && { cache_write_tokens: cacheWriteTokens }),
    ...(cacheWrites && { cache_writes: cacheWrites }),
    ...(thinkingTokens !== undefined && { thinking_tokens: thinkingTokens }),
    ...(guardrailUnits && { guardrail_units: guardrailUnits }),
    ...(serviceTier !== undefined && { service_tier: serviceTier }),
  };
  return Object.keys(told).length > 0 ? told : null;
};

/** What became of one record. */
export interface Outcome {
  readonly record: unknown;
  /** The output columns; all `null` where the row was not enriched. */
  readonly columns: Readonly<Record<string, Json>>;
  readonly trace: Trace;
  /** The bodies of the call, which hold row values: for logs that the user turned on. */
  readonly payloads: { readonly request: string | null; readonly response: string | null };
  /** What the call was expected to cost; `null` where the price is not known. */
  readonly estimate?: UsdRange | null;
  /** What an answer that was there already would have cost, in US dollars. */
  readonly savedUsd?: number | null;
  /** What a prompt cache saved of the cost, in US dollars; below zero where it cost more than it saved. */
  readonly cacheSavedUsd?: number | null;
  /** What else is to be said of the row, after its facts. It holds no value. */
  readonly remark?: string;
  /** Calls that Bedrock rejected for this row and that were made again. */
  readonly rejections: Rejections;
  /** True for an enriched row without an answer, which `on_empty` kept. */
  readonly keptEmpty?: boolean;
}

/** What a host counts as a success: nothing is left to do for the row. */
export const isSuccess = ({ trace }: Outcome): boolean => trace.error === null;

/** What becomes of a row that may have been billed. */
export type OnUnknown = "hold" | "retry" | "fail";

/** Where the row goes that an error ended. */
const statusOf = ({ scope, billed }: ConnectorError, onUnknown: OnUnknown): Status => {
  if (scope === "end") return "not_sent";
  return billed === "unknown" && onUnknown !== "fail" ? "held" : "failed";
};

/** What is known of a row, with every key in its place. */
export const trace = (known: Partial<Trace>): Trace => ({ ...unknownTrace, ...known });

const unknownTrace: Trace = {
  status: "failed",
  model: null,
  stop_reason: null,
  truncated: false,
  input_tokens: null,
  output_tokens: null,
  cost_usd: 0,
  latency_ms: null,
  attempts: 0,
  billed: "no",
  request_id: null,
  usage: null,
  guardrail: null,
  repaired: false,
  remarks: null,
  error: null,
};

/** The `_bedrock` object of a row that an error ended. */
export const failedTrace = (
  error: ConnectorError,
  known: Partial<Trace> = {},
  onUnknown: OnUnknown = "hold",
): Trace =>
  trace({
    request_id: error.requestId,
    billed: error.billed,
    cost_usd: error.billed === "no" ? 0 : null,
    ...known,
    status: statusOf(error, onUnknown),
    error: { code: error.code, message: error.message, retryable: error.retryable },
  });

/** The enriched record: the input, the output columns in place of input columns of the same name, `_bedrock`. */
export const toRecord = ({ record, columns, trace }: Outcome): Record<string, unknown> => ({
  ...(!isObject(record) && { value: record instanceof BadLine ? record.text : record }),
  ...(isObject(record) && record),
  ...columns,
  _bedrock: trace,
});

/** How many rows came to each error code, and the first one's message. */
export type ErrorCounts<Code extends string = ErrorCode> = Partial<
  Record<Code, { count: number; message: string }>
>;

/** Counts rows that came to an error. */
export const countError = <Code extends string>(
  errors: ErrorCounts<Code>,
  code: Code,
  message: string,
  count = 1,
): void => {
  const known = errors[code];
  errors[code] = { count: (known?.count ?? 0) + count, message: known?.message ?? message };
};
