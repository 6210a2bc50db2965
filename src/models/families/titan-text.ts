import type { Family } from "./family.js";

export const titanText = {
  name: "titan-text",
  title: "Amazon Titan Text",
  models: /^amazon\.titan-(text|tg1)/,
  request: { prompt: "inputText", maxTokens: [["textGenerationConfig", "maxTokenCount"]] },
  response: {
    text: "results[].outputText",
    stopReason: "results[-1].completionReason",
    usage: { input: "inputTextTokenCount", output: "results[].tokenCount | (length(@) > `0` && sum(@))" },
  },
  rules: [
    {
      trait: "no_output_over_3072",
      when: "textGenerationConfig.maxTokenCount > `3072`",
      says: "textGenerationConfig.maxTokenCount over 3072 is refused by this model: lower it",
      level: "refused",
    },
  ],
  chat: { key: "inputText", template: "User: {{ prompt }}\nBot:", marks: ["User:"] },
  reply: {
    inputTextTokenCount: "{{ input_tokens }}",
    results: [
      {
        tokenCount: "{{ output_tokens }}",
        outputText: "{{ text }}",
        completionReason: "{{ stop_reason }}",
      },
    ],
  },
  stopReasons: { end: "FINISH", length: "LENGTH" },
} as const satisfies Family;
