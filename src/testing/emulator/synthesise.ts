import type { Analysis } from "./analyse.js";
import { chooseLabel } from "./label.js";
import type { Schema } from "./schema-subset.js";

/**
 * A JSON value that fits a schema, made of what a text says: labels for enumerations, mood for numbers, the central
 * sentence and mentions for text. The same schema and text always give the same value. Patterns are not followed.
 */
export const synthesise = (schema: Schema, text: Analysis): unknown => {
  const make = (given: unknown, name: string, index: number, depth: number): unknown => {
    const node = resolved(given, schema);
    if ("const" in node) return node.const;
    if (Array.isArray(node.enum)) return pick(node.enum, text);
    const branch = [node.anyOf ?? node.oneOf ?? []].flat().find((part) => (part as Schema).type !== "null");
    if (branch) return make(branch, name, index, depth);
    switch ([node.type].flat().find((type) => type !== "null")) {
      case "object": {
        const entries = Object.entries((node.properties ?? {}) as Schema);
        const made = depth > maxDepth ? [] : entries;
        return Object.fromEntries(made.map(([key, part]) => [key, make(part, key, 0, depth + 1)]));
      }
      case "array": {
        const length =
          depth > maxDepth ? 0 : Math.max(number(node.minItems, 0), Math.min(2, number(node.maxItems, 2)));
        return Array.from({ length }, (_, at) => make(node.items, name, at, depth + 1));
      }
      case "number":
        return clamp(Math.round(text.sentiment * 100) / 100, node);
      case "integer":
        return Math.round(clamp(text.mentions.length, node));
      case "boolean":
        return text.sentiment > 0;
      case "string":
        return words(node, name, index, text);
      default:
        return null;
    }
  };
  return make(schema, "", 0, 0);
};

const maxDepth = 8;

/** The node behind references, with its `allOf` parts laid over each other. */
const resolved = (node: unknown, root: Schema): Schema => {
  if (typeof node !== "object" || node === null) return {};
  const { $ref, allOf, ...own } = node as Schema;
  const parts = [$ref === undefined ? [] : pointed(String($ref), root), allOf ?? []].flat();
  return Object.assign({}, own, ...parts.map((part) => resolved(part, root)));
};

const pointed = (reference: string, root: Schema): unknown =>
  reference
    .split("/")
    .slice(1)
    .reduce<unknown>((node, key) => (node as Schema | undefined)?.[key], root);

const pick = (options: readonly unknown[], text: Analysis): unknown =>
  options.every((option) => typeof option === "string") ? chooseLabel(options, text) : options[0];

const words = (node: Schema, name: string, index: number, { gist, mentions }: Analysis): string => {
  const sample = samples.get(String(node.format));
  if (sample !== undefined) return sample;
  const named = mentions.filter(({ type }) => name.toLowerCase().includes(type))[index];
  const text = (named ?? (index > 0 ? mentions[index] : undefined))?.value ?? gist;
  const most = Math.max(number(node.maxLength, 200), number(node.minLength, 0));
  return text.replace(/\s+/g, " ").trim().slice(0, most).padEnd(number(node.minLength, 0), ".");
};

const clamp = (value: number, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): number => {
  const least = Math.max(number(minimum, -Infinity), number(exclusiveMinimum, -Infinity) + 1);
  const most = Math.min(number(maximum, Infinity), number(exclusiveMaximum, Infinity) - 1);
  return Math.min(Math.max(value, least), most);
};

const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

const samples: ReadonlyMap<string, string> = new Map([
  ["date-time", "2026-01-02T03:04:05Z"],
  ["time", "03:04:05Z"],
  ["date", "2026-01-02"],
  ["duration", "P1D"],
  ["email", "someone@example.com"],
  ["hostname", "example.com"],
  ["uri", "https://example.com/"],
  ["ipv4", "192.0.2.1"],
  ["ipv6", "2001:db8::1"],
  ["uuid", "00000000-0000-4000-8000-000000000000"],
]);
