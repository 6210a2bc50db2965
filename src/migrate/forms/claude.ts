import type { Form } from "../form.js";

export const claudeForm = {
  name: "claude",
  dialect: "anthropic",
  fixed: { anthropic_version: "bedrock-2023-05-31" },
  silent: { anthropic_version: null },
  talk: { is: "messages", at: "messages", content: "either", system: "system" },
  blocks: {
    text: { type: "text", text: "$text" },
    image: {
      type: "image",
      source: { type: "base64", media_type: "image/$format", data: "$data" },
    },
    document: {
      type: "document",
      "title?": "$name",
      "citations?": "$citations",
      "context?": "$context",
      source: { type: "base64", media_type: "application/$format", data: "$data" },
    },
    paper: {
      type: "document",
      "title?": "$name",
      "citations?": "$citations",
      "context?": "$context",
      source: { type: "text", media_type: "text/plain", data: "$text" },
    },
    call: { type: "tool_use", id: "$id", name: "$name", input: "$input" },
    result: { type: "tool_result", tool_use_id: "$id", content: "$content" },
    thought: { type: "thinking", thinking: "$text", "signature?": "$signature" },
  },
  cacheKey: "cache_control",
  words: {
    maxTokens: { at: [["max_tokens"]], required: 4096 },
    temperature: { at: [["temperature"]], range: [0, 1], for: { lacks: "no_sampling" } },
    topP: { at: [["top_p"]], range: [0, 1], for: { lacks: "no_sampling" } },
    topK: { at: [["top_k"]], range: [0, 500], for: { lacks: "no_sampling" } },
    stop: { at: [["stop_sequences"]], list: true, most: 8191 },
    thinking: {
      at: [["thinking"]],
      shapes: {
        off: { type: "disabled" },
        seldom: { type: "between_tools" },
        on: { type: "adaptive" },
        budget: { type: "enabled", budget_tokens: "$tokens" },
      },
      for: { lacks: "no_thinking" },
    },
    effort: { at: [["output_config", "effort"]], for: { lacks: "no_thinking" } },
    schema: {
      at: [["output_config", "format"]],
      shapes: { json: { type: "json_schema", schema: "$schema" } },
      for: { trait: "native_schema" },
    },
    tools: {
      at: [["tools"]],
      each: { name: "$name", "description?": "$description", input_schema: "$parameters" },
    },
    toolChoice: {
      at: [["tool_choice"]],
      shapes: {
        auto: { type: "auto" },
        any: { type: "any" },
        one: { type: "tool", name: "$name" },
        none: { type: "none" },
      },
    },
    guardTag: { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] },
  },
  together: [{ words: ["temperature", "topP"], models: /claude-(?!3)/ }],
  prefill: { models: /claude-(?:3|instant|v2|(?:opus|sonnet|haiku)-4-(?:[15]|\d{8}))/ },
  reply: {
    text: ["/content/0/text"],
    role: ["/role"],
    stopReason: ["/stop_reason"],
    stopSequence: ["/stop_sequence"],
    inputTokens: ["/usage/input_tokens"],
    outputTokens: ["/usage/output_tokens"],
    cacheRead: ["/usage/cache_read_input_tokens"],
    cacheWrite: ["/usage/cache_creation_input_tokens"],
    toolInput: ["/content/0/input"],
    reasoning: ["/content/0/thinking"],
    id: ["/id"],
    model: ["/model"],
  },
  endings: [
    ["end_turn", "end"],
    ["max_tokens", "length"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool"],
    ["refusal", "refused"],
    ["refusal", "filtered"],
    ["model_context_window_exceeded", "context"],
  ],
  warmth: [{ value: 1 }],
} as const satisfies Form;

/** The text completion of Claude 2 and Claude Instant, which are gone: their prompts are still about. */
export const claudeTextForm = {
  name: "claude-text",
  dialect: "text",
  silent: { anthropic_version: null, stream: false },
  talk: { is: "prompt", at: "prompt", marks: "human" },
  words: {
    maxTokens: { at: [["max_tokens_to_sample"]] },
    temperature: { at: [["temperature"]], range: [0, 1] },
    topP: { at: [["top_p"]], range: [0, 1] },
    topK: { at: [["top_k"]], range: [0, 500] },
    stop: { at: [["stop_sequences"]], list: true },
  },
  reply: { text: ["/completion"], stopReason: ["/stop_reason"] },
  endings: [
    ["stop_sequence", "end"],
    ["max_tokens", "length"],
  ],
  warmth: [{ value: 1 }],
} as const satisfies Form;
