import type { Usage } from "../../core/reply.js";

/** US dollars for a million tokens. What is not there is not known, which is not the same as free. */
export interface Rates {
  readonly input: number;
  readonly output?: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
  /** Of tokens that the cache keeps for an hour. */
  readonly cache_write_1h?: number;
  /** The rates of a whole request with more input tokens than this. */
  readonly long_context?: Omit<Rates, "long_context"> & { readonly above_input_tokens: number };
}

/** The rates of one model or profile. */
export interface ModelPrice extends Rates {
  /** Rates of other tiers than the default one. */
  readonly service_tiers?: Readonly<Record<string, Rates>>;
}

/** The rates of the tiers that may serve a call, by the tier. */
export type TierRates = Readonly<Record<string, Rates>>;

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
  /** Those of `cacheWrite` that the cache keeps for an hour. */
  readonly cacheWriteHour?: number;
}

/** What a call costs, in US dollars; `null` where the price of any of its tokens is not known. */
export const costOf = (rates: Rates | null, tokens: Tokens): number | null => {
  if (!rates) return null;
  const { input, output, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0 } = tokens;
  const at = ratesAt(rates, tokens);
  const usd =
    priced(input, at.input) +
    priced(output, at.output) +
    priced(cacheRead, at.cache_read) +
    priced(cacheWrite - cacheWriteHour, at.cache_write) +
    priced(cacheWriteHour, hourRate(at));
  return Number.isNaN(usd) ? null : roundUsd(usd);
};

/** NaN where there are tokens whose rate is not known. */
const priced = (count: number, rate = Number.NaN): number => (count > 0 ? (count * rate) / 1e6 : 0);

/**
 * An hour in the cache costs twice the input, where the table says nothing else of it: so it does for all models that
 * keep anything that long. Source: Anthropic's page on prompt caching, and its prices on Bedrock.
 */
const hourRate = ({ input, cache_write, cache_write_1h }: Rates): number | undefined =>
  cache_write_1h ?? (cache_write === undefined ? undefined : 2 * input);

/** What was used, in US dollars; `null` where the counts or their price are not known. */
export const usdOfUsage = (rates: Rates | null, usage: Usage, tiers?: TierRates): number | null => {
  const { inputTokens: input, outputTokens: output, cacheReadTokens, cacheWriteTokens, cacheWrites } = usage;
  if (input === null || output === null) return null;
  const tokens = {
    input,
    output,
    cacheRead: cacheReadTokens,
    cacheWrite: cacheWriteTokens,
    cacheWriteHour: Math.min(cacheWrites?.["1h"] ?? 0, cacheWriteTokens),
  };
  return costOf(servedRates(rates, usage.serviceTier, tiers), tokens);
};

/** The tier of what a batch job answered: no tier of the service's, but a price of its own. */
export const batchTier = "batch";

/**
 * Half of the price of calls: what Bedrock takes for batch inference, which caches no prompts. Source: its user guide,
 * capacity-limits-cost-optimization.
 */
const batchRates = ({ long_context: long, ...usual }: Rates): Rates => {
  const half = ({ input, output }: Pick<Rates, "input" | "output">) => ({
    input: input / 2,
    ...(output !== undefined && { output: output / 2 }),
  });
  const { above_input_tokens = 0 } = long ?? {};
  return { ...half(usual), ...(long && { long_context: { above_input_tokens, ...half(long) } }) };
};

/** The rates of batch jobs of a model: those that a table names, else half of its calls'; `null` where these are not known. */
export const ratesOfBatch = (calls: Rates | null, tiers?: TierRates): Rates | null => {
  const usual = tiers?.default ?? calls;
  return tiers?.[batchTier] ?? (usual && batchRates(usual));
};

/** Whether tokens cost less by some rates than by others: no rate is higher, and one is lower. */
export const isCheaper = (one: Rates, other: Rates): boolean => {
  const pairs = [
    [one.input, other.input],
    [one.output ?? 0, other.output ?? 0],
  ] as const;
  return pairs.every(([a, b]) => a <= b) && pairs.some(([a, b]) => a < b);
};

/**
 * What a prompt cache saved of a call, in US dollars, below zero where it cost more than it saved; `null` where the counts
 * or their price are not known.
 */
export const usdSavedByCache = (rates: Rates | null, usage: Usage, tiers?: TierRates): number | null => {
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
  if (cached === 0) return 0;
  const { inputTokens, cacheWrites: _, ...others } = usage;
  const inputAlone = inputTokens === null ? null : inputTokens + cached;
  const plain = { ...others, inputTokens: inputAlone, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const [without, paid] = [plain, usage].map((each) => usdOfUsage(rates, each, tiers));
  return without == null || paid == null ? null : roundUsd(without - paid);
};

/** The rates of the tier that served a call; those of the tier that it asked for where the service tells none. */
const servedRates = (asked: Rates | null, tier: string | undefined, tiers?: TierRates): Rates | null => {
  if (tier === batchTier) return ratesOfBatch(asked, tiers);
  if (tier === undefined || !tiers) return asked;
  const served = tier.toLowerCase();
  return tiers[served === "standard" ? "default" : served] ?? null;
};

/**
 * The most that a call can cost, in US dollars: all of its input may be written to a cache, and the default tier may
 * serve it.
 */
export const mostUsd = (
  rates: Rates | null,
  { input, output, keepsHour = false }: { input: number; output: number; keepsHour?: boolean },
  tiers?: TierRates,
): number | null => {
  const most = (each: Rates): number | null => {
    const usd = costOf(each, { input, output });
    const written = { input: 0, output, cacheWrite: input, cacheWriteHour: keepsHour ? input : 0 };
    return usd === null ? null : Math.max(usd, costOf(each, written) ?? 0);
  };
  const asked = rates && most(rates);
  return asked === null ? null : Math.max(asked, (tiers?.default && most(tiers.default)) ?? 0);
};

/** Without the noise of adding up: to a millionth of a millionth of a dollar. */
export const roundUsd = (usd: number): number => Math.round(usd * 1e12) / 1e12;

/** The rates that hold for a request of so many tokens. */
const ratesAt = (rates: Rates, { input, cacheRead = 0, cacheWrite = 0 }: Tokens): Rates => {
  const { long_context } = rates;
  const isLong = long_context && input + cacheRead + cacheWrite > long_context.above_input_tokens;
  return isLong ? long_context : rates;
};
