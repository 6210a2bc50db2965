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
  stream: {
    whole:
      "{inputTextTokenCount: inputTextTokenCount, results: [{tokenCount: totalOutputTextTokenCount, outputText: outputText, completionReason: completionReason}]}",
    chunk: {
      outputText: "{{ text }}",
      index: 0,
      totalOutputTextTokenCount: "{{ output_tokens }}",
      completionReason: "{{ stop_reason }}",
      inputTextTokenCount: "{{ first_input_tokens }}",
    },
  },
  stopReasons: { end: "FINISH", length: "LENGTH" },
} as const satisfies Family;
