import { writeJson } from "../core/exact-json.js";
import { ExactNumber } from "../core/exact-number.js";
import { valueAt } from "../core/json.js";
import type { Pipeline } from "../generated/pipeline.js";
import { inWords, openPool, quoteName, quotePart } from "./postgres.js";
import type { Fields } from "./secrets.js";

/** Takes enriched records into a table. */
export interface WriteBack {
  /** @throws Error when the server refuses it or has no row to update. It holds no value of the row. */
  put(primaryKey: string, enriched: Fields): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the table of a pipeline's `write_back`, and sees that it has the columns. @throws Error with a sentence.
 */
export const openWriteBack = async ({ source, write_back }: Pipeline): Promise<WriteBack | null> => {
  if (!write_back) return null;
  const { table, key = source.primary_key, columns, mode = "update" } = write_back;
  const pool = await openPool(write_back.connection_string ?? source.connection_string, 10);
  const names = Object.keys(columns);
  try {
    await pool.query(`SELECT ${[key, ...names].map(quotePart).join(", ")} FROM ${quoteName(table)} LIMIT 0`);
  } catch (cause) {
    await pool.end();
    throw new Error(`cannot write back to ${table}: ${inWords(cause)}`, { cause });
  }
  const text = statement(table, key, names, mode);
  const paths = Object.values(columns).map((path) => path.split("."));
  return {
    async put(primaryKey, enriched) {
      const values = paths.map((path) => toParameter(valueAt(enriched, path)));
      const query = pool.query({ name: "write_back", text, values: [primaryKey, ...values] });
      const { rowCount } = await query.catch((cause: { code?: string }) => {
        throw new Error(`writing back to ${table} failed (${cause.code ?? "connection lost"})`, { cause });
      });
      if (rowCount === 0) throw new Error(`${table} has no row with this ${key}`);
    },
    close: () => pool.end(),
  };
};

const statement = (
  table: string,
  key: string,
  names: readonly string[],
  mode: "update" | "upsert",
): string => {
  const places = names.map((_, index) => `$${index + 2}`);
  if (mode === "update") {
    const settings = names.map((name, index) => `${quotePart(name)} = ${places[index]}`);
    return `UPDATE ${quoteName(table)} SET ${settings.join(", ")} WHERE ${quotePart(key)} = $1`;
  }
  const settings = names.map((name) => `${quotePart(name)} = excluded.${quotePart(name)}`);
  return `INSERT INTO ${quoteName(table)} (${[key, ...names].map(quotePart).join(", ")})
    VALUES ($1, ${places.join(", ")})
    ON CONFLICT (${quotePart(key)}) DO UPDATE SET ${settings.join(", ")}`;
};

/** The client would turn a list into PostgreSQL's own array syntax, which a json column does not take. */
const toParameter = (value: unknown): unknown => {
  if (value === undefined) return null;
  if (value instanceof ExactNumber) return String(value);
  return typeof value === "object" && value !== null ? writeJson(value) : value;
};
