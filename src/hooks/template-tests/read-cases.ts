import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { isObject } from "../../core/json.js";
import { compileSchema, strangeKey } from "../../core/json-schema.js";
import type { TemplateTestCase, TemplateTests } from "../../generated/template-tests.js";

/** Tests whose settings are at hand. */
interface ReadTests {
  readonly config: Record<string, unknown>;
  readonly cases: readonly TemplateTestCase[];
}

/** @throws Error that names every place that does not fit `schemas/template-tests.json`. */
export const readTests = (tests: unknown): ReadTests => {
  if (!validator()(tests)) throw new Error(inWords(validator().errors ?? []));
  const { config, cases } = tests as TemplateTests;
  if (!isObject(config)) throw new Error("config must be the settings themselves, not the path of a file");
  return { config, cases };
};

const inWords = (errors: readonly ErrorObject[]): string => {
  // What each branch of a choice asks for is said by the choice itself.
  const said = errors.filter(({ schemaPath }) => !schemaPath.includes("/anyOf/"));
  return [...new Set(said.map(describe))].join("; ");
};

const describe = (error: ErrorObject): string => {
  const { keyword, instancePath, params, message } = error;
  const place =
    instancePath
      .slice(1)
      .replace(/\/(\d+)/g, "[$1]")
      .replaceAll("/", ".") || "the file";
  if (keyword === "anyOf")
    return `${place} expects nothing: give it expected_body, expected_columns, expected_outcome or expected_error`;
  if (keyword === "additionalProperties")
    return `${place} has the unknown key ${strangeKey(error, schema ?? {})}`;
  if (keyword === "required") return `${place} lacks ${params.missingProperty}`;
  if (keyword === "dependencies")
    return `${place} lacks ${params.missingProperty}, which ${params.property} needs`;
  return `${place} ${message}`;
};

let schema: object | undefined;
let compiled: ValidateFunction | undefined;

const validator = (): ValidateFunction => {
  const file = new URL("../../../schemas/template-tests.json", import.meta.url);
  schema ??= JSON.parse(readFileSync(file, "utf8")) as object;
  compiled ??= compileSchema(schema);
  return compiled;
};
