import type { Family } from "./family.js";

export const jamba = {
  name: "jamba",
  title: "AI21 Jamba 1.5",
  models: /^ai21\.jamba/,
  request: {
    prompt: "messages[?role=='user'].content",
    system: "messages[?role != 'user' && role != 'assistant' && role != 'tool'].[role, content]",
    maxTokens: [["max_tokens"]],
  },
  response: {
    text: "choices[0].message.content",
    toolCalls: "choices[0].message.tool_calls",
    stopReason: "choices[0].finish_reason",
    usage: { input: "usage.prompt_tokens", output: "usage.completion_tokens" },
  },
  rules: [
    {
      when: "n > `1` && temperature == `0`",
      says: "n over 1 is refused with temperature 0: raise the temperature or remove n",
      level: "refused",
    },
  ],
  reply: {
    id: "{{ id }}",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "{{ text }}", tool_calls: null },
        finish_reason: "{{ stop_reason }}",
      },
    ],
    usage: {
      prompt_tokens: "{{ input_tokens }}",
      completion_tokens: "{{ output_tokens }}",
      total_tokens: "{{ total_tokens }}",
    },
    meta: { requestDurationMillis: "{{ latency_ms }}" },
    model: "{{ model }}",
  },
  // Two ways of Jamba's are told of: the chat completion's, and chunks of text.
  stream: {
    whole:
      "choices && @ || {choices: [{index: `0`, message: {role: 'assistant', content: text}, finish_reason: finish_reason}], usage: usage}",
    chunk: { text: "{{ text }}", index: 0, finish_reason: "{{ stop_reason }}" },
  },
  withoutCountHeaders: true,
  stopReasons: { end: "stop", length: "length" },
} as const satisfies Family;
