import type { Pipeline } from "../generated/pipeline.js";
import type { Table } from "../tables/open-table.js";
import { inputFieldOf, type OutputSchema, recordFields, wrongColumns } from "./check-columns.js";
import type { Fields } from "./secrets.js";

/** The table that takes a pipeline's enriched records, open. */
export interface WriteBack {
  readonly table: Table;
  readonly name: string;
  readonly key: string;
  readonly mode: "update" | "insert" | "upsert";
  /** @throws Error with a sentence where records made of a source's columns lack what the table takes. */
  checkFields(columns: readonly string[]): void;
  /** The first field that a record lacks and that the table takes of it; `null` where it has them all. */
  lacks(record: Fields): string | null;
}

/**
 * Opens the table of `write_back` and sees that it takes what it is to take. `columns` are the source's, `null` where they
 * are not known yet. @throws Error with a sentence that names every column at fault; nothing was sent by then.
 */
export const openWriteBack = async (
  pipeline: Pipeline,
  outputs: OutputSchema,
  columns: readonly string[] | null,
): Promise<WriteBack | null> => {
  const { source, write_back } = pipeline;
  if (!write_back) return null;
  const { table: name, key = source.primary_key, mode = "update" } = write_back;
  // The key is written by itself.
  const { [key]: _, ...paths } = write_back.columns;
  const { openTable } = await import("../tables/open-table.js");
  const url = write_back.connection_string ?? source.connection_string;
  const table = await openTable({ url, table: name, key, columns: paths, mode }).catch((cause: Error) => {
    throw new Error(`write_back: ${cause.message}`, { cause });
  });
  const checkFields = (known: readonly string[] | null): void => {
    const wrong = wrongColumns(paths, table.columns, outputs, recordFields(pipeline, known));
    if (wrong.length > 0) throw new Error(`write_back: ${wrong.join("; ")}`);
  };
  try {
    checkFields(columns);
  } catch (error) {
    await table.close();
    throw error;
  }
  const needed = outputs ? Object.values(paths).filter((path) => inputFieldOf(path, outputs) !== null) : [];
  return {
    ...{ table, name, key, mode, checkFields },
    lacks: (record) =>
      needed.find(
        (path) => !Object.hasOwn(record, path) && !Object.hasOwn(record, path.split(".")[0] ?? ""),
      ) ?? null,
  };
};
