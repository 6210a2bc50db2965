import { isObject, type Json, type JsonObject, tryParseJson } from "../core/json.js";
import { toDefinitions, toSchema } from "./definitions.js";
import type { Shape } from "./form.js";

/** What stands in the slots of a shape, by name. */
export type Slots = Readonly<Record<string, Json>>;

/** What a value says, and the keys that the shape has no word for. */
interface Match {
  readonly slots: Slots;
  readonly left: readonly string[];
}

/** Reads a value by a shape; `null` where it has another one. Extra keys are told, never skipped. */
export const match = (shape: Shape, value: Json | undefined): Match | null => {
  const slots: Record<string, Json> = {};
  const left: string[] = [];
  return matches(shape, value, slots, left, "") ? { slots, left } : null;
};

const slot = /\$(\w+)(?::(\w+))?/g;

const matches = (
  shape: Shape,
  value: Json | undefined,
  slots: Record<string, Json>,
  left: string[],
  at: string,
): boolean => {
  if (value === undefined) return false;
  if (typeof shape === "string" && shape.includes("$")) return matchesText(shape, value, slots);
  if (!isObject(shape)) return JSON.stringify(shape) === JSON.stringify(value);
  if (!isObject(value)) return false;
  const known = new Map(
    Object.entries(shape).map(([key, inner]) => [key.replace(/\?$/, ""), [key, inner as Json]]),
  );
  for (const [key, [written, inner]] of known as Map<string, [string, Json]>) {
    const found = value[key] as Json | undefined;
    if (found === undefined || found === null) {
      if (written.endsWith("?")) continue;
      return false;
    }
    if (!matches(inner, found, slots, left, `${at}${key}.`)) return false;
  }
  left.push(...Object.keys(value).flatMap((key) => (known.has(key) ? [] : [`${at}${key}`])));
  return true;
};

const matchesText = (shape: string, value: Json, slots: Record<string, Json>): boolean => {
  const [, only, convert] = /^\$(\w+)(?::(\w+))?$/.exec(shape) ?? [];
  if (only !== undefined) {
    const read = convert === undefined ? value : readers[convert as keyof typeof readers](value);
    if (read === undefined) return false;
    slots[only] = read;
    return true;
  }
  if (typeof value !== "string") return false;
  const names = [...shape.matchAll(slot)].map(([, name = ""]) => name);
  const pattern = shape
    .split(slot)
    .filter((_, index) => index % 3 === 0)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("\u0000");
  const found = new RegExp(
    `^${pattern.split("\u0000").reduce((all, text, index) => `${all}${index < names.length ? "([^;,]*)" : "([\\s\\S]*)"}${text}`)}$`,
  ).exec(value);
  if (!found) return false;
  names.forEach((name, index) => {
    slots[name] = found[index + 1] ?? "";
  });
  return true;
};

/** The value that a shape says with some slots; `null` where one that it needs is not there. */
export const fill = (shape: Shape, slots: Slots): Json | null => {
  const missing = { any: false };
  const value = filled(shape, slots, missing);
  return missing.any ? null : (value ?? null);
};

const filled = (shape: Shape, slots: Slots, missing: { any: boolean }): Json | undefined => {
  if (typeof shape === "string" && shape.includes("$")) return filledText(shape, slots, missing);
  if (!isObject(shape)) return shape;
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, inner]) => {
      const name = /^\$(\w+)/.exec(String(inner))?.[1];
      if (key.endsWith("?") && (name === undefined || slots[name] === undefined)) return [];
      return [[key.replace(/\?$/, ""), filled(inner as Json, slots, missing)]];
    }),
  ) as JsonObject;
};

const filledText = (shape: string, slots: Slots, missing: { any: boolean }): Json | undefined => {
  const [, only, convert] = /^\$(\w+)(?::(\w+))?$/.exec(shape) ?? [];
  if (only !== undefined) {
    const value = slots[only];
    const written =
      value === undefined || convert === undefined ? value : writers[convert as keyof typeof writers](value);
    missing.any ||= written === undefined;
    return written;
  }
  return shape.replace(slot, (_, name: string) => {
    missing.any ||= typeof slots[name] !== "string";
    return String(slots[name] ?? "");
  });
};

const liquid = /\{[{%]/;

/** JSON text, and Cohere's parameters. `undefined` where a value cannot be put in the other form. */
const readers = {
  json: (value: Json): Json | undefined => (typeof value === "string" ? tryParseJson(value) : undefined),
  definitions: toSchema,
} as const;

const writers = {
  // A placeholder inside of JSON text would not be escaped as JSON.
  json: (value: Json): Json | undefined => {
    const text = JSON.stringify(value);
    return liquid.test(text) ? undefined : text;
  },
  definitions: toDefinitions,
} as const;
