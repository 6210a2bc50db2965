import { Scalar } from "./exact-number.js";

/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Scalar);

/** The value behind some keys or indexes; `undefined` where there is none. */
export const valueAt = (value: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (node, key) =>
      typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined,
    value,
  );

/**
 * A tree in which each leaf that is exactly `{{ name }}` is the value of that name, with its type. Unknown names:
 * an error.
 */
export const fillLeaves = (node: unknown, values: Readonly<Record<string, unknown>>): unknown => {
  if (Array.isArray(node)) return node.map((item) => fillLeaves(item, values));
  if (isObject(node))
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, fillLeaves(inner, values)]));
  const name = typeof node === "string" ? /^\{\{ (\w+) \}\}$/.exec(node)?.[1] : undefined;
  if (name === undefined) return node;
  if (!Object.hasOwn(values, name)) throw new Error(`a leaf asks for an unknown value: ${name}`);
  return values[name];
};

/** The value of JSON text, or `undefined` for text that is not JSON. */
export const tryParseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

/** The bytes of every text in a value. */
export const textBytes = (value: unknown): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const key in value) bytes += textBytes(value[key as keyof typeof value]);
  return bytes;
};
