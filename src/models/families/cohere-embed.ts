import type { Family } from "./family.js";

/**
 * Up to 96 texts in, a vector for each out: a list of vectors, or one such list a type where types are asked for.
 * One text gives its vector; several give the list. Floats go before other types.
 */
export const cohereEmbed = {
  name: "cohere-embed",
  title: "Cohere Embed",
  models: /^cohere\.embed-/,
  vector: {
    asked: ["output_dimension"],
    length: 1536,
  },
  request: { prompt: "texts || inputs[].content[].text", maxTokens: [] },
  response: {
    text: "(type(embeddings) == 'object' && (embeddings.float || values(embeddings)[0]) || embeddings) | (length(@) == `1` && [0] || @)",
  },
  rules: [
    {
      trait: "embed_v3",
      when: "inputs || output_dimension || max_tokens",
      says: "inputs, output_dimension and max_tokens are for Embed v4: remove them",
      level: "doubtful",
    },
    {
      trait: "embed_v3",
      when: "truncate == 'LEFT' || truncate == 'RIGHT'",
      says: "truncate is START or END for Embed v3",
      level: "doubtful",
    },
    {
      trait: "embed_v4",
      when: "truncate == 'START' || truncate == 'END'",
      says: "truncate is LEFT or RIGHT for Embed v4",
      level: "doubtful",
    },
  ],
  reply: {
    id: "{{ id }}",
    embeddings: "{{ vectors }}",
    response_type: "embeddings_floats",
    texts: "{{ prompts }}",
  },
} as const satisfies Family;
