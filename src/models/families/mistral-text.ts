import type { Family } from "./family.js";

/** The Mistral models that take one raw prompt. The upstream connector wraps it; so do we, profile or not. */
export const mistralText = {
  name: "mistral-text",
  title: "Mistral AI (text completion)",
  models: /^mistral\.(mistral-7b-instruct|mixtral-8x7b-instruct|mistral-large-2402|mistral-small-2402)/,
  request: { prompt: "prompt", maxTokens: [["max_tokens"]] },
  response: {
    text: "outputs[].text",
    stopReason: "outputs[-1].stop_reason",
  },
  chat: {
    key: "prompt",
    template: "<s>[INST] {{ prompt }} [/INST]",
    marks: ["<s>", "[INST]"],
    always: true,
  },
  reply: { outputs: [{ text: "{{ text }}", stop_reason: "{{ stop_reason }}" }] },
  stream: { chunk: { outputs: [{ text: "{{ text }}", stop_reason: "{{ stop_reason }}" }] } },
  stopReasons: { end: "stop", length: "length" },
} as const satisfies Family;
