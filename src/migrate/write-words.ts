import type { Json, JsonObject } from "../core/json.js";
import { limitsOf } from "../models/limits.js";
import type { Place, Word } from "./form.js";
import { pathIn, withLimit, withoutRivals } from "./limit.js";
import { holdsLiquid } from "./liquid-text.js";
import { type Neutral, type Notes, pathText, type Said, withValue } from "./neutral.js";
import { isMark } from "./prompt.js";
import type { Side } from "./target.js";
import { shapeFor, toolsFor } from "./write-shapes.js";

/** A body with the words of another one, as far as the target has them. */
export const writeWords = (
  body: JsonObject,
  { words }: Neutral,
  from: Side,
  to: Side,
  notes: Notes,
): JsonObject => {
  let written = body;
  for (const [word, said] of words) {
    if (handledElsewhere.has(word) || saysNothing(word, said, from)) continue;
    const place = to.form.words[word];
    if (place === undefined || (place.for && !to.is(place.for))) {
      withoutPlace(word, said, to, notes);
      continue;
    }
    const value = valueFor(word, said, place, from, to, notes);
    if (value === undefined) continue;
    const path = pathIn(place, to);
    if (pathText(path) !== pathText(said.path))
      notes.add("renamed", "renamed", pathText(said.path), `is called ${pathText(path)}`);
    written = withValue(written, path, value);
  }
  return withoutRivals(withLimit(written, words.get("maxTokens"), from, to, notes), words, to, notes);
};

const handledElsewhere: ReadonlySet<Word> = new Set<Word>(["thinking", "effort", "documents"]);

const saysNothing = (word: Word, said: Said, from: Side): boolean =>
  from.form.words[word]?.nothing?.some((value) => JSON.stringify(value) === JSON.stringify(said.raw)) ===
    true ||
  (Array.isArray(said.value) && said.value.length === 0);

/** What becomes of a word that the target has none for. */
const withoutPlace = (word: Word, { path, means }: Said, { baseId }: Side, notes: Notes): void => {
  const at = pathText(path);
  if (word === "tools" || word === "toolChoice") {
    if (means === "auto") return;
    notes.add("refused", "tools", at, `is for tools, which ${baseId} does not take in this way`);
  } else if (word === "schema")
    notes.add(
      "left_out",
      "schema",
      at,
      `asks for JSON in a way that ${baseId} is not known to have: the setting output_schema asks for it in the best way that it has`,
    );
  else if (word === "dimensions")
    notes.add("refused", "dimensions", at, `sets the length of vectors, which ${baseId} does not take`);
  else if (word === "guardTag")
    notes.add(
      "refused",
      "guard_tags",
      at,
      "tells a guardrail which words to look at by tags in the text, which Converse takes for plain words: put those words into guardContent blocks by hand",
    );
  else if (word === "text") notes.add("refused", "text", at, "has no counterpart");
  else
    notes.add(
      "left_out",
      codes[word] ?? "no_counterpart",
      at,
      `has no counterpart: ${(losses[word] ?? losses.temperature)?.(baseId)}`,
    );
};

const codes: Partial<Record<Word, string>> = { stop: "stop_dropped" };

/** What it means that a word is left out. */
const losses: Partial<Record<Word, (baseId: string) => string>> = {
  temperature: (baseId) => `${baseId} does not take it, and answers may vary more or less than before`,
  stop: (baseId) =>
    `this body of ${baseId} has no stop sequences, so no answer ends there; api: converse takes them`,
  answers: (baseId) => `${baseId} gives one answer a call`,
  seed: (baseId) => `${baseId} takes no seed: the same request may be answered otherwise`,
  effort: (baseId) => `${baseId} takes no effort`,
  purpose: (baseId) => `${baseId} does not ask what its vectors are for`,
  truncation: (baseId) => `${baseId} is not told how to cut what is too long`,
};

const valueFor = (
  word: Word,
  said: Said,
  place: Place,
  from: Side,
  to: Side,
  notes: Notes,
): Json | undefined => {
  const at = pathText(said.path);
  if (word === "stop") return stopsFor(said, place, from, to, notes);
  if (place.each !== undefined) return toolsFor(said, from, place, to, notes);
  if (place.shapes !== undefined) return shapeFor(word, said, place, from, to, notes);
  if (word === "text") return textFor(said, place, notes);
  if (holdsLiquid(said.value)) {
    if (place.range || word === "maxTokens")
      notes.add(
        "mind",
        "value_from_column",
        at,
        `comes from a column, so nothing tells whether ${to.baseId} takes it`,
      );
    return said.raw;
  }
  if (typeof said.value !== "number") return said.raw;
  if (place.among && !place.among.includes(said.value)) {
    notes.add(
      "refused",
      "dimensions",
      at,
      `is ${said.value}, and ${to.baseId} has vectors of ${place.among.join(", ")} numbers only`,
    );
    return undefined;
  }
  return within(said.value, at, boundsOf(word, place, from, to), to, notes);
};

/** The service knows better what a model takes that stays as it is. */
const boundsOf = (word: Word, { range }: Place, from: Side, to: Side): readonly [number, number] => {
  const [least, most] =
    range && from.modelFamily !== to.modelFamily
      ? range
      : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const limit = word === "maxTokens" ? limitsOf(to.baseId)?.output : undefined;
  return [least, Math.min(most, limit ?? most)];
};

const within = (
  value: number,
  at: string,
  [least, most]: readonly [number, number],
  { baseId }: Side,
  notes: Notes,
): number => {
  const nearest = Math.min(Math.max(value, least), most);
  if (nearest !== value)
    notes.add(
      "clamped",
      "clamped",
      at,
      `is ${nearest} in place of ${value}: ${baseId} takes no ${value < least ? "less" : "more"}`,
    );
  return nearest;
};

const stopsFor = (said: Said, place: Place, from: Side, to: Side, notes: Notes): Json | undefined => {
  const at = pathText(said.path);
  if (!Array.isArray(said.value)) return said.raw;
  const isSame = from.form.name === to.form.name;
  const kept = said.value.filter((stop) => isSame || !isOwnMark(stop));
  if (kept.length < said.value.length)
    notes.add(
      "left_out",
      "old_marks",
      at,
      "held marks of the old chat template, which the target's answers do not have: they are left out",
    );
  if (place.most !== undefined && kept.length > place.most)
    notes.add(
      "refused",
      "stop_count",
      at,
      `has ${kept.length} texts, and ${to.baseId} takes ${place.most} at most`,
    );
  if (kept.length === 0) return undefined;
  return isSame ? said.raw : kept;
};

const isOwnMark = (stop: Json): boolean =>
  typeof stop === "string" && (isMark(stop) || /^\s*(?:user|human|bot|assistant):\s*$/i.test(stop));

/** One text, or a list of texts, of a family of vectors. */
const textFor = ({ value, path }: Said, place: Place, notes: Notes): Json | undefined => {
  if (place.list) return Array.isArray(value) ? value : [value];
  const [only, ...others] = Array.isArray(value) ? value : [value];
  if (others.length === 0) return only;
  notes.add(
    "refused",
    "several_texts",
    pathText(path),
    `holds ${others.length + 1} texts, and the target takes one a call: make a row of each`,
  );
  return undefined;
};
