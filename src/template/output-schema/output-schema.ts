import { createRequire } from "node:module";
import type { ErrorObject, ValidateFunction } from "ajv";
import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { linearFromJavaScript, type PatternError } from "../../core/linear-regexp.js";
import { parseSample } from "../parse-sample.js";
import { withTextsRead } from "./texts-as-json.js";

/** What an answer must be: a JSON Schema (draft 2020-12) of an object. */
export interface OutputSchema {
  readonly schema: JsonObject;
  readonly columns: readonly TypedColumn[];
  /** What of an answer does not fit: the first places and keywords, never values. Empty where all fits. */
  faultsOf(answer: Json): readonly string[];
  /**
   * The answer with texts read that are exactly the JSON of what the schema wants in their place; `null` where there
   * are none.
   */
  withTextsRead(answer: JsonObject): JsonObject | null;
}

/** An output column that the schema makes. */
interface TypedColumn {
  readonly name: string;
  /** The JSON types that its value may have; empty where the schema does not say. */
  readonly type: readonly string[];
}

/** Compiles a pasted JSON Schema. @throws Error with a sentence that says what to mend. */
export const compileOutputSchema = (text: string): OutputSchema => {
  const schema = parseSample(text);
  if (!isObject(schema) || schema.type !== "object" || !isObject(schema.properties))
    throw new Error('must be the schema of an object: {"type":"object","properties":{…}} at its top');
  const names = Object.keys(schema.properties);
  if (names.length === 0) throw new Error("names no properties, which are to become the output columns");
  if (names.includes("_bedrock"))
    throw new Error("cannot have the property _bedrock, which holds the outcome of a row");
  const validate = compile(schema as JsonObject);
  const known = propertyNames(schema as JsonObject);
  return {
    schema: schema as JsonObject,
    columns: typedColumns(schema as JsonObject),
    faultsOf: (answer) => (validate(answer) ? [] : firstFaults(validate.errors ?? [], known)),
    withTextsRead: (answer) => (validate(answer) ? null : withTextsRead(answer, validate.errors ?? [])),
  };
};

/** The columns that a schema makes: its top-level properties, in their order. */
export const typedColumns = (schema: JsonObject): TypedColumn[] =>
  Object.entries((schema.properties ?? {}) as JsonObject).map(([name, property]) => ({
    name,
    type: typesOf(property, schema, 0),
  }));

/** Far enough for any schema that is no riddle. */
const maxDepth = 20;

const typesOf = (node: Json, root: JsonObject, depth: number): string[] => {
  if (!isObject(node) || depth > maxDepth) return [];
  if (typeof node.type === "string" || Array.isArray(node.type)) return [node.type].flat() as string[];
  if ("const" in node) return [typeOf(node.const as Json)];
  if (Array.isArray(node.enum)) return [...new Set(node.enum.map(typeOf))];
  if (typeof node.$ref === "string") return typesOf(pointed(root, node.$ref) ?? null, root, depth + 1);
  const branches = [node.anyOf ?? node.oneOf ?? []]
    .flat()
    .map((part) => typesOf(part as Json, root, depth + 1));
  return branches.some((types) => types.length === 0) ? [] : [...new Set(branches.flat())];
};

const typeOf = (value: Json): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

/** The part of a schema that a reference inside it points to. */
export const pointed = (root: JsonObject, reference: string): Json | undefined => {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined;
  const keys = decodeURI(reference).split("/").slice(1);
  return keys.reduce<Json | undefined>((node, key) => {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
    return typeof node === "object" && node !== null && Object.hasOwn(node, name)
      ? (node as JsonObject)[name]
      : undefined;
  }, root);
};

/** Loaded with the first schema, since few connections have one. */
const compile = ({ $schema: _, ...schema }: JsonObject): ValidateFunction => {
  const require = createRequire(import.meta.url);
  const { Ajv2020 } = require("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  const formats = require("ajv-formats") as typeof import("ajv-formats");
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false, code: { regExp: linear } });
  formats.default(ajv);
  if (schema.$async) throw new Error("has the keyword $async, which nothing here can wait for");
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new Error(`is no JSON Schema that can be used: ${(error as Error).message}`);
  }
};

/** Patterns of a schema, run in linear time on whatever a model writes. */
const linear = Object.assign(
  (pattern: string) => {
    try {
      return linearFromJavaScript(pattern);
    } catch (error) {
      const { message, part } = error as PatternError;
      throw new Error(`the pattern ${pattern} ${message} (${part})`);
    }
  },
  // For validators that are written to a file, which none is here.
  { code: "" },
);

const maxFaults = 3;

const firstFaults = (errors: readonly ErrorObject[], known: ReadonlySet<string>): string[] =>
  [...new Set(errors.slice(0, 20).map((error) => fault(error, known)))].slice(0, maxFaults);

/** Keys that only the answer has may quote the row, so of them nothing is shown. */
const fault = ({ instancePath, keyword, params }: ErrorObject, known: ReadonlySet<string>): string => {
  const missing = keyword === "required" ? [params.missingProperty as string] : [];
  const keys = [...instancePath.split("/").slice(1), ...missing].map((key) =>
    key.replaceAll("~1", "/").replaceAll("~0", "~"),
  );
  const place = keys.map((key) => (known.has(key) || /^\d{1,6}$/.test(key) ? key : "…")).join(".");
  return `${place || "the answer"}: ${keyword}`;
};

/** Every name that stands under `properties` anywhere, or is required. */
const propertyNames = (node: Json): Set<string> => {
  if (typeof node !== "object" || node === null) return new Set();
  const own = isObject(node) && isObject(node.properties) ? Object.keys(node.properties) : [];
  const required = isObject(node) && Array.isArray(node.required) ? node.required.map(String) : [];
  return new Set([...own, ...required, ...Object.values(node).flatMap((part) => [...propertyNames(part)])]);
};
