import { outputTypes } from "./catalog-output.js";
import { templateSettings } from "./connection/template-settings.js";
import { ConnectorError } from "./errors.js";
import { type Job, prepareJob } from "./job.js";
import type { Json } from "./json.js";
import type { PublishedColumns } from "./protocol.js";
import { type ColumnNode, readColumns } from "./template/column-tree.js";

/** What a configuration's templates say of the stream; `null` for one that no job can be made of. */
export const publishColumns = (config: unknown): PublishedColumns | null => {
  const job = prepareJob(templateSettings(config), "templates");
  return job instanceof ConnectorError ? null : columnsOf(job);
};

/**
 * The input columns are the schema's properties, which the host's mapping page lists; it leaves those of
 * `x-output-schema` alone. A template that picks a column by a value may read any, so its fields stay free.
 */
const columnsOf = (job: Job): PublishedColumns => {
  const { columns, open } = readColumns(job.template.sample);
  return {
    schemaMode: open || columns.size === 0 ? "schemaless" : "schema",
    jsonSchema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...objectSchema(columns),
      additionalProperties: true,
      "x-output-schema": outputSchema(job),
    },
  };
};

const objectSchema = (columns: ReadonlyMap<string, ColumnNode>): Record<string, Json> => {
  const required = [...columns].filter(([, { required }]) => required).map(([name]) => name);
  return {
    type: "object",
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries([...columns].map(([name, node]) => [name, columnSchema(node)])),
  };
};

/** Inside a longer text any value becomes text; elsewhere it keeps its type, which may be any. */
const columnSchema = ({ inner, textOnly, fallback }: ColumnNode): Record<string, Json> => {
  if (inner.size > 0) return objectSchema(inner);
  return { type: textOnly ? "string" : anyType, ...(fallback !== undefined && { default: fallback }) };
};

const outputSchema = (job: Job): Record<string, Json> => {
  const properties = outputTypes(job);
  return { type: "object", required: Object.keys(properties), properties };
};

const anyType = ["string", "number", "boolean", "object", "array", "null"];
