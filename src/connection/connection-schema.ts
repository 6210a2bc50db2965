import { readFileSync } from "node:fs";

/** The connection specification: JSON Schema draft-07, with the host's own keywords and ours. */
interface ConnectionSchema {
  readonly $schema: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, SettingSchema>>;
}

interface SettingSchema {
  /** A form draws the first type; programs may hand over any of them. */
  readonly type: string | readonly string[];
  readonly default?: string | boolean;
  /** What a form offers in words, unless an environment reference or nothing stands there. */
  readonly else?: { readonly oneOf: readonly { readonly const: string | boolean; readonly title: string }[] };
  readonly maxLength?: number;
  /** It says something of rows or their columns, which a source does not have. */
  readonly "x-rows-only"?: true;
  readonly multiwoven_secret?: true;
  /** What the value's text has to match. Not `pattern`: forms would refuse `ENV['X']` by it, and show it to people. */
  readonly "x-pattern"?: string;
  /** What the setting must be, for the message that says it is not. */
  readonly "x-expected"?: string;
}

/** The published schema, as the host renders it. */
export const connectionSchema = (): ConnectionSchema => {
  schema ??= JSON.parse(readFileSync(new URL("../../schemas/connection.json", import.meta.url), "utf8"));
  return schema as ConnectionSchema;
};

let schema: ConnectionSchema | undefined;

/** The form of a source, which has no rows. */
export const sourceSchema = (): object => {
  const { properties, ...others } = connectionSchema();
  const kept = Object.entries(properties).filter(([, setting]) => !setting["x-rows-only"]);
  return { ...others, properties: Object.fromEntries(kept) };
};

/** Whether a setting is JSON, which may be an object as well as text. */
export const holdsJson = (name: string): boolean => /_(format|schema|columns)$/.test(name);

/** The values that a setting can have, where a form lists them; empty text stands for none. */
export const choicesOf = (setting: SettingSchema | undefined): (string | boolean)[] =>
  (setting?.else?.oneOf ?? []).map((choice) => choice.const).filter((value) => value !== "");

/**
 * The schema that settings are held to once references are resolved, nothing is left out and numbers and JSON are text.
 */
export const resolvedSchema = (): object => {
  const { required, properties } = connectionSchema();
  return {
    type: "object",
    required,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, setting]) => [name, resolvedSetting(setting)]),
    ),
  };
};

const resolvedSetting = (setting: SettingSchema): object => {
  const choices = choicesOf(setting);
  if (choices.length > 0) return { enum: choices };
  const { maxLength, "x-pattern": pattern } = setting;
  return { type: "string", ...(maxLength && { maxLength }), ...(pattern && { pattern }) };
};
