import { Ajv, type ValidateFunction } from "ajv";
import { must } from "./violation.js";

/** A JSON Schema, draft-07. */
export type Schema = Readonly<Record<string, unknown>>;

export const draft7 = "http://json-schema.org/draft-07/schema#";

/** A compiled schema. Ends the rule where it is none. */
export const compile = (schema: Schema): ValidateFunction => {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  must(ajv.validateSchema(schema), `not a draft-07 schema: ${ajv.errorsText()}`);
  try {
    return ajv.compile(schema);
  } catch (error) {
    return must(false, `the schema cannot be used: ${(error as Error).message}`) as never;
  }
};

/** A property of a schema, and how it is reached. */
interface Property {
  readonly name: string;
  /** Such as `properties.auth.properties.token`. */
  readonly path: string;
  readonly schema: Schema;
  /** Reached through `properties` alone: hosts mask secrets nowhere else. */
  readonly isPlain: boolean;
}

/** All properties of a schema, those of its branches too. */
export const propertiesOf = (schema: Schema): Property[] =>
  nodesOf(schema).flatMap(({ node, path }) =>
    Object.entries((isSchema(node.properties) ? node.properties : {}) as Record<string, Schema>).map(
      ([name, inner]) => ({
        name,
        path: [...path, "properties", name].join("."),
        schema: isSchema(inner) ? inner : {},
        isPlain: path.every((key, index) => index % 2 === 1 || key === "properties"),
      }),
    ),
  );

/** Every schema within a schema, itself first. Values that only look like one, such as defaults, are left out. */
export const nodesOf = (
  node: Schema,
  path: readonly string[] = [],
): { node: Schema; path: readonly string[] }[] => [
  { node, path },
  ...Object.entries(node).flatMap(([key, value]) => {
    if (single.has(key))
      return isSchema(value) ? nodesOf(value, [...path, key]) : nodesIn(value, [...path, key]);
    return several.has(key) ? nodesIn(value, [...path, key]) : [];
  }),
];

const nodesIn = (value: unknown, path: readonly string[]) =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => (isSchema(inner) ? nodesOf(inner, [...path, key]) : []))
    : [];

const single = new Set(["items", "additionalProperties", "contains", "not", "if", "then", "else"]);
const several = new Set([
  "properties",
  "patternProperties",
  "definitions",
  "dependencies",
  "oneOf",
  "anyOf",
  "allOf",
]);

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
