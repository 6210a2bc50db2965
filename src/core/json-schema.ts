import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { isObject } from "./json.js";
import { nearest } from "./nearest.js";

/**
 * A validator of one of the package's schemas, which names every error. Checking the schema itself would double
 * the start-up time; a spec does it. Values stay out of the errors.
 */
export const compileSchema = ({ $schema: _, ...schema }: { readonly $schema?: string }): ValidateFunction =>
  new Ajv({ allErrors: true, strict: false, validateSchema: false, meta: false }).compile(schema);

/** The key that an `additionalProperties` error is about, in quotes, with the one of the schema that was perhaps meant. */
export const strangeKey = ({ params, schemaPath }: ErrorObject, schema: object): string => {
  const steps = schemaPath.split("/").slice(1, -1);
  const owner = steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : null), schema);
  const known = isObject(owner) && isObject(owner.properties) ? Object.keys(owner.properties) : [];
  const meant = nearest(params.additionalProperty, known);
  return `${JSON.stringify(params.additionalProperty)}${meant ? ` (did you mean ${meant}?)` : ""}`;
};
