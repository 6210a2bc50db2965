import type { Family } from "./family.js";

/** Text in, one vector out. G1 (v1) takes the text alone. */
export const titanEmbed = {
  name: "titan-embed",
  title: "Amazon Titan Text Embeddings",
  models: /^amazon\.titan-embed-text/,
  vector: {
    asked: ["dimensions"],
    length: 1024,
  },
  request: { prompt: "inputText", maxTokens: [] },
  response: {
    text: "embedding || embeddingsByType.binary",
    usage: { input: "inputTextTokenCount" },
  },
  rules: [
    {
      trait: "text_alone",
      when: "dimensions || embeddingTypes || normalize || type(normalize) == 'boolean'",
      says: "dimensions, normalize and embeddingTypes are for Titan Text Embeddings V2: remove them",
      level: "doubtful",
    },
  ],
  reply: {
    embedding: "{{ vector }}",
    embeddingsByType: { float: "{{ vector }}" },
    inputTextTokenCount: "{{ input_tokens }}",
  },
} as const satisfies Family;
