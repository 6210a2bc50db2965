import type { JsonObject } from "../core/json.js";
import type { Place } from "./form.js";
import { type Neutral, type Notes, pathText, type Said, withValue } from "./neutral.js";
import type { Side } from "./target.js";

/** The documented spelling; another one for models with a trait of its name. */
export const pathIn = ({ at }: Place, { traits }: Side): readonly string[] =>
  at.find((path) => traits.has(path.at(-1) ?? "")) ?? at[0] ?? [];

/** The limit of output tokens, where the old body has none. */
export const withLimit = (
  body: JsonObject,
  said: Said | undefined,
  from: Side,
  to: Side,
  notes: Notes,
): JsonObject => {
  const place = to.form.words.maxTokens;
  if (said !== undefined || !place || from.form.name === to.form.name) return body;
  const at = pathText(pathIn(place, to));
  const absent = from.form.words.maxTokens?.absent?.find((selection) => from.is(selection))?.value;
  const value = absent ?? place.required;
  if (value === undefined) {
    notes.add(
      "mind",
      "no_output_limit",
      at,
      "is not set, as before: the service then reserves the model's most for every call, and fewer run at once",
    );
    return body;
  }
  notes.add(
    "added",
    "max_tokens_added",
    at,
    absent === undefined
      ? `is ${value}, since ${to.form.name} wants one and the old body had none`
      : `is ${value}, what ${from.baseId} took where nothing was said`,
  );
  return withValue(body, pathIn(place, to), value);
};

/** Of words that are not taken together the second one goes. */
export const withoutRivals = (
  body: JsonObject,
  words: Neutral["words"],
  to: Side,
  notes: Notes,
): JsonObject => {
  let left = body;
  for (const { words: rivals, ...selection } of to.form.together ?? []) {
    const [first, second] = rivals.map((word) => words.get(word));
    const place = to.form.words[rivals[1]];
    if (!first || !second || !place || !to.is(selection) || (place.for && !to.is(place.for))) continue;
    notes.add(
      "left_out",
      "one_sampler",
      pathText(second.path),
      `goes, since ${to.baseId} does not take it beside ${pathText(first.path)}, which stays`,
    );
    left = withoutKey(left, pathIn(place, to));
  }
  return left;
};

const withoutKey = (body: JsonObject, [key = "", ...rest]: readonly string[]): JsonObject => {
  const { [key]: inner, ...others } = body;
  return rest.length === 0 ? others : { ...body, [key]: withoutKey((inner ?? {}) as JsonObject, rest) };
};
