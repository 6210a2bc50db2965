import { slipOf } from "../core/nearest.js";
import { connectionSchema, holdsJson } from "./connection-schema.js";
import { faultInKey, faultInWords } from "./key-text.js";
import { wrongColumns } from "./write-back-columns.js";

/** One setting that is not usable, and what to do about it. Never quotes the value. */
export interface Problem {
  readonly field: string;
  readonly sentence: string;
}

/**
 * What the schema cannot say: misspelt names, secrets that are only asterisks, characters that no setting may have, what
 * goes together and what does not.
 */
export const brokenRules = (settings: Record<string, unknown>): Problem[] => [
  ...misspelt(settings),
  ...starredSecrets(settings),
  ...strangeCharacters(settings),
  ...conflicts(settings),
  ...wrongWriteBack(settings),
];

/** A strange setting is ignored; one that is nearly the name of another would be missed, such as a ceiling. */
const misspelt = (settings: Record<string, unknown>): Problem[] => {
  const names = Object.keys(connectionSchema().properties);
  return Object.keys(settings).flatMap((name) => {
    const meant = names.includes(name) ? undefined : slipOf(name, names);
    return meant && !Object.hasOwn(settings, meant)
      ? [{ field: JSON.stringify(name), sentence: `is no setting: did you mean ${meant}?` }]
      : [];
  });
};

const starredSecrets = (settings: Record<string, unknown>): Problem[] =>
  Object.entries(connectionSchema().properties)
    .filter(
      ([name, { multiwoven_secret }]) => multiwoven_secret && /^\*+$/.test(String(settings[name] ?? "")),
    )
    .map(([field]) => ({
      field,
      sentence: "holds only asterisks, which the host shows in place of a stored secret: re-enter the secret",
    }));

/** In keys and in words that no pattern bounds; JSON may hold what it likes. */
const strangeCharacters = (settings: Record<string, unknown>): Problem[] =>
  Object.entries(connectionSchema().properties).flatMap(
    ([field, { multiwoven_secret, "x-pattern": pattern }]) => {
      const value = settings[field];
      if (typeof value !== "string" || pattern !== undefined || holdsJson(field)) return [];
      const sentence = multiwoven_secret ? faultInKey(value) : faultInWords(value);
      return sentence === null ? [] : [{ field, sentence }];
    },
  );

/** Settings that need or exclude each other, and values that a pattern cannot judge. */
const conflicts = (settings: Record<string, unknown>): Problem[] => {
  const has = (name: string): boolean => settings[name] !== undefined;
  const rules: readonly Rule[] = [
    [has("access_key") && !has("secret_access_key"), "secret_access_key", "is required with access_key"],
    [has("secret_access_key") && !has("access_key"), "access_key", "is required with secret_access_key"],
    [
      has("session_token") && !has("access_key"),
      "session_token",
      "needs access_key and secret_access_key beside it",
    ],
    [
      has("api_key") && has("access_key"),
      "api_key",
      "cannot be used together with access_key: keep one of them",
    ],
    [has("api_key") && has("role_arn"), "api_key", "cannot be used together with role_arn: keep one of them"],
    [typeof settings.endpoint === "string" && !isEndpoint(settings.endpoint), "endpoint", notAnEndpoint],
    [has("external_id") && !has("role_arn"), "external_id", "needs role_arn beside it"],
    [
      has("guardrail_identifier") && !has("guardrail_version"),
      "guardrail_version",
      "is required with guardrail_identifier",
    ],
    [
      has("guardrail_version") && !has("guardrail_identifier"),
      "guardrail_identifier",
      "is required with guardrail_version",
    ],
    [
      has("input_price_usd") && !has("output_price_usd"),
      "output_price_usd",
      "is required with input_price_usd",
    ],
    [
      has("output_price_usd") && !has("input_price_usd"),
      "input_price_usd",
      "is required with output_price_usd",
    ],
    [
      has("schema_retries") && settings.schema_retries !== "0" && !has("output_schema"),
      "schema_retries",
      "needs output_schema beside it",
    ],
    ...batchConflicts(settings, has),
    [
      settings.output_field === "_bedrock",
      "output_field",
      "cannot be _bedrock, which holds the outcome of a row",
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, field, sentence]) => ({ field, sentence }));
};

/** Whether it is broken, the setting to change, and how. */
type Rule = readonly [broken: boolean, field: string, sentence: string];

/** What batch jobs need, and what they would leave out without a word. */
const batchConflicts = (
  { delivery, service_tier: tier }: Record<string, unknown>,
  has: (name: string) => boolean,
): Rule[] => {
  const isBatch = delivery === "batch";
  const mayBatch = isBatch || (delivery === "auto" && has("batch_s3_uri"));
  const instead = "delivery: auto or now calls the model row by row";
  return [
    [isBatch && !has("batch_s3_uri"), "batch_s3_uri", "is required with delivery: batch"],
    [
      (isBatch || has("batch_s3_uri")) && !has("batch_role_arn"),
      "batch_role_arn",
      `is required with ${isBatch ? "delivery: batch" : "batch_s3_uri"}`,
    ],
    [
      !isBatch && has("batch_role_arn") && !has("batch_s3_uri"),
      "batch_s3_uri",
      "is required with batch_role_arn",
    ],
    [mayBatch && !has("ledger"), "ledger", "is required for batch jobs, whose plans and answers it keeps"],
    [
      isBatch && has("guardrail_identifier"),
      "delivery",
      `cannot be batch with a guardrail, which batch jobs do not apply: ${instead}`,
    ],
    [
      isBatch && tier !== undefined && tier !== "default",
      "delivery",
      `cannot be batch with service_tier, which batch jobs do not have: ${instead}`,
    ],
  ];
};

/** Whether every part of a URL would be sent: the SDK drops a query, and a user. */
export const isEndpoint = (text: string): boolean =>
  URL.canParse(text) &&
  !/[?#\p{Cc}]/u.test(text) &&
  /^https?:$/.test(new URL(text).protocol) &&
  new URL(text).username === "";

export const notAnEndpoint =
  "must be a URL that begins with http:// or https://, without a user, a query or a fragment";

/** A table needs all that names a place in it, and nothing of it has a meaning without the table. */
const wrongWriteBack = (settings: Record<string, unknown>): Problem[] => {
  const given = writeBack.filter((name) => settings[name] !== undefined);
  if (given.length === 0) return [];
  const missing = writeBack.filter((name) => name !== "write_back_columns" && !given.includes(name));
  const wrong = wrongColumns(settings.write_back_columns);
  return [
    ...missing.map((field) => ({ field, sentence: `is required with ${given[0]}` })),
    ...(wrong === null ? [] : [{ field: "write_back_columns", sentence: wrong }]),
  ];
};

const writeBack = ["write_back_table", "write_back_url", "write_back_key", "write_back_columns"];
