import { type ParquetType, plainTypes } from "./parquet-types.js";
import type { Columns } from "./row.js";

/** What an output's columns are, learned row by row, before the file is made. */
export interface Survey {
  note(row: Readonly<Record<string, unknown>>): void;
  /** The columns in their order: first those that were known before, then as they came. */
  names(): readonly string[];
  /** As what a Parquet file can hold all of a column's values. */
  typeOf(name: string): ParquetType;
}

/**
 * @param known the columns that come first
 * @param types of columns that come from a Parquet file, which they keep while their values fit; `null` for a format
 * that has no types
 */
export const createSurvey = (known: readonly string[], types: Columns | null): Survey => {
  const columns = new Map<string, readonly ParquetType[]>();
  const { boolean, integer, double, text, json, anything } = plainTypes;
  const typesFor = (name: string): ParquetType[] => {
    const own = types?.get(name);
    return [...(own ? [own] : []), boolean, integer, double, text, json, anything];
  };
  for (const name of known) columns.set(name, typesFor(name));
  return {
    note(row) {
      for (const name in row) {
        const left = columns.get(name) ?? typesFor(name);
        const value = row[name];
        const isKnown = types === null || value === null || value === undefined;
        // Most cells are text, in a column of nothing else.
        if (isKnown || (left[0] === text && typeof value === "string")) columns.set(name, left);
        else
          columns.set(
            name,
            left.filter((type) => type.write(value) !== undefined),
          );
      }
    },
    names: () => [...columns.keys()],
    typeOf(name) {
      const left = columns.get(name) ?? [];
      const own = types?.get(name);
      // Without a value, every type is left.
      return left[0] === boolean && left.length === 6 && !own ? text : (left[0] ?? anything);
    },
  };
};
