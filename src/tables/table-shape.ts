import type { Pool } from "pg";
import { quoteName } from "./sql-names.js";

/** What kind of value a column takes, as far as values are written in different ways for it. */
export type Kind = "json" | "list" | "whole" | "number" | "boolean" | "enum" | "moment" | "text" | "other";

/** A column of a table, or what a list in it holds. */
export interface Column {
  readonly name: string;
  /** Its type as the server writes it, such as `character varying(5)`. */
  readonly type: string;
  readonly kind: Kind;
  /** The most characters that it takes; `null` where nothing bounds them. */
  readonly most: number | null;
  /** The labels of an enum. */
  readonly labels: readonly string[];
  /** What a list holds. */
  readonly element: Column | null;
  /** Its type without a length, as a cast takes it. */
  readonly castType: string;
  /** A new row must have a value in it. */
  readonly needed: boolean;
  /** The server alone writes it. */
  readonly generated: boolean;
}

/** A table as its server knows it. */
export interface TableShape {
  readonly columns: ReadonlyMap<string, Column>;
  /** Columns that are unique by themselves. */
  readonly unique: ReadonlySet<string>;
}

/** Whether dates or times are among some columns, which are read by the settings of whoever writes them. */
export const hasMoments = (columns: readonly Column[]): boolean =>
  columns.some(({ kind, element }) => (element?.kind ?? kind) === "moment");

/** Reads the shape of a table or view; `null` where there is none of this name. Needs no right to its rows. */
export const readTableShape = async (pool: Pool, table: string): Promise<TableShape | null> => {
  const { rows } = await pool.query<StoredColumn>(columnsQuery, [quoteName(table)]);
  if (rows.length === 0) return null;
  const unique = await pool.query<{ name: string }>(uniqueQuery, [quoteName(table)]);
  return {
    columns: new Map(rows.map((row) => [row.name, columnOf(row)])),
    unique: new Set(unique.rows.map(({ name }) => name)),
  };
};

interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly cast_type: string;
  readonly base: string;
  readonly category: string;
  readonly modifier: number;
  readonly labels: readonly string[] | null;
  readonly element: string | null;
  readonly element_category: string | null;
  readonly element_labels: readonly string[] | null;
  readonly needed: boolean;
  readonly generated: boolean;
}

const columnOf = (row: StoredColumn): Column => {
  const { name, type, modifier, needed, generated } = row;
  const plain = { name, type, needed, generated, castType: row.cast_type, element: null, labels: [] };
  const kind = row.element === null ? kindOf(row.base, row.category) : "list";
  const isBounded = row.base === "varchar" || row.base === "bpchar";
  const bounded = { most: isBounded && modifier > 4 ? modifier - 4 : null };
  if (row.element === null) return { ...plain, kind, ...bounded, labels: row.labels ?? [] };
  const inside = kindOf(row.element, row.element_category ?? "");
  const most = /^(varchar|bpchar)$/.test(row.element) && modifier > 4 ? modifier - 4 : null;
  return {
    ...plain,
    ...{ kind, most: null },
    element: { ...plain, kind: inside, most, labels: row.element_labels ?? [] },
  };
};

const kindOf = (type: string, category: string): Kind => kinds[type] ?? categories[category] ?? "other";

const kinds: Readonly<Record<string, Kind>> = {
  ...{ json: "json", jsonb: "json", int2: "whole", int4: "whole", int8: "whole" },
};

/** By pg_type.typcategory. */
const categories: Readonly<Record<string, Kind>> = {
  ...{ B: "boolean", D: "moment", E: "enum", N: "number", S: "text" },
};

/** A domain is looked through, however deep, to the type that it is made of. */
const columnsQuery = `
  WITH RECURSIVE columns AS (
    SELECT a.attnum, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
      format_type(a.atttypid, -1) AS cast_type, a.atttypid AS base, a.atttypmod AS modifier,
      a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needed,
      a.attidentity = 'a' OR coalesce(to_jsonb(a) ->> 'attgenerated', '') <> '' AS generated
    FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT c.attnum, c.name, c.type, c.cast_type, t.typbasetype, t.typtypmod, c.needed AND t.typdefault IS NULL,
      c.generated
    FROM columns c JOIN pg_type t ON t.oid = c.base AND t.typtype = 'd'
  )
  SELECT c.name, c.type, c.cast_type, t.typname AS base, t.typcategory AS category, c.modifier, c.needed, c.generated,
    (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
    i.typname AS element, i.typcategory AS element_category,
    (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = i.oid) AS element_labels
  FROM columns c JOIN pg_type t ON t.oid = c.base
  LEFT JOIN pg_type i ON i.oid = t.typelem AND t.typcategory = 'A'
  WHERE t.typtype <> 'd' ORDER BY c.attnum`;

const uniqueQuery = `
  SELECT a.attname AS name FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
    AND i.indnkeyatts = 1`;
