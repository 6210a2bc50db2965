// Generated from schemas/pipeline.json. Do not edit: change the schema and run `npm run generate`.

/**
 * One sync of the host: where the rows come from, how they are mapped, where they go. Paths are seen from the working directory.
 */
export interface Pipeline {
  /**
   * Names the sync. The state of its rows is kept under this name.
   */
  name: string;
  /**
   * Where the rows come from.
   */
  source: {
    type: "ndjson" | "csv" | "tsv" | "json" | "parquet" | "postgres";
    /**
     * The column that names a row. Its value must be there and must not repeat.
     */
    primary_key: string;
    /**
     * Every type but postgres: the file, or an s3:// URL.
     */
    path?: string;
    /**
     * csv and tsv: what separates cells, where the file does not show it. One ASCII character.
     */
    delimiter?: string;
    /**
     * csv, tsv, json and ndjson: such as windows-1252; without it UTF-8, or what the file's first bytes say.
     */
    encoding?: string;
    /**
     * postgres: a connection URL; without it, the client's PGHOST, PGUSER and so on.
     */
    connection_string?: string;
    /**
     * postgres: a table or view, as `name` or `schema.name`.
     */
    table?: string;
    /**
     * postgres: the columns to read; all of them without it. A row has changed when one of these has that the sync does not write back itself.
     */
    columns?: string[];
  };
  /**
   * The connector that the rows go to.
   */
  destination: {
    /**
     * The name in the connector's meta data.
     */
    connector: string;
    /**
     * The connection config, or, on the command line, the path of a JSON file that holds it.
     */
    connection:
      | {
          [k: string]: unknown;
        }
      | string;
    /**
     * A stream of the catalog; the first one without it.
     */
    stream?: string;
  };
  /**
   * incremental sends rows that are new, changed or failed; full_refresh sends every row.
   */
  sync_mode?: "incremental" | "full_refresh";
  /**
   * The fields that a record holds; without it, every column under its own name.
   */
  mapping?: {
    /**
     * standard: a column. static: the value itself. template: Liquid over the row; the result is text.
     */
    from: string | number | boolean;
    /**
     * The field's name; a dot nests.
     */
    to: string;
    mapping_type?: "standard" | "static" | "template";
  }[];
  /**
   * How records are handed to the connector.
   */
  load?: {
    /**
     * individual: one record a call, as Multiwoven does. batch: many.
     */
    mode?: "individual" | "batch";
    /**
     * Calls at once; without it, the catalog's request_rate_concurrency.
     */
    threads?: number;
    /**
     * Rows read from the state at once.
     */
    page_size?: number;
    /**
     * batch: records in one call.
     */
    batch_size?: number;
  };
  /**
   * A PostgreSQL table that takes columns of the enriched records.
   */
  write_back?: {
    /**
     * A connection URL; without it, the source's.
     */
    connection_string?: string;
    /**
     * As `name` or `schema.name`.
     */
    table: string;
    /**
     * The table's column that takes the primary key; without it, the source's name for it.
     */
    key?: string;
    /**
     * update writes into rows that are there, insert makes new ones, upsert whichever is needed; for it the key needs a unique index. A row that the mode has no place for is not sent.
     */
    mode?: "update" | "insert" | "upsert";
    /**
     * The table's columns, each with the enriched record's field that it takes; a dot goes inside.
     */
    columns: {
      [k: string]: string;
    };
  };
  /**
   * On the command line: the file that the host keeps its state in.
   */
  state?: string;
  /**
   * Faults of the Multiwoven host to reproduce, for tests.
   */
  quirks?: (
    | "doubled_apostrophes"
    | "true_for_broken_rows"
    | "inline_liquid_errors"
    | "failed_rows_stay_failed"
    | "batch_all_or_nothing"
  )[];
}
