import { ConnectorError } from "../../core/errors.js";
import type { Json } from "../../core/json.js";
import type { Trace } from "../../core/outcome.js";
import type { Plan } from "../../enrich/plan.js";
import type { Family } from "../../models/families/family.js";
import { readAnswer } from "../../models/read-answer.js";
import { compileOutputColumns, type OutputColumns } from "../../template/output-columns.js";
import { compileOutputSchema } from "../../template/output-schema/output-schema.js";

type Types = Record<string, Json>;

/** The JSON Schema of every column that a row gains. All but `_bedrock` are null where a row was not enriched. */
export const outputTypes = (plan: Plan): Record<string, Types> => ({
  ...replyTypes(plan),
  _bedrock: { type: "object", required: Object.keys(traceTypes), properties: traceTypes },
});

/**
 * The types that the output schema says, and those that the other columns have in the family's own sample reply.
 */
const replyTypes = ({ connection, family, columns }: Plan): Record<string, Types> => {
  const { outputSchema, responseFormat } = connection;
  if (outputSchema === null) return sampleTypes(family, columns);
  const typed = compileOutputSchema(outputSchema).columns;
  const named = responseFormat === null ? null : compileOutputColumns(responseFormat);
  return {
    ...Object.fromEntries(typed.map(({ name, type }) => [name, orNull(type)])),
    ...(named && sampleTypes(family, named)),
  };
};

const orNull = (type: readonly string[]): Types =>
  type.length === 0 ? {} : { type: [...new Set([...type, "null"])] };

const sampleTypes = (family: Family | null, columns: OutputColumns): Record<string, Types> => {
  const body = JSON.stringify(family?.reply ?? {}, fillLeaf);
  const { reply } = readAnswer(family, "", { ...nothingBeside, body });
  const read = reply instanceof ConnectorError ? null : columns.read(reply);
  const sample = read instanceof ConnectorError ? null : read;
  return Object.fromEntries(columns.names.map((name) => [name, typeOf(sample?.[name] ?? null)]));
};

const nothingBeside = { counts: {}, latencyMs: 0, requestId: null, attempts: 0 };

/** A leaf of a family's reply: `{{ text }}` is text, `{{ input_tokens }}` is a number, `{{ vector }}` a list. */
const fillLeaf = (_: string, leaf: unknown): unknown => {
  if (typeof leaf !== "string") return leaf;
  if (/^\{\{ (\w+_tokens|latency_ms|created) \}\}$/.test(leaf)) return 1;
  return /^\{\{ (vectors?|prompts) \}\}$/.test(leaf) ? [0] : leaf;
};

const typeOf = (value: Json): Types => {
  if (value === null) return {};
  if (Array.isArray(value)) return { type: ["array", "null"] };
  return { type: [typeof value === "number" ? "integer" : typeof value, "null"] };
};

const nullable = (type: string): Types => ({ type: [type, "null"] });

const traceTypes = {
  status: { enum: ["enriched", "skipped", "failed", "held", "not_sent"] },
  model: nullable("string"),
  stop_reason: nullable("string"),
  truncated: { type: "boolean" },
  input_tokens: nullable("integer"),
  output_tokens: nullable("integer"),
  cost_usd: nullable("number"),
  latency_ms: nullable("number"),
  attempts: { type: "integer" },
  billed: { enum: ["no", "yes", "unknown"] },
  request_id: nullable("string"),
  usage: nullable("object"),
  guardrail: { enum: ["masked", "blocked", null] },
  repaired: { type: "boolean" },
  remarks: nullable("array"),
  error: nullable("object"),
} satisfies Record<keyof Trace, Types>;
