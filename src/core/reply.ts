import type { Json } from "./json.js";

/** The tokens that a call took, as the service counts them; `null` where it does not say. */
export interface Usage {
  readonly inputTokens: number | null;
  /** 0 for a vector, which has none. */
  readonly outputTokens: number | null;
  /**
   * Input tokens read from and written to a prompt cache, beside `inputTokens`; 0 where nothing is said of them.
   */
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** What a response says, whatever its family. Everything is `null` where the response does not say it. */
export interface Reply {
  readonly body: Json;
  /** The answer as the model wrote it, without its reasoning. */
  readonly text: string | null;
  /** The answer with reasoning inside it, as it stands in the body. */
  readonly rawText: string | null;
  readonly reasoning: string | null;
  /** The vector of a family of vectors; a list of them where the request asked for several. */
  readonly vector: Json[] | null;
  /** The service's own word, lower-cased. */
  readonly stopReason: string | null;
  /** True when a token limit cut the answer off. */
  readonly truncated: boolean;
  /** Why the model did not answer as it was asked, where the stop reason or a guardrail says so. */
  readonly ending: "refused" | "content_filtered" | "guardrail_intervened" | null;
}
