import { known, type Profile } from "../../bedrock/control-answers.js";
import type { Connection } from "../../connection/connection.js";
import { nearest } from "../../core/nearest.js";
import type { Plan } from "../../enrich/plan.js";
import { baseModelId, resolveFamily } from "../../models/find-family.js";
import { lintSample } from "../../models/lint-body.js";
import { listModels, type Model } from "../../models/list-models.js";
import { parseModelId } from "../../models/model-id.js";
import { whereabouts } from "../../models/residency.js";
import type { AwsAnswers } from "./ask-aws.js";

/** What could be called instead of an id that does not work in this region, for pasting. */
export const alternativesLike = (answers: AwsAnswers, { connection }: Plan): string => {
  const { called, baseModel, profiles, models } = answers;
  const { region } = connection;
  const through = nearestFirst(staying(known(profiles) ?? [], connection), region);
  const ids = through.filter((profile) => profile.baseModel === baseModel).map(({ id }) => id);
  const bare = (known(models) ?? []).filter(({ modelId, onDemand }) => modelId === baseModel && onDemand);
  const instead = [...ids, ...bare.map(({ modelId }) => modelId)];
  if (baseModel !== null && instead.length > 0)
    return `${region} has it as ${list(instead)}: paste one of these.`;
  for (const answer of [profiles, models])
    if (answer?.is === "unasked") return `What ${region} has instead is not known: ${answer.why}.`;
  const callable = (known(models) ?? []).filter(({ onDemand }) => onDemand).map(({ modelId }) => modelId);
  const isModel = listModels().some(({ modelId }) => modelId === baseModel);
  const meant = isModel ? undefined : nearest(called.id, [...through.map(({ id }) => id), ...callable]);
  if (meant) return `${region} does not have it under any id; did you mean ${meant}?`;
  const like = (known(models) ?? [])
    .map(({ modelId }) => ({ modelId, shared: sharedBeginning(modelId, baseModel ?? "") }))
    .filter(({ modelId, shared }) => shared > modelId.indexOf("."))
    .sort((a, b) => b.shared - a.shared)
    .map(({ modelId }) => modelId);
  return like.length > 0
    ? `${region} does not have it under any id; like it there are ${list(like)}.`
    : `${region} does not have it under any id, nor another of its vendor: choose another region or model.`;
};

/** Those that `residency` allows. */
const staying = (profiles: readonly Profile[], { residency, region }: Connection): readonly Profile[] =>
  residency === null
    ? profiles
    : profiles.filter(
        ({ id, regions }) => whereabouts(residency, region, parseModelId(id), regions) === "inside",
      );

/** Those that the region itself is among first, then those of its geography. */
const nearestFirst = (profiles: readonly Profile[], region: string): readonly Profile[] => {
  const geography = region.slice(0, region.indexOf("-") + 1);
  const nearness = ({ regions }: Profile): number => {
    if (regions.includes(region)) return 2;
    return regions.some((at) => at.startsWith(geography)) ? 1 : 0;
  };
  return profiles.toSorted((a, b) => nearness(b) - nearness(a));
};

/** Newer models that take this very request and are not on their way out themselves; empty where none is known. */
export const successors = ({ called, profiles, models }: AwsAnswers, plan: Plan): string => {
  const { modelFamily, connection } = plan;
  const offered = nearestFirst(staying(known(profiles) ?? [], connection), connection.region);
  const ageing = new Set(listModels().flatMap((model) => (isAgeing(model) ? model.modelId : [])));
  const ids = (known(models) ?? [])
    .filter(({ legacy, modelId }) => !legacy && !ageing.has(modelId))
    .filter(({ modelId }) => modelFamily !== null && resolveFamily(modelId) === modelFamily)
    .filter(({ modelId }) => refusals(modelId, plan).length === 0)
    .sort((a, b) => (b.launched?.getTime() ?? 0) - (a.launched?.getTime() ?? 0))
    .flatMap(({ modelId, onDemand }) => {
      const through = offered.filter(({ id }) => baseModelId(id) === modelId).map(({ id }) => id);
      const same = through.find((id) => called.geography !== null && id.startsWith(`${called.geography}.`));
      return same ?? (onDemand ? modelId : through[0]) ?? [];
    });
  return ids.length > 0 ? `Active in ${connection.region} with the same request format: ${list(ids)}.` : "";
};

const isAgeing = ({ lifecycle }: Model): boolean => lifecycle === "legacy" || lifecycle === "gone";

/** What a model of the plan's family is certain to refuse of its request, in words. */
export const refusals = (modelId: string, { family, template }: Plan): readonly string[] =>
  lintSample(family, template.sample, [modelId]).wrong;

/** The first three, and how many there are beside them. */
const list = (ids: readonly string[]): string =>
  `${ids.slice(0, 3).join(", ")}${ids.length > 3 ? ` and ${ids.length - 3} more` : ""}`;

const sharedBeginning = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
};
