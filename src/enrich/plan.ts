import { hash } from "node:crypto";
import { type ControlAnswer, known, type ResolvedModel } from "../bedrock/control-answers.js";
import { type Connection, invalidConfig, readConnection } from "../connection/connection.js";
import { connectionSchema } from "../connection/connection-schema.js";
import { isLoopback } from "../connection/loopback.js";
import type { Problem } from "../connection/rules.js";
import type { ConnectorError } from "../core/errors.js";
import { nearest } from "../core/nearest.js";
import type { ReasoningTags } from "../core/reply.js";
import { reasoningTagsOf } from "../models/answer/reasoning.js";
import { endingOf, type ModelEnding } from "../models/ending.js";
import type { Family } from "../models/families/family.js";
import { familyOf, firstBaseModel, resolveFamily } from "../models/find-family.js";
import { lintSample } from "../models/lint-body.js";
import { lintForModel } from "../models/lint-rules.js";
import { hasDoor } from "../models/model-facts.js";
import { type Price, priceOf, pricesOfTiers } from "../models/prices/price.js";
import { readPriceFile } from "../models/prices/price-file.js";
import { isCheaper, type PriceTable, type TierRates } from "../models/prices/rates.js";
import { changingParts } from "../template/changing-parts.js";
import { chatTemplateRemark } from "../template/chat-template.js";
import { leavesOf } from "../template/leaves.js";
import { compileOutputColumns, type OutputColumns, textColumn } from "../template/output-columns.js";
import type { SchemaRequest } from "../template/output-schema/ask-for-schema.js";
import { prepareStructured } from "../template/output-schema/compile.js";
import { compileOutputSchema } from "../template/output-schema/output-schema.js";
import { byName, wordsPrinted } from "../template/placeholders.js";
import { compileTemplate, type Template } from "../template/template.js";
import {
  notReadHere,
  requestProblems,
  residencyProblems,
  unknownPrice,
  unreadableAnswer,
  vectorProblems,
} from "./plan-problems.js";
import { type PromptCachePlan, planPromptCache } from "./prompt-cache.js";

/** A connection with its templates compiled: all that is needed to enrich a record, but for the call. */
export interface Plan {
  readonly connection: Connection;
  /** Where its requests go, hashed: see `InvokeRequest`. */
  readonly routeKey: string;
  /** `null` for a model that no family knows: its response is read by the response format alone. */
  readonly family: Family | null;
  /** The family that the model is of, whatever API it is called through; `null` where none knows it. */
  readonly modelFamily: Family | null;
  /** The id of the model behind a profile or an ARN, by the settings or by what AWS said of it. */
  readonly baseModel: string | null;
  readonly template: Template;
  readonly columns: OutputColumns;
  /** How an answer that fits the output schema is asked for; `null` without one. */
  readonly schemaRequest: SchemaRequest | null;
  /** The calls that a row may take: an answer that does not fit the output schema may be asked for again. */
  readonly mostCalls: number;
  /** What is known of the end of its model; `null` for one that lives. */
  readonly ending: ModelEnding | null;
  /** The price of the model's tokens at the tier that is asked for; `null` where it is not known. */
  readonly price: Price | null;
  /** The prices of the tiers that may serve a call in its place; without them all cost the same. */
  readonly tiers?: TierRates;
  /** What a prompt cache can keep of the rows, or why there is nothing, as the end of a sentence. */
  readonly promptCache: PromptCachePlan | string;
  /**
   * Whether its calls go by the flex tier where that has room: `delivery: auto`, and a model that has the tier, at a price that
   * is lower or not known.
   */
  readonly isFlexible: boolean;
  /** The tags that the model may write around reasoning. */
  readonly reasoningTags: readonly ReasoningTags[];
  /** What may be a mistake, in sentences. */
  readonly remarks: readonly string[];
}

/**
 * What a plan is for: rows with output columns, the service's bare answer, or what the templates say by themselves.
 */
export type Purpose = "enrich" | "read" | "templates";

/**
 * @param asked what AWS said of the profile or ARN that is called, where that was asked
 * @returns the plan, or one `invalid_config` error that names every bad setting
 */
