import { lintSample } from "./body-check.js";
import { type Connection, invalidConfig, readConnection } from "./connection/connection.js";
import type { Problem } from "./connection/rules.js";
import type { ConnectorError } from "./errors.js";
import type { Family } from "./families/family.js";
import { families } from "./families/index.js";
import { resolveFamily } from "./families/resolve.js";
import { type JsonObject, valueAt } from "./json.js";
import { type Price, priceOf } from "./prices/price.js";
import { readPriceFile } from "./prices/price-file.js";
import type { PriceTable } from "./prices/rates.js";
import { targetOf } from "./request.js";
import { type Columns, compileColumns, textColumn } from "./template/columns.js";
import { compileTemplate, type Template } from "./template/template.js";

/** A connection with its templates compiled: all that is needed to enrich a record, but for the call. */
export interface Job {
  readonly connection: Connection;
  /** Where its requests go, hashed: see `InvokeRequest`. */
  readonly target: string;
  /** `null` for a model that no family knows: its response is read by the response format alone. */
  readonly family: Family | null;
  readonly template: Template;
  readonly columns: Columns;
  /** The price of the model's tokens; `null` where it is not known. */
  readonly price: Price | null;
  /** What may be a mistake, in sentences. */
  readonly remarks: readonly string[];
}

/** What a job is for: rows with output columns, or the service's bare answer. */
export type Purpose = "enrich" | "read";

/** @returns the job, or one `invalid_config` error that names every bad setting. */
export const prepareJob = (config: unknown, purpose: Purpose): Job | ConnectorError => {
  const problems: Problem[] = [];
  const connection = readConnection(config, problems);
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
  const ownPrices = attempt("prices_file", connection.pricesFile, readPriceFile);
  const family = resolveFamily(...connection.familyHints);
  if (purpose === "enrich" && !family && !named && typeof connection.modelId === "string")
    problems.push(connection.modelId.startsWith("arn:") ? hiddenModel : unknownFamily);
  const { wrong, doubtful } = lintSample(family, template?.sample ?? {});
  if (purpose === "enrich" && template) {
    const misfits = wrong.map((what) => `does not fit the family ${family?.name}: ${what}`);
    if (boundsTokens(connection) && !limitsTokens(family, template.sample)) misfits.push(noTokenLimit);
    problems.push(...misfits.map((sentence) => ({ field: "request_format", sentence })));
  }
  const price = typeof connection.modelId === "string" ? priceFor(connection, ownPrices) : null;
  if (connection.ceilings.usd !== null && !price && problems.length === 0)
    problems.push(unknownPrice(connection));
  if (problems.length > 0 || !template) return invalidConfig(problems);
  const columns = named ?? textColumn(connection.outputField);
  const remarks = remarksOn(connection, template, doubtful);
  const bounded = { ...connection, ceilings: { ...connection.ceilings, prices: price } };
  return { connection: bounded, target: targetOf(connection), family, template, columns, price, remarks };
};

/** What the settings say goes before every table. */
const priceFor = (connection: Connection, ownPrices: PriceTable | null): Price | null =>
  connection.prices
    ? { ...connection.prices, source: "settings", date: null }
    : priceOf(connection, ownPrices);

const unknownPrice = ({ modelId, region, serviceTier }: Connection): Problem => ({
  field: "max_spend_usd",
  sentence:
    `needs a price, and none is known for ${modelId} in ${region}${serviceTier ? ` at the tier ${serviceTier}` : ""}: ` +
    "set input_price_usd and output_price_usd, or name it in prices_file",
});

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

export const doubtfulRemark = (what: string): string => `request_format: ${what}; Bedrock may refuse it.`;

const boundsTokens = ({ ceilings }: Connection): boolean => ceilings.tokens !== null || ceilings.usd !== null;

/** A limit may be a number or come from a column. */
const limitsTokens = (family: Family | null, sample: JsonObject): boolean =>
  (family?.request.maxTokens ?? []).some((path) => valueAt(sample, path) !== undefined);

const noTokenLimit = "sets no limit of output tokens, which max_tokens_total and max_spend_usd need";

const hiddenModel: Problem = {
  field: "model_id",
  sentence:
    "is an ARN that hides its model: put the ARN into inference_profile and the base model id, such as " +
    "anthropic.claude-haiku-4-5-20251001-v1:0, into model_id",
};

const unknownFamily: Problem = {
  field: "model_id",
  sentence:
    "names no known model family, so the connector cannot tell where the answer stands: put {{ column }} into " +
    `response_format, or set model_id to a base model id (families: ${families.map(({ name }) => name).join(", ")})`,
};
