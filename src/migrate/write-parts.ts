import { isObject, type Json, type JsonObject } from "../core/json.js";
import { abilities } from "./abilities.js";
import { tagged } from "./documents.js";
import { holdsLiquid } from "./liquid-text.js";
import type { Notes, Part } from "./neutral.js";
import { fill } from "./shape.js";
import type { Side } from "./target.js";

/** Blocks in the target's words. What it has no words for is refused, since leaving it out would change what is asked. */
export const writeParts = (parts: readonly Part[], to: Side, notes: Notes): Json[] => {
  const { form } = to;
  const written: Json[] = [];
  for (const part of parts) {
    const { kind, own, at } = part;
    const isSame = own !== null && own.dialect === form.dialect;
    if (kind === "cache") writeMark(part, written, to, notes);
    else if (needs(kind, to)) {
      if (kind === "document" || kind === "paper") written.push(...asText(part, to, notes));
      else notes.add("refused", kind, at, `is ${named[kind] ?? "a block"} that ${to.baseId} does not take`);
    } else if (isSame) written.push(withoutMarks(own.value, form.cacheKey));
    else if (kind === "thought")
      notes.add(
        "left_out",
        "thought",
        at,
        "is reasoning of an earlier turn, which only its own model takes back",
      );
    else written.push(...translated(part, to, notes));
  }
  return written;
};

const named: Readonly<Record<string, string>> = {
  image: "an image",
  call: "a call of a tool",
  result: "a tool's result",
};

/** Whether a kind of block is beyond the model. */
const needs = (kind: string, { baseId, modelFamily }: Side): boolean => {
  if (modelFamily === null) return false;
  if (kind === "image") return !abilities.image.test(baseId);
  if (kind === "document" || kind === "paper") return !abilities.document.test(baseId);
  return (kind === "call" || kind === "result") && !abilities.tool.test(baseId);
};

const withoutMarks = (value: Json, key: string | undefined): Json => {
  if (key === undefined || !isObject(value)) return value;
  const { [key]: _, ...bare } = value as JsonObject;
  return bare;
};

const writeMark = ({ slots, at }: Part, written: Json[], to: Side, notes: Notes): void => {
  const { cacheKey, blocks, dialect } = to.form;
  const last = written.at(-1);
  const ttl = slots.ttl === undefined ? {} : { ttl: slots.ttl };
  if (cacheKey !== undefined && isObject(last))
    written[written.length - 1] = { ...(last as JsonObject), [cacheKey]: { type: "ephemeral", ...ttl } };
  else if (blocks?.cache !== undefined && dialect === "converse" && cachesHere(to)) {
    const isNova = to.modelFamily === "nova";
    if (isNova && slots.ttl !== undefined)
      notes.add("left_out", "cache_ttl", at, "has no counterpart: Nova keeps a prompt for its own time");
    written.push(fill(blocks.cache, isNova ? {} : slots));
  } else notes.add("left_out", "cache_mark", at, "has no counterpart, so the price of cached input is lost");
};

/** Nova 2 is reported to refuse the mark that its card promises. */
const cachesHere = ({ modelFamily, baseId }: Side): boolean =>
  modelFamily === "claude" || (modelFamily === "nova" && !/nova-2/.test(baseId));

const translated = (part: Part, to: Side, notes: Notes): Json[] => {
  const { kind, slots, at } = part;
  const shape = to.form.blocks?.[kind];
  if (shape === undefined) {
    if (kind === "paper") return asText(part, to, notes);
    notes.add("refused", "block", at, unknownBlock(part, to));
    return [];
  }
  if (holdsLiquid(slots.format)) {
    notes.add(
      "refused",
      "format_from_column",
      at,
      "takes its media type from a column, and the target wants one of its own names: write it down",
    );
    return [];
  }
  const value = fill(shape, ready(kind, slots, to));
  if (value !== null && !(kind === "result" && typeof slots.content !== "string")) return [value];
  notes.add(
    "refused",
    kind,
    at,
    kind === "image"
      ? "is an image whose media type nothing tells, and the target wants it: write it as base64 that does not come from a column, or keep to llama"
      : "holds what the target has no words for",
  );
  return [];
};

/** An address may be one of the web, which the service fetches for no model. */
const unknownBlock = ({ own }: Part, { form }: Side): string =>
  /^\{"type":"image_url".*\{\{/.test(JSON.stringify(own?.value ?? null))
    ? "takes the address of its image, with the media type in it, from a column: write data:image/png;base64,{{ column }} with the column for the bytes alone"
    : `is a block of a kind that ${form.name} has no words for`;

/** Names that Converse and Anthropic have for the same formats, and a text where Converse wants a list. */
const ready = (kind: string, slots: Part["slots"], to: Side): Part["slots"] => {
  if (kind === "result" && to.form.dialect === "converse")
    return { ...slots, content: [{ text: String(slots.content ?? "") }] };
  if (typeof slots.format === "string")
    return { ...slots, format: slots.format === "jpg" ? "jpeg" : slots.format };
  return slots;
};

const asText = (part: Part, to: Side, notes: Notes): Json[] => {
  const { kind, slots, at } = part;
  if (kind !== "paper") {
    notes.add("refused", "document", at, `is a document in bytes, which ${to.baseId} does not take`);
    return [];
  }
  notes.add(
    "moved",
    "document_into_text",
    at,
    "stands in the text between tags, since the target takes no documents",
  );
  return [fill(to.form.blocks?.text ?? null, { text: tagged(slots) })];
};
