import { offlineSettings } from "../../connection/offline-settings.js";
import { ConnectorError } from "../../core/errors.js";
import type { Json } from "../../core/json.js";
import { fieldsForPlace } from "../../enrich/place.js";
import { compilePlan, type Plan } from "../../enrich/plan.js";
import { type ColumnNode, readInputColumns } from "../../template/input-columns.js";
import type { PublishedColumns } from "../messages.js";
import { outputTypes } from "./output-types.js";

/** What a configuration's templates say of the stream; `null` for one that no plan can be made of. */
export const publishColumns = (config: unknown): PublishedColumns | null => {
  const plan = compilePlan(offlineSettings(config), "templates");
  return plan instanceof ConnectorError ? null : columnsOf(plan);
};

/**
 * The input columns, of the template and of the table that takes the rows, are the schema's properties, which the host's mapping page lists; it leaves those of
 * `x-output-schema` alone. A template that picks a column by a value may read any, so its fields stay free.
 */
const columnsOf = (plan: Plan): PublishedColumns => {
  const { columns, open } = readInputColumns(plan.template.sample);
  for (const name of fieldsForPlace(plan))
    if (!columns.has(name)) columns.set(name, { required: true, textOnly: false, inner: new Map() });
  return {
    schemaMode: open || columns.size === 0 ? "schemaless" : "schema",
    jsonSchema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...objectSchema(columns, leaves(columns) > 1),
      additionalProperties: true,
      "x-output-schema": outputSchema(plan),
    },
  };
};

/** The host draws a lone field in its mapping by itself, and a second time where it is required. */
const objectSchema = (
  columns: ReadonlyMap<string, ColumnNode>,
  saysRequired: boolean,
): Record<string, Json> => {
  const required = [...columns].filter(([, { required }]) => saysRequired && required).map(([name]) => name);
  return {
    type: "object",
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      [...columns].map(([name, node]) => [name, columnSchema(node, saysRequired)]),
    ),
  };
};

/** Inside a longer text any value becomes text; elsewhere it keeps its type, which may be any. */
const columnSchema = (
  { inner, textOnly, fallback }: ColumnNode,
  saysRequired: boolean,
): Record<string, Json> => {
  if (inner.size > 0) return objectSchema(inner, saysRequired);
  return { type: textOnly ? "string" : anyType, ...(fallback !== undefined && { default: fallback }) };
};

const leaves = (columns: ReadonlyMap<string, ColumnNode>): number =>
  [...columns.values()].reduce((sum, { inner }) => sum + (inner.size > 0 ? leaves(inner) : 1), 0);

const outputSchema = (plan: Plan): Record<string, Json> => {
  const properties = outputTypes(plan);
  return { type: "object", required: Object.keys(properties), properties };
};

const anyType = ["string", "number", "boolean", "object", "array", "null"];
