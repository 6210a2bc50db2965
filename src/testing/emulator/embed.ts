import { hash } from "node:crypto";
import { search } from "../../core/jmespath.js";
import type { Json } from "../../core/json.js";
import { factsOf } from "../../models/model-facts.js";
import type { Model } from "./find-model.js";

type JsonFields = Readonly<Record<string, unknown>>;

/** For a family of vectors: the texts of a body, a vector for each, and the first of those. */
export const vectorsOf = (json: JsonFields, { family, baseId }: Model): JsonFields => {
  const { vector, request } = family;
  if (!vector) return {};
  const prompts = [search(request.prompt, json as Json)].flat().filter((part) => typeof part === "string");
  const asked = (vector.asked ?? []).reduce<unknown>(
    (at, key) => (at as JsonFields | undefined)?.[key],
    json,
  );
  const length = typeof asked === "number" ? asked : (factsOf(baseId)?.vector_length ?? vector.length);
  // An image alone has no text, and a vector all the same.
  const texts = prompts.length > 0 ? prompts : [""];
  const vectors = texts.map((text) => embed(text, length));
  return { prompts, vectors, vector: vectors[0] };
};

/**
 * The local Bedrock's vector of a text, of unit length: each word counts at a place that its hash names. No language
 * model, but equal texts have equal vectors, and texts that share words are near each other.
 */
const embed = (text: string, length: number): number[] => {
  const vector = new Array<number>(length).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [""]) {
    const digest = hash("sha256", word, "buffer");
    const place = digest.readUInt32BE(0) % length;
    vector[place] = (vector[place] ?? 0) + (digest.readUInt8(4) % 2 ? 1 : -1);
  }
  // Words may cancel each other out, and leave nothing to point at.
  const size = Math.hypot(...vector) || 1;
  return vector.map((value) => Number((value / size).toFixed(8)));
};
