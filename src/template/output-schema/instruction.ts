import { isObject, type Json, type JsonObject } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";

/** The request for an answer that fits a schema, in words. The local Bedrock knows it by its last line but one. */
export const instructionFor = (schema: JsonObject): string =>
  "Answer with one JSON object and nothing else: no code fence, no explanation. It must fit this JSON Schema:\n" +
  JSON.stringify(schema);

/**
 * The body with an instruction at the end of what the user says: behind the data, where it weighs most, and in
 * front of the model's turn where the prompt already opens it.
 */
export const withInstruction = (family: Family, body: JsonObject, instruction: string): JsonObject => {
  // A family's path to the prompt begins with the key that holds it.
  const key = /^\w+/.exec(family.request.prompt)?.[0] ?? "";
  const prompt = body[key];
  if (prompt === undefined) return body;
  return { ...body, [key]: appended(prompt, instruction, turnAfterPrompt(family)) };
};

/** What a family's chat format writes behind the user's words. */
const turnAfterPrompt = ({ chat }: Family): string => chat?.template.split("{{ prompt }}")[1]?.trim() ?? "";

const appended = (node: Json, instruction: string, behind: string): Json => {
  if (typeof node === "string") {
    const end = behind !== "" && node.trimEnd().endsWith(behind) ? node.lastIndexOf(behind) : node.length;
    return `${node.slice(0, end)}\n\n${instruction}${node.slice(end)}`;
  }
  if (!Array.isArray(node)) return node;
  const last = node.findLastIndex((part) => isObject(part) && (part.role === "user" || "text" in part));
  const part = node[last];
  if (!isObject(part)) return node;
  const text = part.role === "user" ? "content" : "text";
  return node.with(last, { ...part, [text]: appended(part[text] as Json, instruction, behind) } as Json);
};
