import type { Connection } from "../connection/connection.js";
import type { Problem } from "../connection/rules.js";
import type { Family } from "../families/family.js";
import { baseModelId } from "../families/resolve.js";
import type { JsonObject } from "../json.js";
import type { Columns } from "../template/columns.js";
import { type Ask, askFor } from "./ask.js";
import type { OutputSchema } from "./output-schema.js";
import { typedOutput } from "./typed-output.js";

/** A connection's typed output: how it is asked for, and the columns that it makes. */
export interface Structured {
  readonly ask: Ask;
  readonly columns: Columns;
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
  const modelIds = connection.familyHints.map(baseModelId).filter((id) => id !== null);
  const ask = askFor(schema.schema, family, modelIds, sample);
  for (const sentence of ask.problems) problem(sentence);
  for (const { name } of schema.columns)
    if (named?.names.includes(name))
      problem(`and response_format both make the column ${name}: rename it in one of them`);
  return { ask, columns: typedOutput(schema, ask.answer, named) };
};

export interface Surroundings {
  readonly connection: Connection;
  readonly family: Family | null;
  /** The request format, placeholders and all. */
  readonly sample: JsonObject;
  /** The columns that the response format names. */
  readonly named: Columns | null;
}
