import { type Answer, type Backing, known } from "./bedrock/control-answers.js";
import { lintSample } from "./body-check.js";
import { type Connection, invalidConfig, readConnection } from "./connection/connection.js";
import type { Problem } from "./connection/rules.js";
import type { ConnectorError } from "./errors.js";
import type { Family } from "./families/family.js";
import { families } from "./families/index.js";
import { familyOf, firstBaseModel, resolveFamily } from "./families/resolve.js";
import { type JsonObject, valueAt } from "./json.js";
import { lintForModel } from "./model-rules.js";
import { type Price, pricedInWords, priceOf } from "./prices/price.js";
import { readPriceFile } from "./prices/price-file.js";
import type { PriceTable } from "./prices/rates.js";
import { targetOf } from "./request.js";
import { residencyProblems, whyNot } from "./residency-problems.js";
import type { Ask } from "./structured/ask.js";
import { compileOutputSchema } from "./structured/output-schema.js";
import { prepareStructured } from "./structured/prepare.js";
import { systemPlaceholders } from "./system-text.js";
import { type Columns, compileColumns, textColumn } from "./template/columns.js";
import { compileTemplate, type Template } from "./template/template.js";
import { vectorProblems } from "./vector-problems.js";

/** A connection with its templates compiled: all that is needed to enrich a record, but for the call. */
export interface Job {
  readonly connection: Connection;
  /** Where its requests go, hashed: see `InvokeRequest`. */
  readonly target: string;
  /** `null` for a model that no family knows: its response is read by the response format alone. */
  readonly family: Family | null;
  /** The family that the model is of, whatever API it is called through; `null` where none knows it. */
  readonly modelFamily: Family | null;
  /** The id of the model behind a profile or an ARN, by the settings or by what AWS said of it. */
  readonly baseModel: string | null;
  readonly template: Template;
  readonly columns: Columns;
  /** How an answer that fits the output schema is asked for; `null` without one. */
  readonly ask: Ask | null;
  /** The calls that a row may take: an answer that does not fit the output schema may be asked for again. */
  readonly mostCalls: number;
  /** The price of the model's tokens; `null` where it is not known. */
  readonly price: Price | null;
  /** What may be a mistake, in sentences. */
  readonly remarks: readonly string[];
}

/** What a job is for: rows with output columns, the service's bare answer, or what the templates say by themselves. */
export type Purpose = "enrich" | "read" | "templates";

/**
 * @param asked what AWS said of the profile or ARN that is called, where that was asked
 * @returns the job, or one `invalid_config` error that names every bad setting
 */
export const prepareJob = (
  config: unknown,
  purpose: Purpose,
  asked: Answer<Backing> | null = null,
): Job | ConnectorError => {
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
  const named = attempt("response_format", connection.responseFormat, compileColumns);
  const schema = attempt("output_schema", connection.outputSchema, compileOutputSchema);
  const ownPrices = attempt("prices_file", connection.pricesFile, readPriceFile);
  const family = familyOf(connection.api, ...connection.familyHints);
  const unreadable = !family && !named ? unreadableAnswer(connection, asked) : null;
  if (purpose === "enrich" && unreadable) problems.push(unreadable);
  problems.push(...vectorProblems(connection));
  const structured =
    purpose !== "read" && schema && template && !(unreadable && purpose === "templates")
      ? prepareStructured(schema, { connection, family, sample: template.sample, named }, problems)
      : null;
  const { wrong, doubtful } = lintSample(family, template?.sample ?? {}, connection.familyHints);
  if (purpose !== "read" && template) {
    const misfits = wrong.map((what) => `does not fit the family ${family?.name}: ${what}`);
    if (boundsTokens(connection) && !limitsTokens(family, template.sample)) misfits.push(noTokenLimit);
    if (connection.systemPlaceholders === "refuse")
      misfits.push(...systemPlaceholders(family, template.sample));
    problems.push(...misfits.map((sentence) => ({ field: "request_format", sentence })));
  }
  const price = typeof connection.modelId === "string" ? priceFor(connection, ownPrices, known(asked)) : null;
  if (connection.ceilings.usd !== null && !price && problems.length === 0)
    problems.push(unknownPrice(connection));
  if (problems.length > 0 || !template) return invalidConfig(problems);
  const { note } = lintForModel(family, connection.familyHints, template.sample);
  return {
    connection: { ...connection, ceilings: { ...connection.ceilings, prices: price } },
    target: targetOf(connection),
    family,
    modelFamily: resolveFamily(...connection.familyHints),
    baseModel: firstBaseModel(...connection.familyHints),
    template,
    columns: structured?.columns ?? named ?? textColumn(connection.outputField),
    price,
    ask: structured?.ask ?? null,
    mostCalls: structured ? 1 + connection.schemaRetries : 1,
    remarks: [
      ...remarksOn(connection, template, doubtful),
      ...note.map(noteOnRequest),
      ...(structured?.ask.remarks ?? []),
      ...(purpose === "templates" && unreadable ? [notReadHere(unreadable)] : []),
    ],
  };
};

