import { hash } from "node:crypto";
import { type Price, priceOf } from "../../models/prices/price.js";
import { costOf } from "../../models/prices/rates.js";
import type { InputTokens } from "./prompt-cache.js";
import type { EmulatorStats } from "./stats.js";
import type { Task } from "./work.js";

/** How work is served, which decides what it costs. */
interface Terms {
  /** A service tier, or `batch`. */
  readonly door: string;
  readonly region: string;
}

/**
 * Puts work on the bill as it begins: from then on a real account would pay for it. `digests` holds those of all work so
 * far. The answer is to be called once with the output tokens, when the work is done.
 */
export const bill = (
  { stats, billed: digests }: { readonly stats: EmulatorStats; readonly billed: Set<string> },
  { modelId, json, inputTokens, cacheRead = 0, cacheWrite = 0 }: Task & Partial<InputTokens>,
  { door, region }: Terms,
): ((outputTokens: number) => void) => {
  digests.add(hash("sha256", `${modelId}\n${JSON.stringify(asWork(json))}`, "base64"));
  stats.billed += 1;
  stats.distinct_billed = digests.size;
  stats.bill[door] ??= { calls: 0, input_tokens: 0, output_tokens: 0, usd: 0, unpriced: 0 };
  const line = stats.bill[door];
  line.calls += 1;
  const price = listPrice(modelId, region);
  if (!price) line.unpriced += 1;
  const share = halfPrice.has(door) ? 0.5 : 1;
  return (outputTokens) => {
    stats.input_tokens += inputTokens;
    stats.output_tokens += outputTokens;
    line.input_tokens += inputTokens;
    line.output_tokens += outputTokens;
    line.usd +=
      share * (costOf(price, { input: inputTokens, output: outputTokens, cacheRead, cacheWrite }) ?? 0);
  };
};

/** Found once: looking through the tables takes longer than the rest of a bill. */
const listPrice = (modelId: string, region: string): Price | null => {
  const name = `${modelId} ${region}`;
  const known = prices.get(name);
  if (known !== undefined) return known;
  const price = priceOf({ modelId, candidateModelIds: [modelId], region, serviceTier: null }, null);
  prices.set(name, price);
  return price;
};

const prices = new Map<string, Price | null>();

const halfPrice: ReadonlySet<string> = new Set(["flex", "batch"]);

/** The same work is the same through every door, so without what only says how it is served. */
const asWork = ({ serviceTier: _, requestMetadata: __, ...json }: Task["json"]): unknown => json;
