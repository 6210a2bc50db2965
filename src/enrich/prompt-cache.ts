import type { Connection } from "../connection/connection.js";
import type { JsonObject } from "../core/json.js";
import type { CacheWay, Family } from "../models/families/family.js";
import { factsOf } from "../models/model-facts.js";
import { assumedBytesPerToken } from "../models/prices/estimate.js";
import type { Rates } from "../models/prices/rates.js";
import { type CachePoint, findCachePoint, hasPoint } from "../template/cache-point.js";

/** What rows have in common that a prompt cache can keep, and what that is worth. */
export interface PromptCachePlan {
  readonly way: CacheWay;
  readonly point: CachePoint;
  /** About how many tokens it has, and the fewest that the model keeps. */
  readonly tokens: number;
  readonly leastTokens: number;
  /** US dollars for a million tokens: asked anew, put into the cache, and read from it. */
  readonly usd: { readonly input: number; readonly write: number; readonly read: number };
}

/**
 * Where the sample has a beginning that is worth to be kept; else why it has not, as the end of a sentence. The sample is as
 * it would be sent, placeholders and all.
 */
export const planPromptCache = (
  sample: JsonObject,
  family: Family | null,
  { modelId, candidateModelIds }: Pick<Connection, "modelId" | "candidateModelIds">,
  price: Rates | null,
): PromptCachePlan | string => {
  const way = family?.cache;
  const leastTokens = factsOf(...candidateModelIds)?.cache_from;
  if (!way || leastTokens === undefined) return `${modelId} is not known to have a prompt cache`;
  if (hasPoint(way, sample)) return "request_format sets a point of its own";
  const point = findCachePoint(way, sample);
  if (!point) return "no text of the prompt stands in front of its first placeholder";
  const tokens = Math.ceil(point.bytes / assumedBytesPerToken);
  // A text of more tokens than that would be of a kind of its own; below the least the service keeps nothing.
  if (point.bytes / fewestBytes < leastTokens)
    return `what stands in front of the first placeholder has about ${tokens} tokens, and ${modelId} keeps ${leastTokens} or more`;
  const { input, cache_read: read, cache_write: write } = price ?? {};
  if (input === undefined || read === undefined || write === undefined)
    return `no price of cached tokens is known for ${modelId}: prices_file may give cache_read and cache_write`;
  if (read >= input) return "what is read from the cache costs no less";
  return { way, point, tokens, leastTokens, usd: { input, write, read } };
};

/** Bytes of text a token, at the least that plain text has. */
const fewestBytes = 2;

/**
 * What so many rows save, in US dollars, where one of them fills the cache and the others follow within its lifetime; below
 * zero where they would lose.
 */
export const cacheSavings = ({ tokens, usd }: PromptCachePlan, rows: number): number =>
  rows === 0 ? 0 : (tokens * (rows * usd.input - usd.write - (rows - 1) * usd.read)) / 1e6;
