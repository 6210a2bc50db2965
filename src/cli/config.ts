import { cannotRun } from "./failure.js";
import { readJsonFile } from "./json-file.js";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Fields = Record<string, unknown>;

/** The connection config in a JSON file, its `${NAME}` references filled in. Throws "cannot run". */
export const loadConfig = async (path: string, environment: Environment): Promise<Fields> =>
  fillEnvironment(objectOf(await readJsonFile(path), path), environment, path);

/**
 * Replaces `${NAME}` in every string by the environment's value, except in the formats and the output schema,
 * whose text belongs to the model. Throws one error that names every field with an unset variable.
 */
export const fillEnvironment = (config: Fields, environment: Environment, name: string): Fields => {
  const unset: string[] = [];
  const filled = (value: unknown, field: string): unknown => {
    if (typeof value === "string") {
      return value.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_, variable: string) => {
        const found = environment[variable];
        if (found === undefined) unset.push(`${field} needs ${variable}`);
        return found ?? "";
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => filled(item, `${field}.${index}`));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, filled(item, `${field}.${key}`)]),
      );
    }
    return value;
  };
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    verbatim.has(key) ? value : filled(value, key),
  ]);
  if (unset.length > 0) throw cannotRun(`${name}: environment variable not set: ${unset.join(", ")}`);
  return Object.fromEntries(entries);
};

/**
 * The settings with their `${NAME}` references filled in, without those whose variables are not set: a secret that
 * only calls need is seldom at hand where none are made. `left` names them.
 */
export const withoutUnset = (
  config: unknown,
  environment: Environment,
): { config: unknown; left: string[] } => {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return { config, left: [] };
  const settings: Fields = {};
  const left: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    try {
      Object.assign(settings, fillEnvironment({ [name]: value }, environment, name));
    } catch {
      left.push(name);
    }
  }
  return { config: settings, left };
};

/** The value as a JSON object, or a "cannot run" that names what it was read from. */
export const objectOf = (value: unknown, name: string): Fields => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw cannotRun(`${name} must hold one JSON object, not ${kindOf(value)}`);
};

const verbatim = new Set(["request_format", "response_format", "output_schema"]);

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
