import type { Family } from "../../models/families/family.js";
import { baseModelId, resolveFamily } from "../../models/find-family.js";
import { listModels } from "../../models/list-models.js";
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

/** The model behind an id as called. Every id of a known family is one: new models appear all the time. */
export const findModel = (
  modelId: string,
  profileOnly: ReadonlySet<string>,
  arns: LocalAccount["arns"] = {},
): Model | HttpReply => {
  const hidden = Object.hasOwn(arns, modelId) ? arns[modelId] : undefined;
  const family = resolveFamily(hidden ?? modelId);
  const baseId = baseModelId(hidden ?? modelId);
  if (!family || !baseId)
    return refuse(400, "ValidationException", "The provided model identifier is invalid.");
  const throughProfile = hidden !== undefined || modelId.endsWith(`.${baseId}`);
  if (profileOnly.has(baseId) && !throughProfile)
    return refuse(
      400,
      "ValidationException",
      `Invocation of model ID ${baseId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  return { family, baseId };
};
