import { readFileSync } from "node:fs";

/** The connection specification: JSON Schema draft-07, with the host's own keywords. */
interface ConnectionSchema {
  readonly $schema: string;
  readonly properties: Readonly<Record<string, SettingSchema>>;
}

interface SettingSchema {
  readonly type: "string" | "boolean";
  readonly default?: string | boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly multiwoven_secret?: true;
  /** What the setting must be, for the message that says it is not. */
  readonly "x-expected"?: string;
}

/** The published schema, as the host renders it. */
export const connectionSchema = (): ConnectionSchema => {
  schema ??= JSON.parse(readFileSync(new URL("../../schemas/connection.json", import.meta.url), "utf8"));
  return schema as ConnectionSchema;
};

let schema: ConnectionSchema | undefined;

/** Whether a setting is JSON, which may be an object as well as text. */
export const holdsJson = (name: string): boolean => /_(format|schema)$/.test(name);
