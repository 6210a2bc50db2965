import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import type * as protocol from "../../src/generated/protocol.js";

/** What the host makes of a value: the struct with defaults filled and unknown keys gone, or what is wrong. */
export type Verdict<T> = { ok: true; output: T } | { ok: false; errors: string[] };

/** Judges a message as the host does when it reads the connector's output. */
export function validateMessage(message: unknown): Verdict<protocol.MultiwovenMessage> {
  return validate("MultiwovenMessage", message);
}

/** Judges a value as the host does when it builds the named struct from it. The value is not changed. */
export function validate<T = unknown>(struct: string, input: unknown): Verdict<T> {
  const check = ajv.getSchema<T>(`protocol#/definitions/${struct}`);
  if (!check) throw new Error(`schemas/protocol.json has no struct "${struct}"`);
  const text = JSON.stringify(input);
  if (text === undefined)
    return { ok: false, errors: [`${struct}: ${typeof input} cannot be written as JSON`] };
  const output = emptyToStruct({ $ref: `#/definitions/${struct}` }, JSON.parse(text));
  if (check(output)) return { ok: true, output: output as T };
  return { ok: false, errors: (check.errors ?? []).map((e) => `${struct}${e.instancePath} ${e.message}`) };
}

/** The names of the host's structs. */
export const structs = (): string[] => Object.keys(schema.definitions);

interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
}

const schema: { definitions: Record<string, Schema> } = JSON.parse(
  readFileSync(new URL("../../schemas/protocol.json", import.meta.url), "utf8"),
);

// Defaults are not filled in a struct that ajv inlines under anyOf.
const ajv = new Ajv({ useDefaults: true, removeAdditional: true, allErrors: true, inlineRefs: false });
ajv.addSchema(schema, "protocol");

/** Where a struct is wanted the host takes null and [] for {}; JSON Schema has no way to say so. */
function emptyToStruct(wanted: Schema, value: unknown): unknown {
  if (wanted.$ref) {
    const empty = value === null || (Array.isArray(value) && value.length === 0);
    return emptyToStruct(definition(wanted.$ref), empty ? {} : value);
  }
  if (wanted.anyOf) return value === null ? null : emptyToStruct(wanted.anyOf[0] ?? {}, value);
  const { items, properties } = wanted;
  if (items && Array.isArray(value)) return value.map((item) => emptyToStruct(items, item));
  if (!properties || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, emptyToStruct(properties[key] ?? {}, child)]),
  );
}

function definition(ref: string): Schema {
  return schema.definitions[ref.replace("#/definitions/", "")] ?? {};
}
