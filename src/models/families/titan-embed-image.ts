import type { Family } from "./family.js";

/** Text, an image, or both become one vector in a space that they share. */
export const titanEmbedImage = {
  name: "titan-embed-image",
  title: "Amazon Titan Multimodal Embeddings",
  models: /^amazon\.titan-embed-image/,
  vector: {
    asked: ["embeddingConfig", "outputEmbeddingLength"],
    length: 1024,
  },
  request: { prompt: "inputText", maxTokens: [] },
  response: { text: "embedding", usage: { input: "inputTextTokenCount" } },
  reply: { embedding: "{{ vector }}", inputTextTokenCount: "{{ input_tokens }}", message: null },
} as const satisfies Family;
