import type { Connection } from "../../connection/connection.js";
import type { Problem } from "../../connection/rules.js";
import type { JsonObject } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import { baseModelId } from "../../models/find-family.js";
import type { OutputColumns } from "../output-columns.js";
import { type SchemaRequest, schemaRequestFor } from "./ask-for-schema.js";
import { typedOutput } from "./columns.js";
import type { OutputSchema } from "./output-schema.js";

/** A connection's typed output: how it is asked for, and the columns that it makes. */
interface Structured {
  readonly schemaRequest: SchemaRequest;
  readonly columns: OutputColumns;
}

/** Fits a schema to a connection's model and its other columns, and adds to `problems` what does not fit. */
export const prepareStructured = (
  schema: OutputSchema,
  { connection, family, sample, named }: Surroundings,
  problems: Problem[],
): Structured | null => {
  const problem = (sentence: string): number => problems.push({ field: "output_schema", sentence });
  if (!family) {
    problem("needs a model whose family is known, or api: converse");
    return null;
  }
  const modelIds = connection.candidateModelIds.map(baseModelId).filter((id) => id !== null);
  const schemaRequest = schemaRequestFor(schema.schema, family, modelIds, sample);
  for (const sentence of schemaRequest.problems) problem(sentence);
  for (const { name } of schema.columns)
    if (named?.names.includes(name))
      problem(`and response_format both make the column ${name}: rename it in one of them`);
  return { schemaRequest, columns: typedOutput(schema, schemaRequest.answer, named) };
};

interface Surroundings {
  readonly connection: Connection;
  readonly family: Family | null;
  /** The request format, placeholders and all. */
  readonly sample: JsonObject;
  /** The columns that the response format names. */
  readonly named: OutputColumns | null;
}
