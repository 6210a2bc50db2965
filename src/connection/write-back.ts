import type { ConnectionConfig } from "../generated/connection.js";
import { pathsOf } from "./write-back-columns.js";

/** Where enriched rows go. */
export interface WriteBack {
  /** A PostgreSQL URL. */
  readonly url: string;
  readonly table: string;
  /** The table's column that names a row. */
  readonly key: string;
  /** The table's columns, each with the path of the enriched record that it takes; `null` for the output columns. */
  readonly columns: Readonly<Record<string, string>> | null;
}

type Settings = Pick<
  ConnectionConfig,
  "write_back_url" | "write_back_table" | "write_back_key" | "write_back_columns"
>;

/** The place that settings name; `null` where they name none. */
export const toWriteBack = (settings: Settings): WriteBack | null => {
  const { write_back_url: url = "", write_back_table: table, write_back_key: key = "" } = settings;
  return table === undefined ? null : { url, table, key, columns: pathsOf(settings.write_back_columns) };
};
