import { isObject, valueAt } from "../core/json.js";

/** A connection config, or a JSON Schema of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** What stands in place of a secret wherever a stored config is shown: Multiwoven's thirteen stars. */
export const stars = "*************";

/** The config with every value starred that its schema marks with `multiwoven_secret`, at any depth. */
export const maskSecrets = (config: Fields, schema: Fields): Fields =>
  mapSecrets(config, schema, (value) => (value === "" || value === null ? value : stars));

/** A config that came back from a form: a secret that is still starred keeps its stored value. */
export const unmaskSecrets = (config: Fields, stored: Fields, schema: Fields): Fields =>
  mapSecrets(config, schema, (value, path) => (value === stars ? (valueAt(stored, path) ?? value) : value));

const mapSecrets = (
  config: Fields,
  schema: Fields,
  change: (value: unknown, path: readonly string[]) => unknown,
  path: readonly string[] = [],
): Fields => {
  const properties = isFields(schema.properties) ? schema.properties : {};
  const entries = Object.entries(config).map(([name, value]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const here = [...path, name];
    if (!isFields(property)) return [name, value];
    if (property.multiwoven_secret === true) return [name, change(value, here)];
    return [name, isFields(value) ? mapSecrets(value, property, change, here) : value];
  });
  return Object.fromEntries(entries);
};

export const isFields = (value: unknown): value is Fields => isObject(value);
