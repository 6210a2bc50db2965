import type { Form } from "../form.js";

const vector = { is: "vector" } as const;

export const titanEmbedForm = {
  name: "titan-embed",
  dialect: "text",
  silent: { normalize: true, embeddingTypes: ["float"] },
  talk: vector,
  words: {
    text: { at: [["inputText"]] },
    dimensions: { at: [["dimensions"]], among: [1024, 512, 256], for: { lacks: "text_alone" } },
  },
  reply: { vector: ["/embedding"], inputTokens: ["/inputTextTokenCount"] },
  endings: [],
} as const satisfies Form;

export const titanEmbedImageForm = {
  name: "titan-embed-image",
  dialect: "text",
  talk: vector,
  words: {
    text: { at: [["inputText"]] },
    dimensions: { at: [["embeddingConfig", "outputEmbeddingLength"]], among: [256, 384, 1024] },
  },
  reply: { vector: ["/embedding"], inputTokens: ["/inputTextTokenCount"] },
  endings: [],
} as const satisfies Form;

export const novaEmbedForm = {
  name: "nova-embed",
  dialect: "text",
  fixed: {
    taskType: "SINGLE_EMBEDDING",
    singleEmbeddingParams: { embeddingPurpose: "GENERIC_INDEX", text: { truncationMode: "END" } },
  },
  silent: { taskType: "SINGLE_EMBEDDING", schemaVersion: "nova-multimodal-embed-v1" },
  talk: vector,
  words: {
    text: { at: [["singleEmbeddingParams", "text", "value"]] },
    dimensions: { at: [["singleEmbeddingParams", "embeddingDimension"]], among: [256, 384, 1024, 3072] },
    truncation: {
      at: [["singleEmbeddingParams", "text", "truncationMode"]],
      shapes: { none: "NONE", start: "START", end: "END" },
    },
    purpose: {
      at: [["singleEmbeddingParams", "embeddingPurpose"]],
      shapes: {
        document: "GENERIC_INDEX",
        query: "TEXT_RETRIEVAL",
        classification: "CLASSIFICATION",
        clustering: "CLUSTERING",
      },
    },
  },
  reply: { vector: ["/embeddings/0/embedding"] },
  endings: [],
} as const satisfies Form;

export const cohereEmbedForm = {
  name: "cohere-embed",
  dialect: "text",
  fixed: { input_type: "search_document" },
  silent: { embedding_types: ["float"] },
  talk: vector,
  words: {
    text: { at: [["texts"]], list: true, most: 96 },
    dimensions: { at: [["output_dimension"]], among: [256, 512, 1024, 1536], for: { trait: "embed_v4" } },
    truncation: {
      at: [["truncate"]],
      shapes: { none: "NONE", start: "START", end: "END", left: "LEFT", right: "RIGHT" },
    },
    purpose: {
      at: [["input_type"]],
      shapes: {
        document: "search_document",
        query: "search_query",
        classification: "classification",
        clustering: "clustering",
      },
    },
  },
  reply: { vector: ["/embeddings/0", "/embeddings/float/0"], id: ["/id"] },
  endings: [],
} as const satisfies Form;
