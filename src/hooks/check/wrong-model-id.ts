import { known } from "../../bedrock/control-answers.js";
import { invalidConfig } from "../../connection/connection.js";
import type { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { parseModelId } from "../../models/model-id.js";
import { refusals } from "./alternatives.js";
import { type AwsAnswers, resolvedModelOf } from "./ask-aws.js";

/** Where `model_id`, which prices, limits and rules are looked up by, is not what AWS says is called. */
interface Misnomer {
  readonly named: string;
  /** The base id of the model that is called. */
  readonly actual: string;
  /** What `model_id` should be. */
  readonly right: string;
  /** False where only the price differs, since the profile is global or is not. */
  readonly otherModel: boolean;
}

/** `null` where they agree, AWS does not tell, or `model_id` is itself what is called. */
const misnomer = (answers: AwsAnswers, { connection, baseModel }: Plan): Misnomer | null => {
  const found = resolvedModelOf(answers);
  const actual = found?.baseModel ?? known(answers.model)?.modelId ?? null;
  const [modelId = connection.modelId] = connection.candidateModelIds;
  if (actual === null || baseModel === null || modelId === connection.modelId) return null;
  const named = parseModelId(modelId);
  const otherModel = !isSameModel(actual, baseModel);
  const isGlobal = found?.regions.includes("") === true;
  // A profile that AWS defines has its price by its own id.
  const otherPrice =
    answers.called.kind === "application_profile" && isGlobal !== (named.geography === "global");
  if (!otherModel && !otherPrice) return null;
  return { named: named.id, actual, right: isGlobal ? `global.${actual}` : actual, otherModel };
};

/** Provisioned throughput names its model with the length of its context behind it, as in `…-v1:0:300k`. */
const isSameModel = (actual: string, named: string): boolean =>
  actual === named || actual.startsWith(`${named}:`);

/**
 * A request that the model would refuse, and a ceiling in US dollars that would count at another model's list
 * price.
 */
export const refusedModelId = (answers: AwsAnswers, plan: Plan): ConnectorError | null => {
  const found = misnomer(answers, plan);
  if (!found?.otherModel) return null;
  const { named, actual, right } = found;
  const { ceilings, prices, pricesFile } = plan.connection;
  const refused = refusals(actual, plan);
  const pricedByName = answers.called.baseModel === null && prices === null && pricesFile === null;
  const miscounts = ceilings.usd !== null && pricedByName;
  if (refused.length === 0 && !miscounts) return null;
  return invalidConfig([
    { field: "model_id", sentence: `names ${named}, but what is called runs ${actual}: set it to ${right}` },
    ...refused.map((what) => ({ field: "request_format", sentence: `does not fit ${actual}: ${what}` })),
    ...(miscounts
      ? [{ field: "max_spend_usd", sentence: `would count at the price of ${named}, which is not paid` }]
      : []),
  ]);
};

/** In a sentence; empty where there is none. */
export const misnomerRemark = (answers: AwsAnswers, plan: Plan): string => {
  const found = misnomer(answers, plan);
  return found
    ? `model_id names ${found.named}, but what is called runs ${found.right}: costs, limits and rules may be those of another. Set model_id to ${found.right}.`
    : "";
};
