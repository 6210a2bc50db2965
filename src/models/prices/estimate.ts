import type { InvokeRequest } from "../../core/invoke.js";
import type { UsdRange } from "../../core/outcome.js";
import { costOf, mostUsd, type Rates, roundUsd } from "./rates.js";

/** How many tokens a call may take. */
interface TokenRange {
  /** True where the least of the input may all be read from a prompt cache. */
  readonly mayBeCached: boolean;
  readonly input: { readonly low: number; readonly expected: number; readonly max: number };
  /** The limit that the request sets; `null` where it sets none. */
  readonly maxOutput: number | null;
}

const assumed = { share: 1 / 3, tokens: 500 };

/** How long an answer is taken to be where nothing tells. */
export const assumedOutput = (limit: number | null): number =>
  limit === null ? assumed.tokens : Math.ceil(limit * assumed.share);

/** The same in words. */
export const assumption = `assumed: a third of the limit, ${assumed.tokens} where there is none`;

/** Bytes of text a token, for lack of a count. */
export const assumedBytesPerToken = 4;

/**
 * An estimate of a row from its body alone, which takes at most so many calls. `null` where the price is not known.
 */
export const estimateUsd = (
  rates: Rates | null,
  request: InvokeRequest,
  mostCalls: number,
): UsdRange | null => {
  const one = usdOf(rates, estimateTokens(request));
  return one && { ...one, max: one.max === null ? null : roundUsd(one.max * mostCalls) };
};

/**
 * The input tokens of a body, by its bytes: a token is seldom longer than eight bytes of the text, is four on
 * average, in English and, at three bytes a character, in Chinese, and is never shorter than one byte.
 */
export const estimateTokens = (
  { bodyBytes, textBytes: bytes, maxTokens, cached }: InvokeRequest,
  bytesPerToken: number = assumedBytesPerToken,
): TokenRange => {
  const expected = Math.ceil(bytes / bytesPerToken);
  const input = { low: Math.min(Math.ceil(bytes / 8), expected), expected, max: mostInputTokens(bodyBytes) };
  return { input, maxOutput: maxTokens, mayBeCached: cached !== undefined };
};

/** The most input tokens of a body: each is at least one byte of it, and 64 cover what the service adds. */
export const mostInputTokens = (bodyBytes: number): number => bodyBytes + 64;

/** The dollars for some tokens: at least one token of output, at most all that the request allows. */
const usdOf = (rates: Rates | null, tokens: TokenRange): UsdRange | null => {
  const { input, maxOutput } = tokens;
  const low = leastUsd(rates, tokens);
  const expected = costOf(rates, { input: input.expected, output: assumedOutput(maxOutput) });
  if (low === null || expected === null) return null;
  return {
    low,
    expected,
    max: maxOutput === null ? null : mostUsd(rates, { input: input.max, output: maxOutput }),
  };
};

/** The least that a call may cost. */
export const leastUsd = (
  rates: Rates | null,
  { input, maxOutput, mayBeCached }: TokenRange,
): number | null => {
  const [plain, cacheRead] = mayBeCached ? [0, input.low] : [input.low, 0];
  return costOf(rates, { input: plain, cacheRead, output: Math.min(1, maxOutput ?? 1) });
};

/** Two estimates together; not known where one of them is not. */
export const addUsd = (one: UsdRange | null, other: UsdRange | null): UsdRange | null =>
  one && other
    ? {
        low: roundUsd(one.low + other.low),
        expected: roundUsd(one.expected + other.expected),
        max: one.max === null || other.max === null ? null : roundUsd(one.max + other.max),
      }
    : null;
