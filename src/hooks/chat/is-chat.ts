import { isObject, type JsonObject } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import { lintBody } from "../../models/lint-body.js";

/**
 * Whether a body is written for OpenAI's chat completions or Anthropic's messages, and not for the model as Bedrock has
 * it: it has messages, and it names a model, which no body on Bedrock needs to, or holds what the family has no word for.
 */
export const isChat = (body: JsonObject, family: Family | null, modelIds: readonly string[]): boolean => {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) return false;
  if ("model" in body) return true;
  if (!family || marks.some((key) => key in body)) return false;
  const { wrong, doubtful } = lintBody(family, body, () => false, modelIds);
  if (wrong.length > 0) return true;
  const isConverses = isObject(family.reply) && "output" in family.reply;
  return isConverses
    ? messages.some(hasTypedParts) || Object.keys(body).some(isChats)
    : doubtful.length > 0 && "system" in body;
};

const isMessage = (message: unknown): boolean => isObject(message) && typeof message.role === "string";

/** Converse tells the kind of a part by its key. */
const hasTypedParts = (message: unknown): boolean =>
  isObject(message) &&
  Array.isArray(message.content) &&
  message.content.some((part) => isObject(part) && typeof part.type === "string");

/** Converse's own keys are of several words, written as one. */
const isChats = (key: string): boolean => key !== "messages" && key !== "system" && !/[A-Z]/.test(key);

/** Keys that only bodies for Bedrock have. */
const marks = ["anthropic_version", "schemaVersion", "inferenceConfig", "toolConfig"];
