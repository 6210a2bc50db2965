import {
  type ControlAnswer,
  type FoundationModel,
  known,
  type Profile,
} from "../../bedrock/control-answers.js";
import { readConnection } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";
import {
  type CostOfThousand,
  type Migration,
  type MigrationChoice,
  migrateConfig,
} from "../../migrate/migrate.js";
import { type Limits, limitsOf } from "../../models/limits.js";
import { listModels, type Model } from "../../models/list-models.js";
import { parseModelId } from "../../models/model-id.js";

/** A living model that may take another one's place. */
export interface Proposal {
  /** For pasting: what is called in the region of the settings. */
  readonly id: string;
  readonly name: string;
  /** Who recommends it; `null` where it is the nearest by vendor, price and size. */
  readonly by: string | null;
  readonly limits: Limits | null;
  /** The first day on which it no longer answers; `null` where none is announced. */
  readonly end_of_life: string | null;
  readonly cost_of_1000_rows: CostOfThousand;
  /** Why these settings cannot be rewritten for it; empty where they can. */
  readonly refused: readonly string[];
}

export interface Proposals {
  readonly from: Migration["from"] & { readonly lifecycle: string; readonly end_of_life: string | null };
  /** What its vendor or AWS recommends first. */
  readonly proposals: readonly Proposal[];
  /** Where the list is from, in a sentence. */
  readonly known_by: string;
}

/** What AWS said of the region; `null` where it was not asked, or did not say. */
interface Offer {
  readonly models: readonly FoundationModel[];
  readonly profiles: readonly Profile[];
}

/**
 * Living models for the place of the one that the settings name, in their region. Asks AWS what costs nothing to ask, where
 * there are credentials; ends within ten seconds. Models on their way out are never proposed.
 */
export const proposeModels = async (
  config: unknown,
  known: Pick<MigrationChoice, "row" | "counted"> = {},
  now = new Date(),
): Promise<Proposals | ConnectorError> => {
  const stays = migrateConfig(config, known);
  if (stays instanceof ConnectorError) return stays;
  const { baseModel } = parseModelId(stays.from.model);
  const old = listModels().find(({ modelId }) => modelId === baseModel);
  const offer = await askRegion(config, old?.answers === "vector");
  const proposals = candidatesFor(old, stays.from.family)
    .filter(({ model }) => isLasting(model, offer, now))
    .flatMap(({ model, by }) => {
      const moved = migrateConfig(config, { ...known, to: idIn(offer, model) });
      return moved instanceof ConnectorError ? [] : [toProposal(moved, model, by, offer)];
    });
  return {
    from: { ...stays.from, lifecycle: old?.lifecycle ?? "not known", end_of_life: old?.endOfLife ?? null },
    proposals,
    known_by:
      typeof offer === "string"
        ? `From this package's own list, as of the autumn of 2026: AWS was not asked (${offer}).`
        : "As AWS has them in this region today.",
  };
};

const candidatesFor = (old: Model | undefined, family: string): { model: Model; by: string | null }[] => {
  const models = listModels();
  const named = (old?.successors ?? []).flatMap(({ model: id, by = null }) => {
    const model = models.find(({ modelId }) => modelId === id);
    return model ? [{ model, by }] : [];
  });
  if (named.length > 0) return named;
  return models
    .filter(
      (model) =>
        model.modelId !== old?.modelId && (model.family === family || model.provider === old?.provider),
    )
    .filter(({ family: other, answers }) => other !== null && answers === (old?.answers ?? "text"))
    .slice(0, mostUnnamed)
    .map((model) => ({ model, by: null }));
};

const mostUnnamed = 5;

/** Neither legacy nor gone, nor so within a quarter of a year. */
const isLasting = (model: Model, offer: Offer | string, now: Date): boolean => {
  const told =
    typeof offer === "string" ? undefined : offer.models.find(({ modelId }) => modelId === model.modelId);
  if (typeof offer !== "string" && !told) return false;
  const ends = told?.endOfLife ?? (model.endOfLife === null ? null : new Date(model.endOfLife));
  const isAgeing = told ? told.legacy : model.lifecycle !== "active" && model.lifecycle !== "preview";
  return !isAgeing && (ends === null || ends.getTime() - now.getTime() > soonMs);
};

const soonMs = 90 * 24 * 3_600_000;

/** Left to the region's geography where AWS did not say which ids it has. */
const idIn = (offer: Offer | string, { modelId }: Model): string => {
  if (typeof offer === "string") return modelId;
  const onDemand = offer.models.some((model) => model.modelId === modelId && model.onDemand);
  const through = offer.profiles.filter(({ baseModel }) => baseModel === modelId).map(({ id }) => id);
  const local = through.find((id) => parseModelId(id).geography !== "global");
  return onDemand ? modelId : (local ?? through[0] ?? modelId);
};

const toProposal = (
  { to, refused }: Migration,
  model: Model,
  by: string | null,
  offer: Offer | string,
): Proposal => {
  const told =
    typeof offer === "string" ? undefined : offer.models.find(({ modelId }) => modelId === model.modelId);
  return {
    id: to.model,
    name: model.name,
    by,
    limits: limitsOf(model.modelId) ?? null,
    end_of_life: told?.endOfLife?.toISOString().slice(0, 10) ?? model.endOfLife,
    cost_of_1000_rows: to.cost_of_1000_rows,
    refused: refused.map(({ at, says }) => `${at} ${says}`),
  };
};

/** What the region has, or why that is not known. */
const askRegion = async (config: unknown, vectors: boolean): Promise<Offer | string> => {
  const { openControlPlane } = await import("../../bedrock/control-plane.js");
  const problems: never[] = [];
  const connection = readConnection(config, problems);
  if (problems.length > 0) return "the settings are not complete";
  const plane = openControlPlane(connection, deadlineMs);
  try {
    if (await plane.missingCredentials()) return "there are no credentials";
    const [models, profiles] = await Promise.all([
      plane.models(vectors ? "EMBEDDING" : "TEXT"),
      plane.profiles(),
    ]);
    const [listed, through] = [known(models), known(profiles)];
    return listed && through ? { models: listed, profiles: through } : whyNot(models, profiles);
  } finally {
    plane.close();
  }
};

const deadlineMs = 8_000;

const whyNot = (...answers: readonly ControlAnswer<unknown>[]): string => {
  for (const answer of answers) {
    if (answer.is === "unasked") return answer.why;
    if (answer.is === "refused") return "it did not take the credentials";
  }
  return "it did not say";
};
