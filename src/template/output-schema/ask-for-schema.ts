import { fillLeaves, isObject, type Json, type JsonObject, valueAt } from "../../core/json.js";
import type { Family, StructuredWay } from "../../models/families/family.js";
import { isFor } from "../../models/model-facts.js";
import { toSubset } from "./bedrock-subset.js";
import { instructionFor, withInstruction } from "./instruction.js";

/** How the models of one connection are asked for an answer that fits a schema. */
export interface SchemaRequest {
  /** `as_given`: the request format asks for a form of its own, which is left as it is. */
  readonly how: StructuredWay["kind"] | "instruction" | "as_given";
  /** A rendered body with what asks for the answer. */
  extend(body: JsonObject): JsonObject;
  /** JMESPath of the answer where it is not the family's text. */
  readonly answer?: string;
  /** What the schema needs that cannot be asked for, in sentences that say what to change. */
  readonly problems: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * The best way that a model has. `modelIds` are base ids; `sample` is the request format, whose own settings of the
 * same keys go first.
 */
export const schemaRequestFor = (
  schema: JsonObject,
  family: Family,
  modelIds: readonly string[],
  sample: JsonObject,
): SchemaRequest => {
  const way = family.structured?.find(
    (known) =>
      modelIds.some((id) => isFor(known, id)) &&
      !known.unless?.some((path) => valueAt(sample, path) !== undefined),
  );
  const { $schema: _, $id: __, ...bare } = schema;
  if (!way) {
    const instruction = instructionFor(bare);
    const extend = (body: JsonObject): JsonObject => withInstruction(family, body, instruction);
    return { how: "instruction", extend, problems: [], remarks: [] };
  }
  const answer = way.answer === undefined ? {} : { answer: way.answer };
  const taken = collision(sample, way.body as Json);
  if (taken !== null) {
    const remark = `request_format sets ${taken} itself, so the request does not ask for output_schema; the answer is held to it all the same.`;
    return { how: "as_given", extend: (body) => body, ...answer, problems: [], remarks: [remark] };
  }
  const { sent, problems, remarks } = way.kind === "native" ? native(bare) : asTool(bare, way);
  const addition = fillLeaves(way.body, { schema: sent, schema_text: JSON.stringify(sent) }) as Json;
  return {
    how: way.kind,
    extend: (body) => merged(body, addition) as JsonObject,
    ...answer,
    problems,
    remarks,
  };
};

interface Sent {
  readonly sent: JsonObject;
  readonly problems: readonly string[];
  readonly remarks: readonly string[];
}

const native = (bare: JsonObject): Sent => {
  const { schema, left, problems } = toSubset(bare);
  const remark = `output_schema: Bedrock does not keep to ${left.join(", ")}; the answer is held to it here.`;
  return {
    sent: schema,
    problems: problems.map((what) => `is outside of what Bedrock's structured outputs take: ${what}`),
    remarks: left.length > 0 ? [remark] : [],
  };
};

const asTool = (bare: JsonObject, { topKeys }: StructuredWay): Sent => {
  if (!topKeys) return { sent: bare, problems: [], remarks: [] };
  const sent = Object.fromEntries(Object.entries(bare).filter(([key]) => topKeys.includes(key)));
  const problems = JSON.stringify(sent).includes('"$ref":')
    ? ["has a $ref, and this model's tools take no definitions: write them out where they are used"]
    : [];
  return { sent, problems, remarks: [] };
};

/** The first place where a body already has what a way would set; `null` where there is none. */
const collision = (body: unknown, addition: Json): string | null => {
  if (body === undefined) return null;
  if (!isObject(body) || !isObject(addition)) return "";
  for (const [key, inner] of Object.entries(addition)) {
    const taken = collision(Object.hasOwn(body, key) ? body[key] : undefined, inner as Json);
    if (taken !== null) return taken ? `${key}.${taken}` : key;
  }
  return null;
};

const merged = (body: Json | undefined, addition: Json): Json => {
  if (!isObject(body) || !isObject(addition)) return addition;
  const entries = Object.entries(addition).map(([key, inner]) => [
    key,
    merged(body[key] as Json, inner as Json),
  ]);
  return { ...body, ...Object.fromEntries(entries) } as JsonObject;
};
