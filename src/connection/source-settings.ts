import { isObject } from "../core/json.js";
import { connectionSchema } from "./connection-schema.js";

/**
 * The settings as a finished request needs them: without what makes requests of rows and columns of answers, which may
 * be out of date, prose, or not there at all.
 */
export const sourceSettings = (config: unknown): unknown => {
  if (!isObject(config)) return config;
  const { properties } = connectionSchema();
  const isForRows = (name: string): boolean =>
    formats.has(name) || (Object.hasOwn(properties, name) && properties[name]?.["x-rows-only"] === true);
  const kept = Object.entries(config).filter(([name]) => !isForRows(name));
  return { ...Object.fromEntries(kept), request_format: "{}" };
};

/** The form of a source has them, for its host. */
const formats = new Set(["request_format", "response_format"]);