export const compilePlan = (
  config: unknown,
  purpose: Purpose,
  asked: ControlAnswer<ResolvedModel> | null = null,
): Plan | ConnectorError => {
  const problems: Problem[] = [];
  const connection = withBaseModel(readConnection(config, problems), known(asked)?.baseModel);
  problems.push(...residencyProblems(connection, asked));
  const attempt = <T>(field: string, text: unknown, compile: (text: string) => T): T | null => {
    if (typeof text !== "string") return null;
    try {
      return compile(text);
    } catch (error) {
      problems.push({ field, sentence: (error as Error).message });
      return null;
    }
  };
  const template = attempt("request_format", connection.requestFormat, compileTemplate);
  const named = attempt("response_format", connection.responseFormat, compileOutputColumns);
  const schema = attempt("output_schema", connection.outputSchema, compileOutputSchema);
  const ownPrices = attempt("prices_file", connection.pricesFile, readPriceFile);
  const family = familyOf(connection.api, ...connection.candidateModelIds);
  const unreadable = !family && !named ? unreadableAnswer(connection, asked) : null;
  if (purpose === "enrich" && unreadable) problems.push(unreadable);
  problems.push(...vectorProblems(connection));
  const structured =
    purpose !== "read" && schema && template && !(unreadable && purpose === "templates")
      ? prepareStructured(schema, { connection, family, sample: template.sample, named }, problems)
      : null;
  const { wrong, doubtful } = lintSample(family, template?.sample ?? {}, connection.candidateModelIds);
  if (purpose !== "read" && template)
    problems.push(...requestProblems(connection, family, template.sample, wrong));
  const price = typeof connection.modelId === "string" ? priceFor(connection, ownPrices, known(asked)) : null;
  const tiers = connection.prices
    ? undefined
    : pricesOfTiers(withRegions(connection, known(asked)), ownPrices);
  if (connection.ceilings.usd !== null && !price && problems.length === 0)
    problems.push(unknownPrice(connection));
  if (problems.length > 0 || !template) return invalidConfig(problems);
  // A cache point is of no use in a batch job, and would keep rows out of it.
  const promptCache =
    connection.delivery !== "now" && connection.batch
      ? "batch jobs cache no prompt"
      : planPromptCache(
          structured?.schemaRequest.extend(template.sample) ?? template.sample,
          family,
          connection,
          price,
        );
  const { note } = lintForModel(family, connection.candidateModelIds, template.sample);
  return {
    connection: {
      ...connection,
      ceilings: { ...connection.ceilings, prices: price, ...(tiers && { tiers }) },
    },
    routeKey: routeKeyOf(connection),
    family,
    modelFamily: resolveFamily(...connection.candidateModelIds),
    baseModel: firstBaseModel(...connection.candidateModelIds),
    template,
    ending: endingOf(...connection.candidateModelIds),
    columns: structured?.columns ?? named ?? textColumn(connection.outputField),
    price,
    ...(tiers && { tiers }),
    promptCache,
    isFlexible:
      connection.delivery === "auto" &&
      connection.serviceTier === null &&
      purpose === "enrich" &&
      hasDoor("flex", ...connection.candidateModelIds) === true &&
      !(tiers?.flex && tiers.default && !isCheaper(tiers.flex, tiers.default)),
    reasoningTags: reasoningTagsOf(family, ...connection.candidateModelIds),
    schemaRequest: structured?.schemaRequest ?? null,
    mostCalls: structured ? 1 + connection.schemaRetries : 1,
    remarks: [
      ...remarksOn(connection, purpose === "read" ? null : template, doubtful),
      ...note.map(noteOnRequest),
      ...[chatTemplateRemark(family, connection, template.sample)].filter((remark) => remark !== null),
      ...(structured?.schemaRequest.remarks ?? []),
      ...(connection.promptCache === "auto" && typeof promptCache === "string"
        ? [`prompt_cache: auto sets no cache point, as ${promptCache}.`]
        : []),
      ...(purpose === "templates" && unreadable ? [notReadHere(unreadable)] : []),
    ],
  };
};

/** What the settings say goes before every table. */
const priceFor = (
  connection: Connection,
  ownPrices: PriceTable | null,
  resolvedModel: ResolvedModel | null,
): Price | null =>
  connection.prices
    ? { ...connection.prices, source: "settings", date: null }
    : priceOf(withRegions(connection, resolvedModel), ownPrices);

const withRegions = (connection: Connection, resolvedModel: ResolvedModel | null) => ({
  ...connection,
  ...(resolvedModel && { regions: resolvedModel.regions }),
});

const withBaseModel = (connection: Connection, baseModel: string | null = null): Connection =>
  baseModel === null
    ? connection
    : { ...connection, candidateModelIds: [...connection.candidateModelIds, baseModel] };

const remarksOn = (
  { unknownSettings, endpoint }: Connection,
  template: Template | null,
  doubtful: readonly string[],
): string[] => [
  ...(unknownSettings.length > 0
    ? [`Unknown settings are ignored: ${unknownSettings.map(withNearestSetting).join(", ")}.`]
    : []),
  ...(template?.columns.length === 0
    ? ["request_format reads no {{ column }}: every row would send the same request."]
    : []),
  ...[...new Set(leavesOf(template?.sample ?? null).flatMap(wordsPrinted))].map(
    (word) => `{{ ${word} }} is Liquid's word for nothing; a column of that name is ${byName(word)}.`,
  ),
  ...changingParts(template?.sample ?? null).map(
    (part) =>
      `request_format uses ${part}, which is another at every run: every run sends, and pays for, all rows again, whatever the ledger holds.`,
  ),
  ...(endpoint !== null && /^http:/i.test(endpoint) && !isLoopback(endpoint) ? [plainHttp] : []),
  ...doubtful.map(doubtfulRemark),
];

const plainHttp =
  "endpoint is plain http and not on this machine: rows, answers and an API key cross the network for all to read. Use https.";

const noteOnRequest = (what: string): string => `request_format: ${what}.`;
export const doubtfulRemark = (what: string): string => `request_format: ${what}; Bedrock may refuse it.`;

/** A hash of where requests go: rows of another route are never sent in this connection's name. */
const routeKeyOf = ({ modelId, region, endpoint, guardrail, api }: Connection): string => {
  const where = [modelId, endpoint ?? region, guardrail?.identifier, guardrail?.version];
  if (api !== "invoke_model") where.push(api);
  return hash("sha256", JSON.stringify(where), "hex").slice(0, 16);
};

const withNearestSetting = (name: string): string => {
  const near = nearest(name, Object.keys(connectionSchema().properties));
  return near ? `${name} (did you mean ${near}?)` : name;
};
