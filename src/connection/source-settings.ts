import { isObject } from "../core/json.js";

/**
 * The settings as a finished request needs them: without what makes requests of rows and columns of answers, which may
 * be out of date, prose, or not there at all.
 */
export const sourceSettings = (config: unknown): unknown => {
  if (!isObject(config)) return config;
  const kept = Object.entries(config).filter(([name]) => !forRows.has(name));
  return { ...Object.fromEntries(kept), request_format: "{}" };
};

const forRows = new Set([
  "request_format",
  "response_format",
  "output_field",
  "output_schema",
  "schema_retries",
  "write_back_url",
  "write_back_table",
  "write_back_key",
  "write_back_columns",
]);
