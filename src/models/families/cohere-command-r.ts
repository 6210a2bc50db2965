import type { Family } from "./family.js";

export const cohereCommandR = {
  name: "cohere-command-r",
  title: "Cohere Command R and R+",
  models: /^cohere\.command-r/,
  request: {
    prompt: "message",
    system: "preamble",
    maxTokens: [["max_tokens"]],
  },
  response: {
    text: "text",
    toolCalls: "tool_calls",
    stopReason: "finish_reason",
  },
  reply: {
    response_id: "{{ id }}",
    text: "{{ text }}",
    generation_id: "{{ id }}",
    chat_history: [
      { role: "USER", message: "{{ prompt }}" },
      { role: "CHATBOT", message: "{{ text }}" },
    ],
    finish_reason: "{{ stop_reason }}",
  },
  stream: {
    whole: "response || @",
    chunk: {
      event_type: "{{ event_type }}",
      is_finished: "{{ is_last }}",
      text: "{{ text }}",
      finish_reason: "{{ stop_reason }}",
      response: "{{ reply }}",
    },
  },
  stopReasons: { end: "COMPLETE", length: "MAX_TOKENS" },
} as const satisfies Family;
