import type { Connection } from "../connection/connection.js";
import type { JsonObject } from "../core/json.js";
import type { Family } from "../models/families/family.js";
import { firstBaseModel } from "../models/find-family.js";
import { isFor } from "../models/model-facts.js";

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

/** What may be wrong with the chat template that a request would get, in a sentence; `null` where nothing is. */
export const chatTemplateRemark = (
  family: Family | null,
  { chatTemplate, candidateModelIds }: Pick<Connection, "chatTemplate" | "candidateModelIds">,
  sample: JsonObject,
): string | null => {
  const doubtful = family?.chat?.doubtful;
  const base = firstBaseModel(...candidateModelIds);
  if (!family || !doubtful || base === null || chatTemplate === "off" || !lacksChatTemplate(family, sample))
    return null;
  return isFor(doubtful, base) ? `chat_template: ${doubtful.says}` : null;
};
