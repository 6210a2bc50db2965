import type { Json } from "./json.js";

/** The tokens that a call took, as the service counts them; `null` where it does not say. */
export interface Usage {
  readonly inputTokens: number | null;
  /** Thinking among them. 0 for a vector, which has none. */
  readonly outputTokens: number | null;
  /**
   * Input tokens read from and written to a prompt cache, beside `inputTokens`; 0 where nothing is said of them.
   */
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** The tokens of `cacheWriteTokens` by how long the cache keeps them, such as `1h`, where the service says it. */
  readonly cacheWrites?: Readonly<Record<string, number>>;
  /** The tokens of `outputTokens` that the model thought with, where the service says it. */
  readonly thinkingTokens?: number;
  /** What a guardrail worked on, by the service's own names for its units. */
  readonly guardrailUnits?: Readonly<Record<string, number>>;
  /** The service tier that served the call, where the service says it. */
  readonly serviceTier?: string;
}

/** Tags around reasoning that a model writes into its text. */
export interface ReasoningTags {
  readonly open: string;
  readonly close: string;
  /** Whether the opening tag stands in the prompt, so that a lone closing tag ends reasoning; `maybe` is a guess. */
  readonly openedByPrompt?: "always" | "maybe";
}

/**
 * Why there is no answer as it was asked for, where that is so: the code of the row's error. With `tool_call` and
 * `unreadable_response` something is there that is no text.
 */
export type Ending =
  | "refused"
  | "content_filtered"
  | "guardrail_intervened"
  | "malformed_answer"
  | "tool_call"
  | "only_reasoning"
  | "empty_answer"
  | "unreadable_response";

/** What a response says, whatever its family. Everything is `null` where the response does not say it. */
export interface Reply {
  readonly body: Json;
  /** The answer as the model wrote it, without its reasoning: the texts of all its blocks, in their order. */
  readonly text: string | null;
  /** The answer with reasoning inside it, as it stands in the body. */
  readonly rawText: string | null;
  readonly reasoning: string | null;
  /** The lone closing tag in front of which the text was taken for reasoning on a guess; `null` where there is none. */
  readonly guessedBy: string | null;
  /** The tags that this model may write around reasoning. */
  readonly reasoningTags: readonly ReasoningTags[];
  /** The vector of a family of vectors; a list of them where the request asked for several. */
  readonly vector: Json[] | null;
  /** Kinds of blocks beside the text that were not read, by the service's names for them. */
  readonly unread: readonly string[];
  /** Whether the model calls a tool, beside a text or in its place. */
  readonly callsTool: boolean;
  /** The service's own word, lower-cased. */
  readonly stopReason: string | null;
  /** True when a token limit cut the answer off. */
  readonly truncated: boolean;
  /** What a guardrail did to the answer or the prompt. */
  readonly guardrail: "masked" | "blocked" | null;
  readonly ending: Ending | null;
}

/** What a response says that says nothing. */
export const emptyReply: Reply = {
  body: null,
  text: null,
  rawText: null,
  reasoning: null,
  guessedBy: null,
  reasoningTags: [],
  vector: null,
  unread: [],
  callsTool: false,
  stopReason: null,
  truncated: false,
  guardrail: null,
  ending: null,
};
