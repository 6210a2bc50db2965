import type { ErrorCode } from "../core/errors.js";
import type { Rejections } from "../core/invoke.js";
import { countError, type ErrorCounts, type Outcome, type Status, type UsdRange } from "../core/outcome.js";
import type { ModelEnding } from "../models/ending.js";
import { addUsd } from "../models/prices/estimate.js";
import { roundUsd } from "../models/prices/rates.js";
import type { LimitAdvice } from "../run/pacer/limit-advice.js";
import type { Run } from "../run/run-state.js";

/** Counts of a run so far. `enriched + skipped + failed + held + notSent` reaches `received` when the run ends. */
export interface Progress {
  /** Rows taken from the input. */
  received: number;
  enriched: number;
  /** Rows with nothing to work on, which were not sent. */
  skipped: number;
  failed: number;
  held: number;
  notSent: number;
  /** Enriched rows whose answer a token limit cut off. */
  truncated: number;
  /** Rows taken from the input that have no outcome yet. */
  inFlight: number;
  /** Rows among them that wait to be sent again, after a throttle or the like. */
  readonly waiting: number;
  /** Calls that are open: the other rows without an outcome were read ahead and wait for their turn. */
  readonly open: number;
  /** HTTP requests made. */
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** The numbers of a finished run, as they stand in `tracking.meta.summary`. */
export interface Summary {
  received: number;
  enriched: number;
  /** Rows whose placeholders all came out blank; they cost nothing. */
  skipped: number;
  failed: number;
  held: number;
  not_sent: number;
  truncated: number;
  /** Enriched rows whose JSON had to be mended, whose answer a guardrail masked, and whose empty answer was kept. */
  repaired: number;
  masked: number;
  empty: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  /** Input tokens beside `input_tokens` that a prompt cache gave and took. */
  cache_read_tokens: number;
  cache_write_tokens: number;
  /** What the prompt cache saved, in US dollars, below zero where it cost more; `null` where that is not known. */
  cache_saved_usd: number | null;
  /** US dollars that the run cost; `null` where the cost of any row is not known. */
  cost_usd: number | null;
  /** The known part of it, and the rows that it leaves out: their price or their tokens are not known. */
  known_cost_usd: number;
  unknown_cost_rows: number;
  /** What the answers would have cost that were there already; `null` where that is not known. */
  saved_usd: number | null;
  /** What the rows were expected to cost that may have been billed; `null` where the price is not known. */
  estimated_cost_usd: UsdRange | null;
  wall_ms: number;
  /** Enriched rows whose answer was there already, in the ledger or from an equal row: they cost nothing. */
  reused: number;
  /** Calls that Bedrock rejected and that were made again, by error code. */
  rejections: Rejections;
  /** A smaller output limit that would let more calls start under the token quota, where there is one. */
  max_tokens_advice: LimitAdvice | null;
  /** What is known of the end of the model that was called; `null` for one that lives. */
  model_ending: ModelEnding | null;
  /** For each error code: how many rows, and the first row's message. */
  errors: ErrorCounts;
}

/** Adds up outcomes, in flat memory. */
export const createTally = (
  run: Pick<Run, "waiting" | "open" | "advice"> = { waiting: 0, open: 0, advice: () => null },
  ending: ModelEnding | null = null,
) => {
  const startedAt = performance.now();
  const errors: Summary["errors"] = {};
  const rejected: Rejections = {};
  const marked = { repaired: 0, masked: 0, empty: 0 };
  const cached = { cache_read_tokens: 0, cache_write_tokens: 0 };
  let reused = 0;
  let knownCost = 0;
  let unknownCostRows = 0;
  let saved: number | null = 0;
  let cacheSaved: number | null = 0;
  let estimated: UsdRange | null = { low: 0, expected: 0, max: 0 };
  const progress: Progress = {
    received: 0,
    enriched: 0,
    skipped: 0,
    failed: 0,
    held: 0,
    notSent: 0,
    truncated: 0,
    inFlight: 0,
    get waiting() {
      return run.waiting;
    },
    get open() {
      return run.open;
    },
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
  return {
    progress,
    receive(): void {
      progress.received++;
      progress.inFlight++;
    },
    settle({
      trace,
      rejections,
      estimate,
      savedUsd = 0,
      cacheSavedUsd = 0,
      keptEmpty = false,
    }: Outcome): void {
      progress.inFlight--;
      progress[counters[trace.status]]++;
      if (trace.truncated) progress.truncated++;
      if (trace.repaired) marked.repaired++;
      if (trace.status === "enriched" && trace.guardrail === "masked") marked.masked++;
      if (keptEmpty) marked.empty++;
      progress.calls += trace.attempts;
      if (trace.attempts > 0) {
        progress.inputTokens += trace.input_tokens ?? 0;
        progress.outputTokens += trace.output_tokens ?? 0;
        cached.cache_read_tokens += trace.usage?.cache_read_tokens ?? 0;
        cached.cache_write_tokens += trace.usage?.cache_write_tokens ?? 0;
      } else if (trace.status === "enriched") reused++;
      knownCost = roundUsd(knownCost + (trace.cost_usd ?? 0));
      if (trace.cost_usd === null) unknownCostRows++;
      saved = plusUsd(saved, savedUsd);
      cacheSaved = plusUsd(cacheSaved, cacheSavedUsd);
      if (trace.billed !== "no" && trace.attempts > 0) estimated = addUsd(estimated, estimate ?? null);
      for (const [code, count] of Object.entries(rejections) as [ErrorCode, number][])
        rejected[code] = (rejected[code] ?? 0) + count;
      if (!trace.error) return;
      countError(errors, trace.error.code, trace.error.message);
    },
    summary(): Summary {
      return {
        received: progress.received,
        enriched: progress.enriched,
        skipped: progress.skipped,
        failed: progress.failed,
        held: progress.held,
        not_sent: progress.notSent,
        truncated: progress.truncated,
        ...marked,
        calls: progress.calls,
        input_tokens: progress.inputTokens,
        output_tokens: progress.outputTokens,
        ...cached,
        cache_saved_usd: cacheSaved,
        reused,
        rejections: rejected,
        max_tokens_advice: run.advice(),
        cost_usd: unknownCostRows === 0 ? knownCost : null,
        known_cost_usd: knownCost,
        unknown_cost_rows: unknownCostRows,
        saved_usd: saved,
        estimated_cost_usd: estimated,
        wall_ms: Math.round(performance.now() - startedAt),
        model_ending: ending,
        errors,
      };
    },
  };
};

/** Not known where one of them is not. */
const plusUsd = (total: number | null, usd: number | null): number | null =>
  total === null || usd === null ? null : roundUsd(total + usd);

const counters = {
  enriched: "enriched",
  skipped: "skipped",
  failed: "failed",
  held: "held",
  not_sent: "notSent",
} as const satisfies Record<Status, keyof Progress>;
