import { createTokenCounter } from "../../bedrock/count-tokens.js";
import { ConnectorError, type ErrorCode } from "../../core/errors.js";
import { type Json, tryParseJson } from "../../core/json.js";
import type { Plan } from "../../enrich/plan.js";
import type { Rendered } from "../../enrich/request.js";
import { assumedBytesPerToken, estimateTokens } from "../../models/prices/estimate.js";

/** One of the first rows, as it would be sent. */
export interface Sample {
  /** From 1. */
  readonly row: number;
  /** The exact body, which holds the row's values; `null` for a row that would fail or be skipped. */
  readonly body: Json;
  readonly input_tokens: number | null;
  /** True where Bedrock has counted them; else they are estimated. */
  readonly counted: boolean;
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

interface Samples {
  readonly samples: readonly Sample[];
  /** What the counts say of this data; `undefined` without a count. */
  readonly bytesPerToken: number | undefined;
  /** Why there is no count. */
  readonly refusal: ConnectorError | null;
}

/**
 * The first rows, with their tokens counted by Bedrock where it does that: free, and ended by the first refusal.
 */
export const takeSamples = async (plan: Plan, requests: readonly Rendered[]): Promise<Samples> => {
  const countTokens = createTokenCounter(plan.connection);
  const samples: Sample[] = [];
  let refusal: ConnectorError | null = null;
  let bytes = 0;
  let tokens = 0;
  for (const [index, request] of requests.entries()) {
    const row = index + 1;
    if (request instanceof ConnectorError) {
      const { code, message } = request;
      samples.push({ row, body: null, input_tokens: null, counted: false, error: { code, message } });
      continue;
    }
    if (request === "blank") {
      samples.push({ row, body: null, input_tokens: null, counted: false, error: null });
      continue;
    }
    const estimate = estimateTokens(request).input;
    const count: number | ConnectorError = refusal ?? (await countTokens(request.body));
    const counted = typeof count === "number";
    if (counted) {
      bytes += estimate.expected * assumedBytesPerToken;
      tokens += count;
    } else refusal = count;
    samples.push({
      row,
      body: tryParseJson(request.body) ?? null,
      input_tokens: counted ? count : estimate.expected,
      counted,
      error: null,
    });
  }
  return { samples, bytesPerToken: tokens > 0 ? bytes / tokens : undefined, refusal };
};
