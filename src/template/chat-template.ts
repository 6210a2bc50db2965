import type { JsonObject } from "../core/json.js";
import type { Family } from "../models/families/family.js";

/**
 * The body with its raw prompt in the family's chat template, unless the prompt already starts with it.
 * Without `auto`, only the families that upstream always wraps are touched.
 */
export const applyChatTemplate = (
  family: Family | null,
  mode: "off" | "auto",
  body: JsonObject,
): JsonObject => {
  const chat = family?.chat;
  if (!chat || (mode === "off" && !chat.always) || !lacksChatTemplate(family, body)) return body;
  return { ...body, [chat.key]: chat.template.replace("{{ prompt }}", () => String(body[chat.key])) };
};

/** Whether a body has a raw prompt that does not start as the family's chat template does. */
export const lacksChatTemplate = ({ chat }: Family, body: JsonObject): boolean => {
  const prompt = chat && body[chat.key];
  return typeof prompt === "string" && !chat?.marks.some((mark) => prompt.trimStart().startsWith(mark));
};
