import type { ErrorObject, ValidateFunction } from "ajv";
import { ConnectorError } from "../core/errors.js";
import { isObject } from "../core/json.js";
import { compileSchema } from "../core/json-schema.js";
import type { OnUnknown } from "../core/outcome.js";
import type { ConnectionConfig } from "../generated/connection.js";
import type { Rates, TierRates } from "../models/prices/rates.js";
import { readResidency } from "../models/residency.js";
import { type BatchPlace, toBatchPlace } from "./batch-place.js";
import { choicesOf, connectionSchema, holdsJson, resolvedSchema } from "./connection-schema.js";
import { brokenRules, type Problem } from "./rules.js";
import { toWriteBack, type WriteBack } from "./write-back.js";

/** How calls are signed. `default` is the AWS credential chain of the host process. */
type Auth =
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  | { readonly kind: "api_key"; readonly token: string }
  | { readonly kind: "default" };

/** The most that a run may take; `null` is no bound. */
export interface Ceilings {
  readonly rows: number | null;
  /** Tokens in and out. */
  readonly tokens: number | null;
  readonly usd: number | null;
  /** The model's price at the tier that is asked for; a bound of `usd` has one. */
  readonly prices: Rates | null;
  /** The prices of the tiers that may serve a call in its place; without them all cost the same. */
  readonly tiers?: TierRates;
}

/** How many failures a run may have before it ends; `null` is no bound. */
export interface Tolerance {
  readonly count: number | null;
  /** 0 to 100, judged once 20 rows have ended. */
  readonly percent: number | null;
}

/** A validated connection, in the types that the connector works with. */
export interface Connection {
  readonly auth: Auth;
  readonly role: { readonly arn: string; readonly externalId?: string } | null;
  readonly region: string;
  readonly endpoint: string | null;
  /** What goes on the wire: the inference profile where there is one, else the model id. */
  readonly modelId: string;
  /** The ids that may name the model's family. */
  readonly candidateModelIds: readonly string[];
  readonly requestFormat: string;
  readonly responseFormat: string | null;
  readonly outputField: string;
  readonly chatTemplate: "off" | "auto";
  readonly maxConcurrency: number;
  readonly requestTimeoutMs: number;
  readonly guardrail: { readonly identifier: string; readonly version: string } | null;
  readonly serviceTier: NonNullable<ConnectionConfig["service_tier"]> | null;
  /** A file path; `null` keeps no ledger. */
  readonly ledger: string | null;
  readonly onUnknown: OnUnknown;
  readonly onTruncated: "keep" | "fail";
  readonly onEmpty: "keep" | "fail";
  /** What becomes of a row whose placeholders all come out blank. */
  readonly onBlank: "skip" | "fail" | "send";
  readonly reuseAnswers: boolean;
  readonly promptCache: "off" | "auto";
  readonly ceilings: Ceilings;
  /** What the account may use of the model in a minute; `null` where it is to be learned. */
  readonly quota: { readonly tokensPerMinute: number | null; readonly requestsPerMinute: number | null };
  /** The user's own rates; `null` leaves them to the price tables. */
  readonly prices: Rates | null;
  /** A file of the user's own prices; `null` leaves them to the list prices. */
  readonly pricesFile: string | null;
  readonly tolerance: Tolerance;
  readonly systemPlaceholders: "refuse" | "allow";
  readonly undoubleApostrophes: boolean;
  readonly logPayloads: boolean;
  /** Whether a call carries its key as metadata. */
  readonly requestMetadata: "call" | "none";
  /** Whether a source hands on the service's events while it answers. */
  readonly isStream: boolean;
  /** Regions and beginnings of regions that may work on rows; `null` where any may. */
  readonly residency: readonly string[] | null;
  readonly api: NonNullable<ConnectionConfig["api"]>;
  /** A JSON Schema, as text. */
  readonly outputSchema: string | null;
  readonly schemaRetries: number;
  /** How rows come to the model: one by one, in batch jobs, or by the cheapest way. */
  readonly delivery: NonNullable<ConnectionConfig["delivery"]>;
  /** `null` where no batch jobs can be made. */
  readonly batch: BatchPlace | null;
  /** A table that takes the enriched rows; `null` where none does. */
  readonly writeBack: WriteBack | null;
  /** Names of settings that the connector does not know and ignores. */
  readonly unknownSettings: readonly string[];
}

/** The one error that names every bad field. */
export const invalidConfig = (problems: readonly Problem[]): ConnectorError =>
  new ConnectorError(
    "invalid_config",
    problems.map(({ field, sentence }) => `${field} ${sentence}`).join("; "),
  );

/**
 * Reads the settings that a host hands over: `""` and null mean absent, numbers and booleans may be text, the
 * two formats and the output schema may be JSON objects. Adds to `problems` what is wrong; the result is only
 * usable without any.
 */
export const readConnection = (config: unknown, problems: Problem[]): Connection => {
  const settings = isObject(config) ? normalise(config) : {};
  if (!isObject(config))
    problems.push({ field: "the configuration", sentence: "must be an object of settings" });
  else if (!validator()(settings)) problems.push(...(validator().errors ?? []).map(toProblem));
  problems.push(...brokenRules(settings));
  // The schema has just judged the types; a bad one is in `problems`.
  return toConnection(settings as unknown as Settings);
};

