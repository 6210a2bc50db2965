import type { Family } from "./family.js";

export const cohereCommand = {
  name: "cohere-command",
  title: "Cohere Command and Command Light",
  models: /^cohere\.command-(light-)?text/,
  request: { prompt: "prompt", maxTokens: [["max_tokens"]] },
  response: {
    text: "generations[0].text",
    stopReason: "generations[0].finish_reason",
  },
  reply: {
    id: "{{ id }}",
    generations: [{ id: "{{ id }}", text: "{{ text }}", finish_reason: "{{ stop_reason }}" }],
    prompt: "{{ prompt }}",
  },
  stream: {
    whole: "{generations: [{text: text, finish_reason: finish_reason}]}",
    chunk: {
      text: "{{ text }}",
      is_finished: "{{ is_last }}",
      index: 0,
      finish_reason: "{{ stop_reason }}",
    },
  },
  stopReasons: { end: "COMPLETE", length: "MAX_TOKENS" },
} as const satisfies Family;
