import { isObject } from "../core/json.js";
import { nearest } from "../core/nearest.js";
import type { Pipeline } from "../generated/pipeline.js";
import type { Column, Kind } from "../tables/table-shape.js";
import { columnsRead } from "./mapping.js";

/** The JSON Schema of what a connector gives to each record; `null` where its catalog does not tell. */
export type OutputSchema = Readonly<Record<string, unknown>> | null;

export const outputSchemaOf = (streamSchema: unknown): OutputSchema => {
  const output = isObject(streamSchema) ? streamSchema["x-output-schema"] : undefined;
  return isObject(output) && isObject(output.properties) ? output.properties : null;
};

/**
 * Sees that a pipeline names columns that its source has. @throws Error, a sentence that names each it has not. Nothing
 * where there are none: whoever reads the source says why.
 */
export const checkSourceColumns = ({ source, mapping = [] }: Pipeline, columns: readonly string[]): void => {
  const names = [
    ["source.primary_key is", source.primary_key],
    ...mapping.flatMap((item) => {
      const verb = item.mapping_type === "template" ? "reads" : "is";
      return columnsRead(item).map((name) => [`mapping.from ${verb}`, name]);
    }),
  ];
  const wrong = names.filter(([, name = ""]) => columns.length > 0 && !columns.includes(name));
  if (wrong.length === 0) return;
  const sentences = wrong.map(([field, name = ""]) => `${field} ${name}${meant(name, columns)}`);
  throw new Error(`${sentences.join("; ")}; the source has the columns ${columns.join(", ")}`);
};

/** The fields that a mapping makes of a row; without one, those of the row. */
export const recordFields = (
  { mapping }: Pipeline,
  columns: readonly string[] | null,
): readonly string[] | null =>
  mapping?.length ? [...new Set(mapping.map(({ to }) => to.split(".")[0] ?? ""))] : columns;

/**
 * What is wrong with the columns that are written back, by what is known before a row is read: fields that no record will
 * have, and types that cannot go together. `fields` are those of the records, `null` where they are not known yet.
 */
export const wrongColumns = (
  paths: Readonly<Record<string, string>>,
  columns: readonly Column[],
  outputs: OutputSchema,
  fields: readonly string[] | null,
): string[] =>
  Object.entries(paths).flatMap(([name, path]) => {
    const wrong =
      outputs &&
      (wrongPath(path, outputs, fields) ??
        wrongType(
          path,
          outputs,
          columns.find((column) => column.name === name),
        ));
    return wrong ? [`column ${name} takes ${wrong}`] : [];
  });

/** The field of a record, not of the answer, that a path needs. */
export const inputFieldOf = (path: string, outputs: OutputSchema): string | null => {
  const [field = ""] = path.split(".");
  return outputs && (Object.hasOwn(outputs, path) || Object.hasOwn(outputs, field)) ? null : field;
};

const wrongPath = (
  path: string,
  outputs: NonNullable<OutputSchema>,
  fields: readonly string[] | null,
): string | null => {
  const field = inputFieldOf(path, outputs);
  const inputs = fields ?? [];
  if (field !== null) {
    if (fields === null || fields.includes(field) || fields.includes(path)) return null;
    return `${path}, which is neither an output column (${Object.keys(outputs).join(", ")}) nor a field of the records (${inputs.join(", ")})${meant(field, [...Object.keys(outputs), ...inputs])}`;
  }
  if (Object.hasOwn(outputs, path)) return null;
  const [name = "", inner] = path.split(".");
  const { properties } = schemaAt(outputs, [name]) as { properties?: object };
  if (inner === undefined || !isObject(properties) || Object.hasOwn(properties, inner)) return null;
  return `${path}, and ${name} has ${Object.keys(properties).join(", ")}${meant(inner, Object.keys(properties))}`;
};

const meant = (name: string, there: readonly string[]): string => {
  const close = nearest(name, there);
  return close ? `; did you mean ${close}?` : "";
};

const schemaAt = (outputs: NonNullable<OutputSchema>, path: readonly string[]): Record<string, unknown> => {
  let schema: unknown = { properties: outputs };
  for (const name of path) {
    const inside: unknown = isObject(schema) ? schema.properties : undefined;
    schema = isObject(inside) && Object.hasOwn(inside, name) ? inside[name] : {};
  }
  return isObject(schema) ? schema : {};
};

/** A column that takes none of the types that a field can have. What nobody knows may fit. */
const wrongType = (
  path: string,
  outputs: NonNullable<OutputSchema>,
  column: Column | undefined,
): string | null => {
  const { type } = schemaAt(outputs, Object.hasOwn(outputs, path) ? [path] : path.split("."));
  const types = [type ?? []].flat().filter((each) => each !== "null");
  if (!column || types.length === 0) return null;
  const refused = types.every((each) => refusedBy[String(each)]?.has(column.kind));
  return refused ? `${path}, which is ${types.join(" or ")}, and its type is ${column.type}` : null;
};

/** The kinds of columns that take no value of a JSON type. A text may say what any of them takes. */
const refusedBy: Readonly<Record<string, ReadonlySet<Kind>>> = {
  object: new Set(["list", "whole", "number", "boolean", "enum", "moment", "other"]),
  array: new Set(["whole", "number", "boolean", "enum", "moment", "other"]),
  boolean: new Set(["list", "whole", "number", "enum", "moment"]),
  number: new Set(["list"]),
  integer: new Set(["list"]),
};
