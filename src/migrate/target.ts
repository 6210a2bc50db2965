import type { JsonObject } from "../core/json.js";
import type { Selection } from "../models/families/family.js";
import { familyOf, firstBaseModel, resolveFamily } from "../models/find-family.js";
import { factsOf, isFor } from "../models/model-facts.js";
import type { Form, Place, Word } from "./form.js";
import { forms } from "./forms/index.js";

/** One end of a migration: a model, the API that it is called through, and how its bodies are written. */
export interface Side {
  readonly api: "invoke_model" | "converse";
  /** What is called: a model id, a profile or an ARN. */
  readonly modelId: string;
  readonly baseId: string;
  /** The name of the family that the model is of, whatever the API; `null` where none knows it. */
  readonly modelFamily: string | null;
  readonly form: Form;
  readonly is: (selection: Selection) => boolean;
  readonly traits: ReadonlySet<string>;
}

/** `null` where the model is not known, or no form of its bodies is. The body tells of forms that are gone. */
export const sideOf = (
  api: Side["api"],
  modelIds: readonly string[],
  sample: JsonObject = {},
): Side | null => {
  const [modelId = ""] = modelIds;
  const baseId = firstBaseModel(...modelIds);
  const family = familyOf(api, ...modelIds);
  if (baseId === null || family === null) return null;
  const own = resolveFamily(...modelIds);
  const isOldText = family.name === "claude" && "prompt" in sample && !("messages" in sample);
  const form = forms.find(({ name }) => name === (isOldText ? "claude-text" : family.name));
  const model = forms.find(({ name }) => name === own?.name);
  if (!form) return null;
  return {
    api,
    modelId,
    baseId,
    modelFamily: own?.name ?? null,
    form: api === "converse" && model ? throughConverse(form, model) : form,
    is: (selection) => isFor(selection, baseId),
    traits: new Set(factsOf(baseId)?.traits ?? []),
  };
};

/** Where Converse has a model's own words, beside those that it has itself. */
export const additional = "additionalModelRequestFields";

/** Converse's form with what it leaves to the model's own: words, ranges, what a model does where nothing is said. */
const throughConverse = (converse: Form, model: Form): Form => {
  const words: Partial<Record<Word, Place>> = {};
  for (const [word, place] of Object.entries(converse.words) as [Word, Place][]) {
    const own = model.words[word];
    words[word] = {
      ...place,
      ...(own?.range && { range: narrower(place.range, own.range) }),
      ...(own?.absent && { absent: own.absent }),
      ...(own?.for && word !== "schema" && { for: own.for }),
    };
  }
  for (const [word, { required: _, ...place }] of Object.entries(model.words) as [Word, Place][])
    if (!words[word] && !elsewhere.has(word))
      words[word] = { ...place, at: place.at.map((path) => [additional, ...path]) };
  return {
    ...converse,
    words,
    ...(model.together && { together: model.together }),
    ...(model.prefill && { prefill: model.prefill }),
    ...(model.warmth && { warmth: model.warmth }),
  };
};

/** Guardrails have keys of their own in Converse; documents are blocks of a message there. */
const elsewhere: ReadonlySet<Word> = new Set<Word>(["guardTag", "documents"]);

const narrower = (one: readonly [number, number] | undefined, other: readonly [number, number]) =>
  one ? ([Math.max(one[0], other[0]), Math.min(one[1], other[1])] as const) : other;
