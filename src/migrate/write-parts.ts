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
    // A block that has no shape here may be one of its API alone, as guardContent is of Converse.
    const isSame = own !== null && own.dialect === form.dialect && kind !== "other";
    if (kind === "cache") writeMark(part, written, to, notes);
    else if (needs(kind, to)) {
      if (kind === "document" || kind === "paper") written.push(...asText(part, to, notes));
      else
        notes.add(
          "refused",
          kind,
          at,
          `is ${kinds[kind] ?? "a block of a kind"} that ${to.baseId} does not take`,
        );
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

const kinds: Readonly<Record<string, string>> = {
  image: "an image",
  video: "a video",
  call: "a call of a tool",
  result: "a tool's result",
};

/** Whether a kind of block is beyond the model. */
const needs = (kind: string, { baseId, modelFamily }: Side): boolean => {
  if (modelFamily === null) return false;
  if (kind === "image") return !abilities.image.test(baseId);
  if (kind === "video") return !abilities.video.test(baseId);
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
    notes.add("refused", "format_from_column", at, fromColumn);
    return [];
  }
  const isDocument = kind === "document" || kind === "paper";
  const named = isDocument && to.form.dialect === "converse" ? withName(part, notes) : slots;
  const value = fill(shape, ready(kind, named, to));
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

/** What a block that has no shape in the target is known by, and what to do about it. */
const unknownBlocks: readonly (readonly [RegExp, string])[] = [
  [
    /^\{"type":"image_url".*\{\{/,
    "takes the address of its image, with the media type in it, from a column: write data:image/png;base64,{{ column }} with the column for the bytes alone",
  ],
  [/"type":"url"/, "is at an address of the web, and the target takes bytes: put them into the row"],
  [/"s3Location":/, "is in S3, which the target does not read: put its bytes into the row"],
  [
    /^\{"guardContent":/,
    "says which words a guardrail looks at, for which InvokeModel has tags in the text: write those by hand",
  ],
];

const unknownBlock = ({ own }: Part, { form }: Side): string => {
  const block = JSON.stringify(own?.value ?? null);
  if (/"(?:media_type|format)":"[^"]*\{\{/.test(block)) return fromColumn;
  const [, says] = unknownBlocks.find(([known]) => known.test(block)) ?? [];
  return says ?? `is a block of a kind that ${form.name} has no words for`;
};

const fromColumn =
  "takes its media type from a column, and the target wants one of its own names: write it down";

/** Names that Converse and Anthropic have for the same formats, and a text where Converse wants a list. */
const ready = (kind: string, slots: Part["slots"], to: Side): Part["slots"] => {
  if (kind === "result" && to.form.dialect === "converse")
    return { ...slots, content: [{ text: String(slots.content ?? "") }] };
  if (typeof slots.format === "string")
    return { ...slots, format: slots.format === "jpg" ? "jpeg" : slots.format };
  return slots;
};

/** Converse wants a name, and takes letters, digits, single blanks, hyphens and brackets in it. */
const withName = ({ slots, at }: Part, notes: Notes): Part["slots"] => {
  if (holdsLiquid(slots.name)) return slots;
  const given = String(slots.name ?? "");
  const name =
    given
      .replace(/[^A-Za-z0-9\s()[\]-]+/g, "-")
      .replace(/\s+/g, " ")
      .trim() || `document${at.replace(/\D+/g, " ").trimEnd()}`;
  if (name !== given)
    notes.add(
      "added",
      "document_name",
      at,
      `is called ${name}, since Converse wants a name of letters, digits, blanks, hyphens and brackets`,
    );
  return { ...slots, name };
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
