import { geographies } from "../models/geographies.js";
import { listModels } from "../models/list-models.js";
import { parseModelId } from "../models/model-id.js";
import { whereabouts } from "../models/residency.js";

/** Where calls are made from, and where they may be worked on. */
interface Whence {
  readonly region: string;
  readonly residency: readonly string[] | null;
}

/**
 * What is called for a model in a region: the id itself where it may be, else its profile of the narrowest geography.
 * `null` where the region, or the residency that is set, leaves none. An id with a geography or an ARN stays.
 */
export const chooseId = (id: string, { region, residency }: Whence): string | null => {
  const { kind, baseModel } = parseModelId(id);
  const model = listModels().find(({ modelId }) => modelId === id);
  const ids =
    kind !== "model" || !model || baseModel !== id
      ? [id]
      : [
          ...(model.profileRequired ? [] : [id]),
          ...Object.entries(geographies).flatMap(([name, { callers }]) =>
            callers.test(region) && model.inferenceProfiles.includes(`${name}.${id}`)
              ? [`${name}.${id}`]
              : [],
          ),
        ];
  return (
    ids.find(
      (candidate) =>
        residency === null || whereabouts(residency, region, parseModelId(candidate), null) !== "outside",
    ) ?? null
  );
};
