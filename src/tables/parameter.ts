import { parseExact, writeJson } from "../core/exact-json.js";
import { ExactNumber } from "../core/exact-number.js";
import { isObject, tryParseJson } from "../core/json.js";
import type { Column } from "./table-shape.js";

/** A value as the client takes it for a column. */
interface Parameter {
  readonly value: unknown;
  /** It held characters that PostgreSQL has no room for, and goes without them. */
  readonly cleaned: boolean;
}

/**
 * A value for a column: lists for lists, JSON for JSON, in which a text that is no JSON object or array is a JSON text,
 * and everything else as text that the server reads. A sentence where the column cannot take it; it quotes no value.
 */
export const toParameter = (value: unknown, column: Column): Parameter | string => {
  const cleaner = createCleaner();
  try {
    const written = convert(value, column, cleaner.clean);
    return { value: written, cleaned: cleaner.used() };
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    throw error;
  }
};

class Misfit extends Error {}

type Clean = (text: string) => string;

const convert = (value: unknown, column: Column, clean: Clean): unknown => {
  if (value === null || value === undefined) return null;
  if (column.kind === "json") return toJson(value, clean);
  if (column.kind === "list" && column.element) return toList(value, column, column.element, clean);
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ExactNumber) return fitting(String(value), column);
  if (typeof value === "object") {
    if (column.kind !== "text") throw new Misfit(`takes ${column.type}, not ${article(value)}`);
    return fitting(toJson(value, clean), column);
  }
  // A large whole number would be written with an exponent, which whole columns do not read.
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value).toString();
  return fitting(clean(String(value)), column);
};

/** What can be told without the server, with more than it tells. */
const fitting = (text: string, { kind, type, most, labels }: Column): string => {
  if (kind === "enum" && !labels.includes(text))
    throw new Misfit(`takes one of ${labels.join(", ")} (${type}), and the value is none of them`);
  const length = most !== null && text.length > most ? [...text.replace(/ +$/, "")].length : 0;
  if (most !== null && length > most)
    throw new Misfit(`takes at most ${most} characters (${type}), and the value has ${length}`);
  return text;
};

const toJson = (value: unknown, clean: Clean): string => {
  if (typeof value === "string" && /^\s*[[{]/.test(value) && tryParseJson(value) !== undefined)
    return value.replace(/\\(?:u0000|.)/gs, (found) => (found === "\\u0000" ? clean("\0") : found));
  return writeJson(value, (_, inner) => {
    if (typeof inner === "string") return clean(inner);
    if (typeof inner === "bigint" || (typeof inner === "number" && !Number.isFinite(inner)))
      return String(inner);
    if (!isObject(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [clean(key), item]));
  });
};

const toList = (value: unknown, column: Column, element: Column, clean: Clean): unknown => {
  if (Array.isArray(value))
    return value.map((item) =>
      Array.isArray(item) && element.kind !== "json"
        ? toList(item, column, element, clean)
        : convert(item, element, clean),
    );
  if (typeof value !== "string") throw new Misfit(`takes a list (${column.type}), not ${article(value)}`);
  const parsed = tryParseJson(value) === undefined ? null : parseExact(value);
  if (Array.isArray(parsed)) return toList(parsed, column, element, clean);
  // A list in the server's own words.
  if (/^\s*\{.*\}\s*$/s.test(value)) return clean(value);
  throw new Misfit(`takes a list (${column.type}), not a text`);
};

/** PostgreSQL has no NUL in a text, and UTF-8 no half of a surrogate pair. */
const createCleaner = (): { clean: Clean; used(): boolean } => {
  let used = false;
  return {
    used: () => used,
    clean(text) {
      const cleaned = text.replaceAll("\0", "").toWellFormed();
      used ||= cleaned !== text;
      return cleaned;
    },
  };
};

const article = (value: unknown): string =>
  Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
