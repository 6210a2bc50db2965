import { isObject, type JsonObject, tryParseJson } from "../../core/json.js";

/**
 * The JSON objects in a model's text, in their order: the text itself, or what stands in code fences and between
 * sentences.
 */
export const objectsIn = (text: string): JsonObject[] => {
  const whole = tryParseJson(text);
  if (isObject(whole)) return [whole as JsonObject];
  const found: JsonObject[] = [];
  let tries = 0;
  for (let at = text.indexOf("{"); at >= 0 && tries < maxTries; at = text.indexOf("{", at)) {
    tries++;
    const end = endOf(text, at);
    const value = end === null ? undefined : tryParseJson(text.slice(at, end));
    if (isObject(value)) found.push(value as JsonObject);
    at = isObject(value) && end !== null ? end : at + 1;
  }
  return found;
};

/** A text of nothing but braces must not take for ever. */
const maxTries = 20;

/** Behind the brace that closes the one at `start`, braces inside strings aside. */
const endOf = (text: string, start: number): number | null => {
  let depth = 0;
  bracesAndStrings.lastIndex = start;
  for (let part = bracesAndStrings.exec(text); part; part = bracesAndStrings.exec(text)) {
    if (part[0] === "{") depth++;
    else if (part[0] === "}") depth--;
    if (depth === 0) return bracesAndStrings.lastIndex;
  }
  return null;
};

const bracesAndStrings = /[{}]|"(?:[^"\\]|\\.)*"/gs;
