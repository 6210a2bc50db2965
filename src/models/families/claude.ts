import { claudeRules } from "./claude-rules.js";
import type { Family } from "./family.js";
import { rulesAt } from "./place-rules.js";

/** Anthropic Messages. */
export const claude = {
  name: "claude",
  title: "Anthropic Claude (Messages)",
  models: /^anthropic\.claude/,
  request: {
    prompt: "messages[?role=='user'].content | [].[text || @] | []",
    system: "system",
    maxTokens: [["max_tokens"]],
  },
  response: {
    text: "content",
    stopReason: "stop_reason",
    usage: {
      input: "usage.input_tokens",
      output: "usage.output_tokens",
      cacheRead: "usage.cache_read_input_tokens",
      cacheWrite: "usage.cache_creation_input_tokens",
      cacheWrites:
        "usage.cache_creation && items(usage.cache_creation)[*].[replace(replace([0], 'ephemeral_', ''), '_input_tokens', ''), [1]]",
      thinking: "usage.output_tokens_details.thinking_tokens",
    },
  },
  singleInChoice: true,
  rules: rulesAt({}, claudeRules),
  structured: [
    {
      kind: "native",
      trait: "native_schema",
      body: { output_config: { format: { type: "json_schema", schema: "{{ schema }}" } } },
    },
    {
      kind: "tool",
      trait: "forced_tool",
      unless: [["thinking"]],
      body: {
        tools: [{ name: "answer", description: "Takes the answer.", input_schema: "{{ schema }}" }],
        tool_choice: { type: "tool", name: "answer" },
      },
      answer: "content[?type=='tool_use'].input",
      reply: {
        id: "{{ id }}",
        type: "message",
        role: "assistant",
        model: "{{ model }}",
        content: [{ type: "tool_use", id: "{{ id }}", name: "answer", input: "{{ answer }}" }],
        stop_reason: "{{ stop_reason }}",
        stop_sequence: null,
        usage: { input_tokens: "{{ input_tokens }}", output_tokens: "{{ output_tokens }}" },
      },
      stopReason: "tool_use",
    },
  ],
  cache: {
    before: [["tools"]],
    places: [["system"], ["messages", "*", "content"]],
    block: { type: "text", text: "{{ text }}" },
    point: { within: { cache_control: { type: "ephemeral" } } },
  },
  useCaseForm: true,
  reply: {
    id: "{{ id }}",
    type: "message",
    role: "assistant",
    model: "{{ model }}",
    content: [{ type: "text", text: "{{ text }}" }],
    stop_reason: "{{ stop_reason }}",
    stop_sequence: null,
    usage: { input_tokens: "{{ input_tokens }}", output_tokens: "{{ output_tokens }}" },
  },
  stopReasons: { end: "end_turn", length: "max_tokens" },
} as const satisfies Family;
