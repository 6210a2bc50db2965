import type { Family } from "./family.js";
import { baseModelId } from "./resolve.js";

/**
 * How many tokens of the tokens-per-minute quota one output token of a model burns when its call ends: at the start
 * a call takes its input and its whole output limit, at the end its input, cache writes and output times this.
 * The first id that names a model decides, as with `resolveFamily`; 1 where nothing else is known.
 */
export const burndownOf = (family: Family | null, ...modelIds: (string | undefined)[]): number => {
  for (const modelId of modelIds) {
    const base = modelId ? baseModelId(modelId) : null;
    if (base) return family?.burndown?.find(({ models }) => models.test(base))?.rate ?? 1;
  }
  return 1;
};
