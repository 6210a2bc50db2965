import type { Family } from "./family.js";

/** R1 writes its reasoning into the text; its chat template opens the tag, so only the closing tag comes back. */
export const deepseekR1 = {
  name: "deepseek-r1",
  title: "DeepSeek-R1",
  models: /^deepseek\.r1/,
  request: { prompt: "prompt", maxTokens: [["max_tokens"]] },
  response: {
    text: "choices[0].text",
    stopReason: "choices[0].stop_reason || choices[0].finish_reason",
  },
  reasoningTags: [{ open: "<think>", close: "</think>", openedByPrompt: "always" }],
  rules: [
    {
      when: "max_tokens > `8192`",
      says: "answers over 8192 tokens get significantly worse, says AWS",
      level: "note",
    },
  ],
  chat: {
    key: "prompt",
    template: "<｜begin▁of▁sentence｜><｜User｜>{{ prompt }}<｜Assistant｜><think>\n",
    marks: ["<｜begin▁of▁sentence｜>", "<｜User｜>"],
    systemTurn: /<｜begin▁of▁sentence｜>.*?<｜User｜>/gs,
  },
  reply: { choices: [{ text: "{{ text }}", stop_reason: "{{ stop_reason }}" }] },
  stream: { chunk: { choices: [{ text: "{{ text }}", stop_reason: "{{ stop_reason }}" }] } },
  stopReasons: { end: "stop", length: "length" },
} as const satisfies Family;
