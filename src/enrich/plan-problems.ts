import { type ControlAnswer, known, type ResolvedModel } from "../bedrock/control-answers.js";
import { type Connection, invalidConfig } from "../connection/connection.js";
import type { Problem } from "../connection/rules.js";
import type { ConnectorError } from "../core/errors.js";
import { type JsonObject, valueAt } from "../core/json.js";
import { nearest } from "../core/nearest.js";
import type { Family } from "../models/families/family.js";
import { families } from "../models/families/index.js";
import { resolveFamily } from "../models/find-family.js";
import { listModels } from "../models/list-models.js";
import { parseModelId } from "../models/model-id.js";
import { pricedInWords } from "../models/prices/price.js";
import { whereabouts } from "../models/residency.js";
import { systemPlaceholders } from "../template/system-placeholders.js";
import type { Template } from "../template/template.js";

/** Why nothing says where an answer stands, where neither a family nor the response format does. */
export const unreadableAnswer = (
  { modelId }: Connection,
  asked: ControlAnswer<ResolvedModel> | null,
): Problem | null => {
  if (typeof modelId !== "string") return null;
  return modelId.startsWith("arn:") && !known(asked) ? hiddenModel(asked) : unknownFamily(modelId);
};

export const notReadHere = ({ field, sentence }: Problem): string =>
  `Answers are not read here, since ${field} ${sentence}.`;

const hiddenModel = (asked: ControlAnswer<ResolvedModel> | null): Problem => ({
  field: "model_id",
  sentence:
    "is an ARN that hides its model: put the ARN into inference_profile and the base model id, such as " +
    `anthropic.claude-haiku-4-5-20251001-v1:0, into model_id${asked ? ` (AWS was asked for it: ${whyNot(asked)})` : ""}`,
});

const unknownFamily = (modelId: string): Problem => {
  const near = nearest(
    modelId,
    listModels().flatMap((model) => [...model.inferenceProfiles, model.modelId]),
  );
  return {
    field: "model_id",
    sentence:
      `names no known model family${near ? ` (did you mean ${near}?)` : ""}, so the connector cannot tell where the ` +
      "answer stands: put {{ column }} into response_format, set api to converse, or set model_id to a base model id " +
      `(families: ${families.map(({ name }) => name).join(", ")})`,
  };
};

const noTokenLimit = "sets no limit of output tokens, which max_tokens_total and max_spend_usd need";

export const unknownPrice = (connection: Connection): Problem => ({
  field: "max_spend_usd",
  sentence:
    `needs a price, and none is known for ${pricedInWords(connection)}: ` +
    "set input_price_usd and output_price_usd, or name it in prices_file",
});

/** The settings that a model which answers with vectors has no use for. */
export const vectorProblems = ({ api, outputSchema, candidateModelIds }: Connection): Problem[] => {
  if (!resolveFamily(...candidateModelIds)?.vector) return [];
  return [
    ...(api === "converse"
      ? [
          {
            field: "api",
            sentence: "must be invoke_model: this model answers with vectors, which Converse has not",
          },
        ]
      : []),
    ...(outputSchema !== null
      ? [
          {
            field: "output_schema",
            sentence: "must be left out: this model answers with vectors, not with text",
          },
        ]
      : []),
  ];
};

/** What of a connection would let rows leave the regions that `residency` allows. */
export const residencyProblems = (
  connection: Connection,
  asked: ControlAnswer<ResolvedModel> | null,
): Problem[] => {
  const { residency, region, modelId } = connection;
  if (residency === null || typeof modelId !== "string" || typeof region !== "string") return [];
  const called = parseModelId(modelId);
  if (whereabouts(residency, region, { ...called, kind: "model", geography: null }, null) === "outside")
    return [
      {
        field: "region",
        sentence: `is not among the regions that residency allows (${residency.join(", ")})`,
      },
    ];
  const regions = known(asked)?.regions ?? null;
  const verdict = whereabouts(residency, region, called, regions);
  if (verdict === "inside") return [];
  const field = connection.candidateModelIds[0] === modelId ? "model_id" : "inference_profile";
  return [
    { field, sentence: verdict === "outside" ? leaves(residency, regions) : mayLeave(residency, asked) },
  ];
};

/** Why AWS did not tell what stands behind an id. */
const whyNot = (asked: ControlAnswer<unknown>): string =>
  asked.is === "unasked" ? asked.why : "it has none of this name in this region and account";

const leaves = (residency: readonly string[], regions: readonly string[] | null): string =>
  `is a profile that reaches regions which residency (${residency.join(", ")}) does not allow` +
  `${regions ? `: ${regions.map((region) => region || "any region").join(", ")}` : ""}. Choose a profile that stays there`;

const mayLeave = (residency: readonly string[], asked: ControlAnswer<ResolvedModel> | null): string =>
  `may reach regions that residency (${residency.join(", ")}) does not allow` +
  `${asked ? `, and AWS does not tell: ${whyNot(asked)}` : ""}`;

/** What of a request format does not fit the family, the ceilings or the rule on the system's words. */
export const requestProblems = (
  connection: Connection,
  family: Family | null,
  sample: JsonObject,
  misfits: readonly string[],
): Problem[] =>
  [
    ...misfits.map((what) => `does not fit the family ${family?.name}: ${what}`),
    ...(boundsTokens(connection) && !limitsTokens(family, sample) ? [noTokenLimit] : []),
    ...(connection.systemPlaceholders === "refuse" ? systemPlaceholders(family, sample) : []),
  ].map((sentence) => ({ field: "request_format", sentence }));

const boundsTokens = ({ ceilings }: Connection): boolean => ceilings.tokens !== null || ceilings.usd !== null;

/** A limit may be a number or come from a column. */
const limitsTokens = (family: Family | null, sample: JsonObject): boolean =>
  family?.vector !== undefined ||
  (family?.request.maxTokens ?? []).some((path) => valueAt(sample, path) !== undefined);

/**
 * A run whose rows are all the same request pays for one answer as often as there are rows. Whoever wants that says so
 * with `reuse_answers` off.
 */
export const wasteOf = ({ template, connection }: Judged): ConnectorError | null =>
  template.columns.length > 0 || !connection.reuseAnswers ? null : invalidConfig([sameForAll]);

interface Judged {
  readonly template: Pick<Template, "columns">;
  readonly connection: Pick<Connection, "reuseAnswers">;
}

const sameForAll: Problem = {
  field: "request_format",
  sentence:
    "reads no {{ column }}, so every row would send the same request: put {{ column }} where a row's values go, or " +
    "turn reuse_answers off to pay for an answer a row",
};
