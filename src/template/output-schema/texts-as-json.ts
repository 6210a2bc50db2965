import type { ErrorObject } from "ajv";
import { isObject, type Json, type JsonObject, tryParseJson, valueAt } from "../../core/json.js";
import { readJson } from "./mend-json.js";

/**
 * An answer with the texts read as JSON that a schema found to be of the wrong type, where they are the JSON of the
 * right one; `null` where none is. The answer itself is left as it is.
 */
export const withTextsRead = (answer: JsonObject, errors: readonly ErrorObject[]): JsonObject | null => {
  const copy = structuredClone(answer);
  let changed = false;
  for (const error of errors) {
    const keys = error.instancePath.split("/").slice(1).map(unescaped);
    const last = keys.pop();
    const holder = valueAt(copy, keys);
    if (last === undefined || typeof holder !== "object" || holder === null) continue;
    const read = wanted((holder as JsonObject)[last], error);
    if (read === undefined) continue;
    (holder as JsonObject)[last] = read;
    changed = true;
  }
  return changed ? copy : null;
};

const unescaped = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

/** The value that a text is the JSON of, if that is what the schema wants there. */
const wanted = (value: Json | undefined, { keyword, params }: ErrorObject): Json | undefined => {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  // Lists and objects may have faults; of words alone a mended reading would be a guess.
  const isNested = /^(?:\[.*\]|\{.*\})$/s.test(text);
  const read = isNested ? readJson(text)?.value : tryParseJson(text);
  if (read === undefined || typeof read === "string") return undefined;
  if (keyword === "type")
    return [params.type].flat().some((type: string) => isA(type, read)) ? read : undefined;
  if (keyword === "enum") return params.allowedValues.includes(read) ? read : undefined;
  return keyword === "const" && params.allowedValue === read ? read : undefined;
};

const isA = (type: string, value: Json): boolean => {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
};