let compiled: ValidateFunction | undefined;

const validator = (): ValidateFunction => {
  compiled ??= compileSchema(resolvedSchema());
  return compiled;
};

const normalise = (config: Record<string, unknown>): Record<string, unknown> => {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (value === null || value === undefined || value === "") continue;
    const isSwitch = choicesOf(settingOf(name)).includes(true);
    if (typeof value === "number") settings[name] = String(value);
    else if (isSwitch && (value === "true" || value === "false")) settings[name] = value === "true";
    else if (holdsJson(name) && isObject(value)) settings[name] = JSON.stringify(value);
    else settings[name] = typeof value === "string" && !holdsJson(name) ? value.trim() : value;
  }
  return settings;
};

const settingOf = (name: string) =>
  Object.hasOwn(connectionSchema().properties, name) ? connectionSchema().properties[name] : undefined;

const toProblem = ({ keyword, instancePath, params, message }: ErrorObject): Problem => {
  if (keyword === "required") return { field: params.missingProperty, sentence: "is required" };
  const field = instancePath.slice(1);
  const setting = settingOf(field);
  const choices = choicesOf(setting);
  const expected =
    setting?.["x-expected"] ?? (choices.length > 0 ? `one of ${choices.join(", ")}` : undefined);
  if (expected) return { field, sentence: `must be ${expected}` };
  return { field, sentence: keyword === "type" ? `must be a ${params.type}` : `${message}` };
};

/** The settings as `normalise` leaves them: numbers and JSON are text. */
type Settings = { [Name in keyof ConnectionConfig]: Exclude<ConnectionConfig[Name], number | object> };

const toConnection = (settings: Settings): Connection => {
  const withDefault = <Name extends keyof Settings>(name: Name): NonNullable<Settings[Name]> =>
    (settings[name] ?? connectionSchema().properties[name]?.default) as NonNullable<Settings[Name]>;
  const { role_arn, external_id, guardrail_identifier, guardrail_version, inference_profile } = settings;
  return {
    auth: toAuth(settings),
    role: role_arn ? { arn: role_arn, ...(external_id && { externalId: external_id }) } : null,
    region: settings.region,
    endpoint: settings.endpoint ?? null,
    modelId: inference_profile ?? settings.model_id,
    candidateModelIds: [settings.model_id, inference_profile].filter((id) => typeof id === "string"),
    requestFormat: settings.request_format,
    responseFormat: settings.response_format ?? null,
    outputField: withDefault("output_field"),
    chatTemplate: withDefault("chat_template"),
    maxConcurrency: Number(withDefault("max_concurrency")),
    requestTimeoutMs: Number(withDefault("request_timeout_seconds")) * 1000,
    guardrail:
      guardrail_identifier && guardrail_version
        ? { identifier: guardrail_identifier, version: guardrail_version }
        : null,
    serviceTier: settings.service_tier ?? null,
    ledger: settings.ledger ?? null,
    onUnknown: withDefault("on_unknown"),
    onTruncated: withDefault("on_truncated"),
    onEmpty: withDefault("on_empty"),
    onBlank: withDefault("on_blank"),
    reuseAnswers: withDefault("reuse_answers"),
    promptCache: withDefault("prompt_cache"),
    ceilings: {
      rows: number(settings.max_rows),
      tokens: number(settings.max_tokens_total),
      usd: number(settings.max_spend_usd),
      prices: null,
    },
    quota: {
      tokensPerMinute: number(settings.tokens_per_minute),
      requestsPerMinute: number(settings.requests_per_minute),
    },
    prices:
      settings.input_price_usd !== undefined && settings.output_price_usd !== undefined
        ? { input: Number(settings.input_price_usd), output: Number(settings.output_price_usd) }
        : null,
    pricesFile: settings.prices_file ?? null,
    tolerance: {
      count: number(settings.tolerated_failure_count),
      percent: number(settings.tolerated_failure_percent),
    },
    systemPlaceholders: withDefault("system_placeholders"),
    undoubleApostrophes: withDefault("undouble_apostrophes"),
    logPayloads: withDefault("log_payloads"),
    requestMetadata: withDefault("request_metadata"),
    isStream: withDefault("is_stream"),
    residency: typeof settings.residency === "string" ? readResidency(settings.residency) : null,
    api: withDefault("api"),
    outputSchema: settings.output_schema ?? null,
    schemaRetries: Number(withDefault("schema_retries")),
    delivery: withDefault("delivery"),
    batch: toBatchPlace(settings),
    writeBack: toWriteBack(settings),
    unknownSettings: Object.keys(settings).filter((name) => settingOf(name) === undefined),
  };
};

const number = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

const toAuth = ({ access_key, secret_access_key, session_token, api_key }: Settings): Auth => {
  if (api_key) return { kind: "api_key", token: api_key };
  if (!access_key || !secret_access_key) return { kind: "default" };
  return {
    kind: "keys",
    accessKeyId: access_key,
    secretAccessKey: secret_access_key,
    ...(session_token && { sessionToken: session_token }),
  };
};
