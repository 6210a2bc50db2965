import type { Json } from "../core/json.js";
import { abilities } from "./abilities.js";
import type { Place, Word } from "./form.js";
import { holdsLiquid } from "./liquid-text.js";
import { type Notes, pathText, type Said } from "./neutral.js";
import { fill, match } from "./shape.js";
import type { Side } from "./target.js";

/** The tools of a request, each in the target's shape; what is no plain tool is refused. */
export const toolsFor = (said: Said, from: Side, place: Place, to: Side, notes: Notes): Json | undefined => {
  const at = pathText(said.path);
  if (from.baseId !== to.baseId && to.modelFamily !== null && !abilities.tool.test(to.baseId)) {
    notes.add("refused", "tools", at, `are tools, which ${to.baseId} does not take, whatever the API`);
    return undefined;
  }
  if (from.form.name === to.form.name) return said.raw;
  const source = from.form.words.tools?.each;
  if (!Array.isArray(said.value) || source === undefined || place.each === undefined) {
    notes.add(
      "refused",
      "tools",
      at,
      "come from a column as a whole, and a row's values cannot be rewritten",
    );
    return undefined;
  }
  const written: Json[] = [];
  for (const [index, tool] of said.value.entries()) {
    const where = `${at}[${index}]`;
    const isMarkOfCache = JSON.stringify(tool).startsWith('{"cachePoint"');
    const found = match(source, tool);
    const filled =
      found && fill(place.each, { parameters: { type: "object", properties: {} }, ...found.slots });
    if (isMarkOfCache) notes.add("left_out", "cache_mark", where, "has no counterpart among the tools");
    else if (filled) {
      for (const key of found.left)
        notes.add("left_out", "tool_key", `${where}.${key}`, "has no counterpart in a tool of the target");
      written.push(filled);
    } else
      notes.add(
        "refused",
        "tools",
        where,
        "is a tool that its own vendor runs, or one of a shape that is not known",
      );
  }
  return written;
};

/** What a word says in one of the target's shapes: the same name, other keys. */
export const shapeFor = (
  word: Word,
  said: Said,
  place: Place,
  from: Side,
  to: Side,
  notes: Notes,
): Json | undefined => {
  const at = pathText(said.path);
  if (from.form.name === to.form.name && place.at.some((path) => pathText(path) === at)) {
    judgeForced(word, said, to, notes);
    return said.raw;
  }
  const { means, slots = {} } = said;
  if (means === undefined || holdsLiquid(said.value)) {
    notes.add("refused", word, at, "says something that no other family has a word for, as far as is known");
    return undefined;
  }
  judgeForced(word, said, to, notes);
  const isMistral = to.baseId.startsWith("mistral.");
  const name =
    means === "any" && isMistral && place.shapes?.call !== undefined
      ? "call"
      : means === "call"
        ? "any"
        : means;
  const shape = place.shapes?.[name] ?? (name === "any" ? place.shapes?.call : undefined);
  const value = shape === undefined ? null : fill(shape, { name: "answer", ...slots });
  if (value !== null) return value;
  if (word === "schema")
    notes.add(
      "left_out",
      "schema",
      at,
      "asks for JSON of any shape, for which the target has no word: the setting output_schema asks for a shape",
    );
  else
    notes.add(
      "refused",
      word,
      at,
      means === "none"
        ? "tells the model to call no tool, for which the target has no word: leave the tools out"
        : "has no counterpart",
    );
  return undefined;
};

const judgeForced = (word: Word, { means, path }: Said, to: Side, notes: Notes): void => {
  const forces = means === "any" || means === "one" || means === "call";
  if (
    word === "toolChoice" &&
    forces &&
    (to.traits.has("no_forced_tool") || to.traits.has("forced_tool_doubtful"))
  )
    notes.add(
      "refused",
      "forced_tool",
      pathText(path),
      `makes the model call a tool, which ${to.baseId} refuses: leave it at auto, or ask for JSON by output_schema`,
    );
};
