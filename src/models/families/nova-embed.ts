import type { Family } from "./family.js";

/** One vector a call. Its token counts are in neither the documented body nor in headers that are known. */
export const novaEmbed = {
  name: "nova-embed",
  title: "Amazon Nova Multimodal Embeddings",
  models: /^amazon\.nova-.*embeddings/,
  vector: {
    asked: ["singleEmbeddingParams", "embeddingDimension"],
    length: 3072,
  },
  request: { prompt: "singleEmbeddingParams.text.value", maxTokens: [] },
  response: {
    text: "embeddings[].embedding | (length(@) == `1` && [0] || @)",
  },
  reply: { embeddings: [{ embeddingType: "TEXT", embedding: "{{ vector }}" }] },
  withoutCountHeaders: true,
} as const satisfies Family;
