import { type KnownModel, knownModels, modelLines } from "../generated/models.js";
import type { Selection } from "./families/family.js";
import { firstBaseModel } from "./find-family.js";

/** What is known of a model beside its family, from `facts/`. */
type ModelFacts = Pick<
  KnownModel,
  "limits" | "burndown" | "cache_from" | "vector_length" | "counts_tokens" | "traits"
>;

/**
 * The facts of the first id that names a model: its own, else those of its line; `undefined` where there are none.
 */
export const factsOf = (...modelIds: (string | undefined)[]): ModelFacts | undefined => {
  const base = firstBaseModel(...modelIds.filter((id) => id !== undefined));
  if (base === null) return undefined;
  return Object.hasOwn(knownModels, base) ? knownModels[base] : lines.find(({ models }) => models.test(base));
};

/** Whether a model takes batch jobs, or has the flex tier; `null` where nothing is known of it, as of a new one. */
export const hasDoor = (door: "batch" | "flex", ...modelIds: readonly string[]): boolean | null => {
  const base = firstBaseModel(...modelIds);
  return base !== null && Object.hasOwn(knownModels, base) ? knownModels[base]?.[door] === true : null;
};

const lines = modelLines.map((line) => ({ ...line, models: new RegExp(line.models) }));

/** Whether a rule, or a way to ask, of a family is for a model. */
export const isFor = ({ models, trait, lacks }: Selection, baseId: string): boolean => {
  const has = (word: string): boolean => factsOf(baseId)?.traits?.includes(word) === true;
  return (
    (models?.test(baseId) ?? true) &&
    (trait === undefined || has(trait)) &&
    (lacks === undefined || !has(lacks))
  );
};
