import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { compileSchema, strangeKey } from "../core/json-schema.js";
import type { Pipeline } from "../generated/pipeline.js";

/** A pipeline that is what its schema says. @throws Error that names every bad field. */
export const checkedPipeline = (value: unknown): Pipeline => {
  schema ??= JSON.parse(
    readFileSync(new URL("../../schemas/pipeline.json", import.meta.url), "utf8"),
  ) as object;
  compiled ??= compileSchema(schema);
  if (compiled(value)) return value as Pipeline;
  const sentences = (compiled.errors ?? []).filter(({ keyword }) => keyword !== "if").map(inWords);
  throw new Error(`not a pipeline: ${sentences.join("; ")}`);
};

let schema: object | undefined;
let compiled: ValidateFunction | undefined;

const inWords = (error: ErrorObject): string => {
  const { instancePath, keyword, params, message } = error;
  const field = instancePath.slice(1).replaceAll("/", ".") || "it";
  if (keyword === "additionalProperties") return `${field} has no field ${strangeKey(error, schema ?? {})}`;
  if (keyword === "enum") return `${field} must be one of ${params.allowedValues.join(", ")}`;
  return `${field} ${message}`;
};