/** What the settings say goes before every table. */
const priceFor = (
  connection: Connection,
  ownPrices: PriceTable | null,
  backing: Backing | null,
): Price | null =>
  connection.prices
    ? { ...connection.prices, source: "settings", date: null }
    : priceOf({ ...connection, ...(backing && { regions: backing.regions }) }, ownPrices);

const unknownPrice = (connection: Connection): Problem => ({
  field: "max_spend_usd",
  sentence:
    `needs a price, and none is known for ${pricedInWords(connection)}: ` +
    "set input_price_usd and output_price_usd, or name it in prices_file",
});

const withBaseModel = (connection: Connection, baseModel: string | null = null): Connection =>
  baseModel === null ? connection : { ...connection, familyHints: [...connection.familyHints, baseModel] };

const remarksOn = (
  { unknownSettings }: Connection,
  { columns }: Template,
  doubtful: readonly string[],
): string[] => [
  ...(unknownSettings.length > 0 ? [`Unknown settings are ignored: ${unknownSettings.join(", ")}.`] : []),
  ...(columns.length === 0
    ? ["request_format reads no {{ column }}: every row would send the same request."]
    : []),
  ...doubtful.map(doubtfulRemark),
];

const noteOnRequest = (what: string): string => `request_format: ${what}.`;
export const doubtfulRemark = (what: string): string => `request_format: ${what}; Bedrock may refuse it.`;

const boundsTokens = ({ ceilings }: Connection): boolean => ceilings.tokens !== null || ceilings.usd !== null;

/** A limit may be a number or come from a column. */
const limitsTokens = (family: Family | null, sample: JsonObject): boolean =>
  family?.vector !== undefined ||
  (family?.request.maxTokens ?? []).some((path) => valueAt(sample, path) !== undefined);

const noTokenLimit = "sets no limit of output tokens, which max_tokens_total and max_spend_usd need";

/** Why nothing says where an answer stands, where neither a family nor the response format does. */
const unreadableAnswer = ({ modelId }: Connection, asked: Answer<Backing> | null): Problem | null => {
  if (typeof modelId !== "string") return null;
  return modelId.startsWith("arn:") && !known(asked) ? hiddenModel(asked) : unknownFamily;
};

const notReadHere = ({ field, sentence }: Problem): string =>
  `Answers are not read here, since ${field} ${sentence}.`;

const hiddenModel = (asked: Answer<Backing> | null): Problem => ({
  field: "model_id",
  sentence:
    "is an ARN that hides its model: put the ARN into inference_profile and the base model id, such as " +
    `anthropic.claude-haiku-4-5-20251001-v1:0, into model_id${asked ? ` (AWS was asked for it: ${whyNot(asked)})` : ""}`,
});

const unknownFamily: Problem = {
  field: "model_id",
  sentence:
    "names no known model family, so the connector cannot tell where the answer stands: put {{ column }} into " +
    `response_format, set api to converse, or set model_id to a base model id (families: ${families.map(({ name }) => name).join(", ")})`,
};
