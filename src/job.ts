import { type Columns, compileColumns, textColumn } from "./columns.js";
import { type Connection, invalidConfig, type Problem, readConnection } from "./connection.js";
import type { ConnectorError } from "./errors.js";
import type { Family } from "./families/family.js";
import { families } from "./families/index.js";
import { resolveFamily } from "./families/resolve.js";
import { compileTemplate, type Template } from "./template.js";

/** A connection with its templates compiled: all that is needed to enrich a record, but for the call. */
export interface Job {
  readonly connection: Connection;
  /** `null` for a model that no family knows: its response is read by the response format alone. */
  readonly family: Family | null;
  readonly template: Template;
  readonly columns: Columns;
}

/** What a job is for: rows with output columns, or the service's bare answer. */
export type Purpose = "enrich" | "read";

/** @returns the job, or one `invalid_config` error that names every bad setting. */
export const prepareJob = (config: unknown, purpose: Purpose): Job | ConnectorError => {
  const problems: Problem[] = [];
  const connection = readConnection(config, problems);
  const attempt = <T>(field: string, text: unknown, compile: (text: string) => T): T | null => {
    if (typeof text !== "string") return null;
    try {
      return compile(text);
    } catch (error) {
      problems.push({ field, sentence: (error as Error).message });
      return null;
    }
  };
  const template = attempt("request_format", connection.requestFormat, compileTemplate);
  const named = attempt("response_format", connection.responseFormat, compileColumns);
  const family = resolveFamily(...connection.familyHints);
  if (purpose === "enrich" && !family && !named && typeof connection.modelId === "string")
    problems.push(unknownFamily);
  if (problems.length > 0 || !template) return invalidConfig(problems);
  return { connection, family, template, columns: named ?? textColumn(connection.outputField) };
};

const unknownFamily: Problem = {
  field: "model_id",
  sentence:
    "names no known model family, so the connector cannot tell where the answer stands: put {{ column }} into " +
    `response_format, or set model_id to a base model id (families: ${families.map(({ name }) => name).join(", ")})`,
};
