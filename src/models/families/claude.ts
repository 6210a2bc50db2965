import { claudeRules } from "./claude-rules.js";
import type { Family } from "./family.js";
import { rulesAt } from "./place-rules.js";
import { schemaClaude, toolClaude } from "./structured-output-models.js";

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
    text: "type(content) == 'array' && join('', content[?type=='text'].text)",
    reasoning: "type(content) == 'array' && join('', content[?type=='thinking'].thinking)",
    stopReason: "stop_reason",
    usage: {
      input: "usage.input_tokens",
      output: "usage.output_tokens",
      cacheRead: "usage.cache_read_input_tokens",
      cacheWrite: "usage.cache_creation_input_tokens",
    },
    truncated: ["max_tokens", "model_context_window_exceeded"],
  },
  rules: rulesAt({}, claudeRules),
  structured: [
    {
      kind: "native",
      models: schemaClaude,
      body: { output_config: { format: { type: "json_schema", schema: "{{ schema }}" } } },
    },
    {
      kind: "tool",
      models: toolClaude,
      unless: [["thinking"]],
      body: {
        tools: [{ name: "answer", description: "Takes the answer.", input_schema: "{{ schema }}" }],
        tool_choice: { type: "tool", name: "answer" },
      },
      answer: "type(content) == 'array' && content[?type=='tool_use'] | [0].input",
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
  burndown: [
    { models: /claude-opus-4-8/, rate: 15 },
    // Published for Sonnet 5, Opus 5, Opus 5.5 and Fable 5.1; taken for their whole generation, as too much is only slow.
    { models: /claude-(sonnet|opus|haiku|fable|mythos)-5/, rate: 10 },
    { models: /claude-(3-7|(sonnet|opus|haiku)-4)/, rate: 5 },
  ],
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
  countsTokens: /^anthropic\.claude-(?:3-5-(?:haiku|sonnet)|3-7-sonnet|(?:opus|sonnet)-4-\d{8})/,
  stopReasons: { end: "end_turn", length: "max_tokens" },
} as const satisfies Family;
