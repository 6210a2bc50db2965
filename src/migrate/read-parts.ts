import { isObject, type Json, type JsonObject } from "../core/json.js";
import type { Form } from "./form.js";
import type { Notes, Part } from "./neutral.js";
import { match } from "./shape.js";

/** What one message, or the system, says: one text, or a list of blocks. */
export const readParts = (form: Form, content: Json | undefined, at: string, notes: Notes): Part[] => {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return [textPart(form, content, at)];
  if (!Array.isArray(content)) {
    notes.add("refused", "unknown_content", at, "is neither a text nor a list of blocks");
    return [];
  }
  return content.flatMap((block, index) => readBlock(form, block, `${at}[${index}]`));
};

const textPart = (form: Form, text: string, at: string): Part => {
  const value = form.blocks?.text ? { ...(form.blocks.text as JsonObject), text } : text;
  return { kind: "text", slots: { text }, own: { dialect: form.dialect, value }, left: [], at };
};

const readBlock = (form: Form, block: Json, at: string): Part[] => {
  if (typeof block === "string") return [textPart(form, block, at)];
  const { bare, mark } = withoutMark(form, block);
  const own = { dialect: form.dialect, value: block };
  const part = Object.entries(form.blocks ?? {})
    .map(([kind, shape]) => {
      const found = match(shape, bare);
      return found && { kind, slots: flat(kind, found.slots), own, left: found.left, at };
    })
    .find((found) => found !== null);
  return [part ?? { kind: "other", slots: {}, own, left: [], at }, ...(mark ? [mark(at)] : [])];
};

/** Where a mark of the cache stands inside of a block, it becomes one of its own behind it. */
const withoutMark = (form: Form, block: Json): { bare: Json; mark: ((at: string) => Part) | null } => {
  const mark = form.cacheKey !== undefined && isObject(block) ? block[form.cacheKey] : undefined;
  if (form.cacheKey === undefined || !isObject(mark) || mark.type !== "ephemeral")
    return { bare: block, mark: null };
  const { [form.cacheKey]: _, ...bare } = block as JsonObject;
  const { ttl } = mark as JsonObject;
  const slots = ttl === undefined ? {} : { ttl };
  return {
    bare,
    mark: (at) => ({ kind: "cache", slots, own: null, left: [], at: `${at}.${form.cacheKey}` }),
  };
};

/** What a tool gave back is a text in every family, or a list of texts. What holds more stays as it is. */
const flat = (kind: string, slots: Part["slots"]): Part["slots"] => {
  if (kind !== "result" || typeof slots.content === "string") return slots;
  const texts = (Array.isArray(slots.content) ? slots.content : [null]).map((block) => {
    if (!isObject(block)) return undefined;
    if (typeof block.text === "string") return block.text;
    return block.json === undefined ? undefined : JSON.stringify(block.json);
  });
  return texts.includes(undefined) ? slots : { ...slots, content: texts.join("\n") };
};
