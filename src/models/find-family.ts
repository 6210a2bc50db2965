import type { Family } from "./families/family.js";
import { apiFamilies, families } from "./families/index.js";
import { geographies } from "./geographies.js";

const geography = new RegExp(`^(?:${Object.keys(geographies).join("|")})\\.`);
const modelArn = /^arn:aws[\w-]*:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile)\/(.+)$/;
const anyArn = /^arn:/;

/**
 * The base model id inside a model id, an inference profile id or an ARN that names its model.
 * `null` for an ARN that hides it (application profile, provisioned or imported model): it is never guessed.
 */
export const baseModelId = (modelId: string): string | null => {
  const id = modelArn.exec(modelId)?.[1] ?? modelId;
  return anyArn.test(id) ? null : id.replace(geography, "");
};

/** The base model of the first id that names one; `null` when none does. */
export const firstBaseModel = (...modelIds: readonly string[]): string | null => {
  for (const modelId of modelIds) {
    const base = baseModelId(modelId);
    if (base !== null) return base;
  }
  return null;
};

/** The family of the first id that names one; `null` when none does. */
export const resolveFamily = (...modelIds: (string | undefined)[]): Family | null => {
  for (const modelId of modelIds) {
    const base = modelId ? baseModelId(modelId) : null;
    const family = base && families.find(({ models }) => models.test(base));
    if (family) return family;
  }
  return null;
};

/** The family of calls through an API: the API's own where it has one, else that of the first id that names one. */
export const familyOf = (api: string, ...modelIds: (string | undefined)[]): Family | null =>
  apiFamilies[api] ?? resolveFamily(...modelIds);
