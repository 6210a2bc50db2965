import { nearest } from "../../core/nearest.js";
import type { Family } from "../../models/families/family.js";
import { baseModelId, resolveFamily } from "../../models/find-family.js";
import { geographies } from "../../models/geographies.js";
import { listModels } from "../../models/list-models.js";
import { hasDoor } from "../../models/model-facts.js";
import { parseModelId } from "../../models/model-id.js";
import type { LocalAccount } from "./account.js";
import { type HttpReply, refuse } from "./http-message.js";

export interface Model {
  readonly family: Family;
  /** Without geography prefix and ARN. */
  readonly baseId: string;
}

/** The base ids of the known models that answer only through an inference profile. */
export const readProfileOnly = (): ReadonlySet<string> =>
  new Set(
    listModels()
      .filter(({ profileRequired }) => profileRequired)
      .map(({ modelId }) => modelId),
  );

/**
 * The model behind an id as called, in the account's own words where it has any; else a known model that is called by
 * its own id or by a profile of it.
 */
export const findModel = (
  modelId: string,
  profileOnly: ReadonlySet<string>,
  account: LocalAccount = {},
): Model | HttpReply => {
  const hidden = Object.hasOwn(account.arns ?? {}, modelId) ? account.arns?.[modelId] : undefined;
  const family = resolveFamily(hidden ?? modelId);
  const baseId = baseModelId(hidden ?? modelId);
  const { id } = parseModelId(hidden ?? modelId);
  if (!family || !baseId || !isKnown(id, baseId, account))
    return refuse(400, "ValidationException", `The provided model identifier is invalid.${didYouMean(id)}`);
  const throughProfile = hidden !== undefined || id !== baseId;
  if (profileOnly.has(baseId) && !throughProfile)
    return refuse(
      400,
      "ValidationException",
      `Invocation of model ID ${baseId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  return { family, baseId };
};

/**
 * The service's refusal of a door that a model does not have; `null` where it has it. Of a model that only the account knows,
 * all are open. The words are ours: those of the service are not known.
 */
export const refuseDoor = (
  door: "batch" | "flex",
  baseId: string,
  { models }: LocalAccount,
): HttpReply | null => {
  if (hasDoor(door, baseId) || Object.hasOwn(models ?? {}, baseId)) return null;
  const what = door === "batch" ? "batch inference" : "the service tier flex";
  return refuse(400, "ValidationException", `The model ${baseId} does not support ${what}.`);
};

/** Whether there is a model of this base id here: a known one, or one that the account was told to have. */
export const isKnownModel = (baseId: string, { models }: LocalAccount): boolean =>
  callable().has(baseId) || Object.hasOwn(models ?? {}, baseId);

/**
 * Whether the id of a model, or of a profile of it, is one here. Which models have a profile in which geography is not
 * known of all, so any geography is taken.
 */
export const isKnown = (id: string, baseId: string, account: LocalAccount): boolean => {
  if (!isKnownModel(baseId, account)) return false;
  if (id === baseId) return true;
  const { profiles = geographies } = account;
  return Object.hasOwn(profiles, account.profiles ? id : id.slice(0, -baseId.length - 1));
};

let ids: ReadonlySet<string> | undefined;

/** The ids of all models whose bodies are known, those that are gone too, and of their profiles. */
const callable = (): ReadonlySet<string> => {
  ids ??= new Set(
    listModels()
      .filter(({ family }) => family !== null)
      .flatMap(({ modelId, inferenceProfiles }) => [modelId, ...inferenceProfiles]),
  );
  return ids;
};

/** More than the service says, which leaves a slip of the pen to its reader. */
const didYouMean = (id: string): string => {
  const near = nearest(id, [...callable()]);
  return near ? ` Did you mean ${near}?` : "";
};
