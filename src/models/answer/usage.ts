import { isObject, type Json } from "../../core/json.js";
import type { Usage } from "../../core/reply.js";
import type { Family } from "../families/family.js";

type Find = (path: string | undefined) => unknown;
type Counted = "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens";

/**
 * The tokens of an answer. What came beside the body goes first, then the service's own metrics in it, then the
 * family's counts.
 */
export const readUsage = (family: Family | null, body: Json, find: Find, beside: Partial<Usage>): Usage => {
  const { usage } = family?.response ?? {};
  const metrics = isObject(body) ? body["amazon-bedrock-invocationMetrics"] : undefined;
  const count = (name: Counted, metric: string, path: string | undefined): number | null =>
    beside[name] ?? number(isObject(metrics) ? metrics[metric] : null) ?? number(find(path));
  const cacheWrites = lifetimes(find(usage?.cacheWrites));
  const thinkingTokens = number(find(usage?.thinking));
  const serviceTier = beside.serviceTier ?? text(find(family?.response.serviceTier));
  return {
    inputTokens: count("inputTokens", "inputTokenCount", usage?.input),
    outputTokens: count("outputTokens", "outputTokenCount", usage?.output) ?? (family?.vector ? 0 : null),
    cacheReadTokens: count("cacheReadTokens", "cacheReadInputTokenCount", usage?.cacheRead) ?? 0,
    cacheWriteTokens:
      count("cacheWriteTokens", "cacheWriteInputTokenCount", usage?.cacheWrite) ?? sum(cacheWrites),
    ...(sum(cacheWrites) > 0 && { cacheWrites }),
    ...(thinkingTokens !== null && { thinkingTokens }),
    ...(serviceTier !== null && { serviceTier }),
  };
};

/** Pairs of a lifetime and its tokens. */
const lifetimes = (pairs: unknown): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    const [lifetime, tokens] = Array.isArray(pair) ? pair : [];
    const counted = number(tokens);
    if (counted && typeof lifetime === "string" && /^\w{1,16}$/.test(lifetime))
      found[lifetime] = (Object.hasOwn(found, lifetime) ? (found[lifetime] ?? 0) : 0) + counted;
  }
  return found;
};

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
