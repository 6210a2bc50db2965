import { known } from "../bedrock/control-answers.js";
import { baseModelId, resolveFamily } from "../families/resolve.js";
import type { Job } from "../job.js";
import type { Survey } from "./survey.js";

/** What could be called instead of an id that does not work in this region, for pasting. */
export const offersLike = (survey: Survey, region: string): string => {
  const { baseModel, profiles, models } = survey;
  const ids = (known(profiles) ?? [])
    .filter((profile) => profile.baseModel === baseModel)
    .map(({ id }) => id);
  if (baseModel !== null && ids.length > 0) return `In ${region} it is called as ${list(ids)}.`;
  const callable = known(models)?.find(({ modelId, onDemand }) => modelId === baseModel && onDemand);
  if (callable) return `In ${region} it is called as ${callable.modelId}.`;
  for (const answer of [profiles, models])
    if (answer?.is === "unasked") return `What ${region} has instead is not known: ${answer.why}.`;
  const like = (known(models) ?? [])
    .map(({ modelId }) => ({ modelId, shared: sharedBeginning(modelId, baseModel ?? "") }))
    .filter(({ modelId, shared }) => shared > modelId.indexOf("."))
    .sort((a, b) => b.shared - a.shared)
    .map(({ modelId }) => modelId);
  return like.length > 0
    ? `${region} has no profile of it; like it there are ${list(like)}.`
    : `${region} has nothing like it: choose another region or model.`;
};

/** Newer models that take the same body; empty where none is known. */
export const successors = ({ target, profiles, models }: Survey, { family, connection }: Job): string => {
  const offered = known(profiles) ?? [];
  const ids = (known(models) ?? [])
    .filter((model) => !model.legacy && family !== null && resolveFamily(model.modelId) === family)
    .sort((a, b) => (b.launched?.getTime() ?? 0) - (a.launched?.getTime() ?? 0))
    .flatMap(({ modelId, onDemand }) => {
      const through = offered.filter(({ id }) => baseModelId(id) === modelId).map(({ id }) => id);
      const same = through.find((id) => target.geography !== null && id.startsWith(`${target.geography}.`));
      return same ?? (onDemand ? modelId : through[0]) ?? [];
    });
  return ids.length > 0 ? `Active in ${connection.region} with the same request format: ${list(ids)}.` : "";
};

/** The first three. */
const list = (ids: readonly string[]): string => ids.slice(0, 3).join(", ");

const sharedBeginning = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
};
