import type { Usage } from "../core/reply.js";

/** What Bedrock's response headers tell of an answer, as far as it sent them. Names are lower-case. */
export const readHeaders = (
  headers: Readonly<Record<string, string | undefined>>,
): { counts: Partial<Usage>; latencyMs: number | null; requestId: string | null } => ({
  counts: {
    inputTokens: numberIn(headers["x-amzn-bedrock-input-token-count"]),
    outputTokens: numberIn(headers["x-amzn-bedrock-output-token-count"]),
    ...countOf("cacheReadTokens", headers["x-amzn-bedrock-cache-read-input-token-count"]),
    ...countOf("cacheWriteTokens", headers["x-amzn-bedrock-cache-write-input-token-count"]),
    ...tierOf(headers["x-amzn-bedrock-service-tier"]),
  },
  latencyMs: numberIn(headers["x-amzn-bedrock-invocation-latency"]),
  requestId: requestIdIn(headers),
});

/** AWS's id of a call. What is not of its form may be anything, a row's value too. */
export const requestIdIn = (headers: Readonly<Record<string, string | undefined>>): string | null => {
  const id = headers["x-amzn-requestid"] ?? "";
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) ? id : null;
};

/** The whole number that a header holds. */
const numberIn = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

const tierOf = (tier: string | undefined): Partial<Usage> =>
  tier !== undefined && /^[\w-]{1,40}$/.test(tier) ? { serviceTier: tier } : {};

const countOf = (name: "cacheReadTokens" | "cacheWriteTokens", text: string | undefined): Partial<Usage> => {
  const count = numberIn(text);
  return count === null ? {} : { [name]: count };
};
