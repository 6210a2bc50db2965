import { isDeepStrictEqual } from "node:util";
import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { readJson } from "./mend-json.js";
import type { OutputSchema } from "./output-schema.js";

/** An answer that fits its schema, and whether it had to be mended for that. */
export interface Fitting {
  readonly answer: JsonObject;
  readonly repaired: boolean;
}

/**
 * A value as an answer to a schema: itself; with texts that are exactly the JSON of what the schema wants in their place
 * read as such; or what stands under one key around it. `null` where it does not fit, or only repeats the schema.
 */
export const answerOf = (value: Json, schema: OutputSchema): Fitting | null =>
  direct(value, schema) ?? unwrapped(value, schema);

const direct = (value: Json, schema: OutputSchema): Fitting | null => {
  if (!isObject(value) || isEcho(value, schema) || !saysAnything(value, schema)) return null;
  const answer = value as JsonObject;
  if (schema.faultsOf(answer).length === 0) return { answer, repaired: false };
  const read = schema.withTextsRead(answer);
  return read && schema.faultsOf(read).length === 0 ? { answer: read, repaired: true } : null;
};

/** The one value under a key of it that fits: as itself, as JSON text, or alone in a list. */
const unwrapped = (value: Json, schema: OutputSchema): Fitting | null => {
  if (!isObject(value)) return null;
  const fitting = Object.values(value).flatMap((inner) => direct(inside(inner as Json), schema) ?? []);
  const [only] = fitting;
  return only && fitting.length === 1 ? { ...only, repaired: true } : null;
};

const inside = (value: Json): Json => {
  if (Array.isArray(value) && value.length === 1) return value[0] as Json;
  if (typeof value !== "string" || !value.trimStart().startsWith("{")) return value;
  return readJson(value)?.value ?? null;
};

/** A schema that wants nothing fits anything: an answer has at least one of its columns, or is empty. */
const saysAnything = (value: Record<string, unknown>, { columns }: OutputSchema): boolean =>
  Object.keys(value).length === 0 || columns.some(({ name }) => Object.hasOwn(value, name));

/** Whether a value is the schema again, or its properties, in place of an answer. */
const isEcho = (value: Record<string, unknown>, { schema }: OutputSchema): boolean => {
  const properties = schema.properties as JsonObject;
  if (isDeepStrictEqual(value, schema)) return true;
  const repeats = (node: Record<string, unknown>): boolean => {
    const names = Object.keys(properties).filter((name) => Object.hasOwn(node, name));
    return (
      names.length > 0 &&
      names.every((name) => isObject(node[name]) && isSchemaOf(node[name], properties[name]))
    );
  };
  return (
    repeats(value) ||
    (!Object.hasOwn(properties, "properties") && isObject(value.properties) && repeats(value.properties))
  );
};

/** The schema of a property as it was given, or as it was sent: other words, but the same type or choices. */
const isSchemaOf = (node: Record<string, unknown>, given: Json | undefined): boolean =>
  isDeepStrictEqual(node, given) ||
  (isObject(given) &&
    ["type", "enum", "const", "$ref", "anyOf"].some(
      (key) => Object.hasOwn(given, key) && isDeepStrictEqual(node[key], given[key]),
    ));
