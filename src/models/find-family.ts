import { knownModels } from "../generated/models.js";
import type { Family } from "./families/family.js";
import { apiFamilies, families } from "./families/index.js";
import { geographies } from "./geographies.js";

/** The first labels of the ids of models: whom a model is of. */
const vendors: ReadonlySet<string> = new Set(Object.keys(knownModels).map((id) => id.split(".")[0] ?? ""));

/** AWS goes on adding geographies, so any first label in front of a vendor is one. */
const withoutGeography = (id: string): string => {
  const [first = "", second = "", ...rest] = id.split(".");
  if (rest.length === 0 && !Object.hasOwn(geographies, first)) return id;
  const isGeography =
    Object.hasOwn(geographies, first) ||
    (vendors.has(second) && !vendors.has(first) && /^[a-z][\w-]*$/.test(first));
  return isGeography && second !== "" ? id.slice(first.length + 1) : id;
};

const modelArn = /^arn:aws[\w-]*:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile)\/(.+)$/;
const anyArn = /^arn:/;

/**
 * The base model id inside a model id, an inference profile id or an ARN that names its model.
 * `null` for an ARN that hides it (application profile, provisioned or imported model): it is never guessed.
 */
export const baseModelId = (modelId: string): string | null => {
  const id = modelArn.exec(modelId)?.[1] ?? modelId;
  return anyArn.test(id) ? null : withoutGeography(id);
};

/** Whether an id is the ARN of a prompt of Prompt Management, which brings its own messages. */
export const namesPrompt = (modelId: string): boolean =>
  /^arn:aws[\w-]*:bedrock:[^:]*:[^:]*:prompt\//.test(modelId);

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
