import type { InvokeRequest } from "../../core/invoke.js";
import type { UsdRange } from "../../core/outcome.js";
import { assumedOutput, assumption, estimateTokens, leastUsd } from "../../models/prices/estimate.js";
import { costOf, mostUsd, type Rates, roundUsd } from "../../models/prices/rates.js";

/** What a run may take, before it. */
export interface Forecast {
  readonly input_tokens: { readonly low: number; readonly expected: number; readonly max: number };
  /** `max` is `null` where a request sets no limit. */
  readonly output_tokens: { readonly low: number; readonly expected: number; readonly max: number | null };
  /** Where the expected number of output tokens comes from. */
  readonly output_tokens_by: string;
  /** `null` where the price is not known. */
  readonly cost_usd: UsdRange | null;
}

/** Adds up requests, in flat memory. Each row takes one call, and at most `mostCalls`. */
export const createForecast = (rates: Rates | null, bytesPerToken: number | undefined, mostCalls: number) => {
  const input = { low: 0, expected: 0, max: 0 };
  const output = { low: 0, assumed: 0, max: 0 as number | null };
  // A row's expected cost is `fixed` and so much a token of output, which the answers seen so far tell at the end.
  const usd = { low: 0, assumed: 0, fixed: 0, aToken: 0, max: 0 };
  const seen = { answers: 0, tokens: 0 };
  let rows = 0;
  let isPriced = rates !== null;
  return {
    /** `shared` for a row whose answer may be that of an equal one: at best it costs nothing. */
    add(request: InvokeRequest, shared: boolean): void {
      const estimate = estimateTokens(request, bytesPerToken);
      const { input: tokens, maxOutput } = estimate;
      const least = Math.min(1, maxOutput ?? 1);
      const assumed = assumedOutput(maxOutput);
      const most = maxOutput ?? 0;
      rows++;
      input.low += shared ? 0 : tokens.low;
      input.expected += tokens.expected;
      input.max += tokens.max * mostCalls;
      output.low += shared ? 0 : least;
      output.assumed += assumed;
      output.max = output.max === null || maxOutput === null ? null : output.max + maxOutput * mostCalls;
      const low = leastUsd(rates, estimate);
      const fixed = costOf(rates, { input: tokens.expected, output: 0 });
      const withOutput = costOf(rates, { input: tokens.expected, output: Math.min(1, maxOutput ?? 1) });
      const max = mostUsd(rates, { input: tokens.max, output: most });
      if (low === null || fixed === null || withOutput === null || max === null) {
        isPriced = false;
        return;
      }
      usd.low += shared ? 0 : low;
      usd.fixed += fixed;
      usd.aToken += withOutput - fixed;
      usd.assumed += fixed + (withOutput - fixed) * assumed;
      usd.max += max * mostCalls;
    },
    /** An answer that the ledger has, from which the length of the others is learned. */
    learn(outputTokens: number | null): void {
      if (outputTokens === null) return;
      seen.answers++;
      seen.tokens += outputTokens;
    },
    forecast(): Forecast {
      const learned = seen.answers >= telling;
      const mean = seen.tokens / seen.answers;
      const max = output.max === null ? null : roundUsd(usd.max);
      const expected = roundUsd(learned ? usd.fixed + usd.aToken * mean : usd.assumed);
      return {
        input_tokens: input,
        output_tokens: {
          low: output.low,
          expected: learned ? Math.round(rows * mean) : output.assumed,
          max: output.max,
        },
        output_tokens_by: learned ? `the mean of ${seen.answers} answers in the ledger` : assumption,
        cost_usd: isPriced
          ? { low: roundUsd(usd.low), expected: Math.min(expected, max ?? expected), max }
          : null,
      };
    },
  };
};

/** So many answers tell more than the assumption. */
const telling = 10;
