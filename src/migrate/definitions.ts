import { isObject, type Json, type JsonObject } from "../core/json.js";

/** Python's names of types, as Cohere's documents have them, and JSON Schema's. */
const types = [
  ["str", "string"],
  ["int", "integer"],
  ["float", "number"],
  ["bool", "boolean"],
  ["list", "array"],
  ["dict", "object"],
] as const;

/** Cohere's definitions of parameters as a JSON Schema; `undefined` where they have a type that is not known. */
export const toSchema = (definitions: Json): Json | undefined => {
  if (!isObject(definitions)) return undefined;
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition)) return undefined;
    const { type, required: isRequired, ...more } = definition;
    const named = typeof type === "string" ? schemaOf(type) : null;
    if (!named) return undefined;
    properties[name] = { ...named, ...(more as JsonObject) };
    if (isRequired === true) required.push(name);
  }
  return { type: "object", properties, ...(required.length > 0 && { required }) };
};

const schemaOf = (type: string): JsonObject | null => {
  const [, word = "", inner] = /^(\w+)(?:\[(.+)\])?$/.exec(type.trim().toLowerCase()) ?? [];
  const name = types.find(([python, json]) => word === python || word === json)?.[1];
  if (name === undefined) return null;
  const items = name === "array" && inner !== undefined ? schemaOf(inner) : null;
  return { type: name, ...(items && { items }) };
};

/** The way back, for a flat object. */
export const toDefinitions = (schema: Json): Json | undefined => {
  if (!isObject(schema) || !isObject(schema.properties)) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => {
      const { type, ...more } = isObject(property) ? property : {};
      const python = types.find(([, json]) => json === type)?.[0] ?? "str";
      return [name, { ...more, type: python, required: required.includes(name) }];
    }),
  ) as JsonObject;
};
