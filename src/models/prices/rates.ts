import type { Usage } from "../../core/reply.js";

/** US dollars for a million tokens. What is not there is not known, which is not the same as free. */
export interface Rates {
  readonly input: number;
  readonly output?: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
  /** The rates of a whole request with more input tokens than this. */
  readonly long_context?: Omit<Rates, "long_context"> & { readonly above_input_tokens: number };
}

/** The rates of one model or profile. */
export interface ModelPrice extends Rates {
  /** Rates of other tiers than the default one. */
  readonly service_tiers?: Readonly<Record<string, Rates>>;
}

/** A price file: what `schemas/prices.json` describes. */
export interface PriceTable {
  readonly source?: string;
  /** The day of the prices, such as 2026-11-10. */
  readonly date?: string;
  /** By model id, inference profile id or ARN. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
}

/** The tokens of one call, as they are billed: `input` counts none that were read from or written to a cache. */
interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** What a call costs, in US dollars; `null` where the price of any of its tokens is not known. */
export const costOf = (rates: Rates | null, tokens: Tokens): number | null => {
  if (!rates) return null;
  const { input, output, cacheRead = 0, cacheWrite = 0 } = tokens;
  const { input: inputRate, output: outputRate, cache_read, cache_write } = ratesAt(rates, tokens);
  let usd = 0;
  for (const [count, rate] of [
    [input, inputRate],
    [output, outputRate],
    [cacheRead, cache_read],
    [cacheWrite, cache_write],
  ] as const) {
    if (count > 0 && rate === undefined) return null;
    usd += (count * (rate ?? 0)) / 1e6;
  }
  return roundUsd(usd);
};

/** What was used, in US dollars; `null` where the counts or their price are not known. */
export const usdOfUsage = (rates: Rates | null, usage: Usage): number | null => {
  const {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
  } = usage;
  return input === null || output === null ? null : costOf(rates, { input, output, cacheRead, cacheWrite });
};

/** The most that a call can cost, in US dollars: all of its input may be written to a cache. */
export const mostUsd = (rates: Rates | null, input: number, output: number): number | null => {
  const usd = costOf(rates, { input, output });
  return usd === null ? null : Math.max(usd, costOf(rates, { input: 0, cacheWrite: input, output }) ?? 0);
};

/** Without the noise of adding up: to a millionth of a millionth of a dollar. */
export const roundUsd = (usd: number): number => Math.round(usd * 1e12) / 1e12;

/** The rates that hold for a request of so many tokens. */
const ratesAt = (rates: Rates, { input, cacheRead = 0, cacheWrite = 0 }: Tokens): Rates => {
  const { long_context } = rates;
  const isLong = long_context && input + cacheRead + cacheWrite > long_context.above_input_tokens;
  return isLong ? long_context : rates;
};
