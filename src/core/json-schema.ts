import { Ajv, type ValidateFunction } from "ajv";

/**
 * A validator of one of the package's schemas, which names every error. Checking the schema itself would double
 * the start-up time; a spec does it. Values stay out of the errors.
 */
export const compileSchema = ({ $schema: _, ...schema }: { readonly $schema?: string }): ValidateFunction =>
  new Ajv({ allErrors: true, strict: false, validateSchema: false, meta: false }).compile(schema);
