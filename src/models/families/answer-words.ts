/** What a kind of block is of an answer. Kinds that stand nowhere are named on the row, never dropped in silence. */
interface BlockKind {
  readonly is: "text" | "reasoning" | "tool" | "refusal";
  /** Keys from the block to its text, or to blocks inside it; none where it has none to show. */
  readonly at?: readonly string[];
}

/**
 * The kinds of blocks that answers are made of, whatever the API: by a block's `type`, else by the key that it has.
 * No name means two things. Sources: the Messages, Converse and Nova references; OpenAI's and Mistral's chat completions.
 */
export const blockKinds: Readonly<Record<string, BlockKind>> = {
  text: { is: "text", at: ["text"] },
  output_text: { is: "text", at: ["text"] },
  citationsContent: { is: "text", at: ["citationsContent", "content"] },
  guardContent: { is: "text", at: ["guardContent", "text", "text"] },

  thinking: { is: "reasoning", at: ["thinking"] },
  redacted_thinking: { is: "reasoning" },
  reasoningContent: { is: "reasoning", at: ["reasoningContent", "reasoningText", "text"] },
  reasoning: { is: "reasoning", at: ["reasoning"] },
  reasoning_text: { is: "reasoning", at: ["text"] },

  tool_use: { is: "tool" },
  toolUse: { is: "tool" },
  tool_call: { is: "tool" },
  function_call: { is: "tool" },

  refusal: { is: "refusal", at: ["refusal"] },
};

/** What the words mean that families end an answer with, lower-cased. A word that stands nowhere means nothing. */
export const stopWords = {
  truncated: ["max_tokens", "length", "model_context_window_exceeded", "max_output_tokens", "error_limit"],
  tool_call: ["tool_use", "tool_calls", "function_call"],
  refused: ["refusal", "refused"],
  content_filtered: ["content_filtered", "content_filter", "error_toxic"],
  /** The model or the service failed while it wrote. */
  malformed_answer: [
    "malformed_model_output",
    "malformed_tool_use",
    "malformed_function_call",
    "service_unavailable",
    "invalid_query",
    "max_tool_invocations",
    "rag_query_when_rag_disabled",
    "pause_turn",
    "user_cancel",
    "abort",
    "error",
  ],
} as const;
