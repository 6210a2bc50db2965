import { knownModels } from "../generated/models.js";
import { firstBaseModel } from "./find-family.js";

/** A model that is on its way out, as of the autumn of 2026: Bedrock's own answer is newer. */
export interface ModelEnding {
  readonly model: string;
  readonly lifecycle: "legacy" | "gone";
  /** The first day, in any region, on which it no longer answers; `null` where that is not known. */
  readonly end_of_life: string | null;
}

/** What is known of the end of the first id that names a model; `null` for one that lives, and one that is not known. */
export const endingOf = (...modelIds: readonly string[]): ModelEnding | null => {
  const model = firstBaseModel(...modelIds);
  const known = model !== null && Object.hasOwn(knownModels, model) ? knownModels[model] : undefined;
  if (model === null || (known?.lifecycle !== "legacy" && known?.lifecycle !== "gone")) return null;
  return { model, lifecycle: known.lifecycle, end_of_life: known.end_of_life ?? null };
};

/** The same in a sentence, without what to do. */
export const endingInWords = ({ model, lifecycle, end_of_life }: ModelEnding): string =>
  lifecycle === "legacy"
    ? `${model} is legacy${end_of_life === null ? "" : `; its end of life is ${end_of_life}`}`
    : `${model} is known to be gone${end_of_life === null ? "" : ` since ${end_of_life}`}, in some region at least`;

/** Where to go from there. */
export const wayOn = "`bedrock-model migrate` names living models and rewrites the settings for any of them.";
