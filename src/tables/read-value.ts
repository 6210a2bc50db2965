import type { PoolClient } from "pg";
import { parseExact } from "../core/exact-json.js";
import { parseList } from "./parse-list.js";

/** Makes a value of the server's text. */
type Reader = (text: string) => unknown;

/**
 * How the values of some types are read, in their order. Numbers that a JavaScript number holds as they are, booleans and
 * JSON come as such, lists as lists of what they hold; everything else, and what nobody knows, as the server writes it.
 */
export const readersOf = async (client: PoolClient, types: readonly number[]): Promise<Reader[]> => {
  const { rows } = await client.query<StoredType>(typesQuery, [types]);
  const known = new Map(rows.map((row) => [row.oid, row]));
  return types.map((oid) => {
    const { name = "", element = null } = known.get(oid) ?? {};
    return element === null ? readerOf(name) : listReader(readerOf(element));
  });
};

interface StoredType {
  readonly oid: number;
  readonly name: string;
  /** What a list holds; `null` for what is no list. */
  readonly element: string | null;
}

/** A list of a domain holds what the domain is made of. Lists of boxes have another separator than all others. */
const typesQuery = `
  SELECT t.oid, t.typname AS name, coalesce(b.typname, e.typname) AS element
  FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' AND e.typdelim = ','
  LEFT JOIN pg_type b ON b.oid = e.typbasetype WHERE t.oid = ANY($1::oid[])`;

const readerOf = (type: string): Reader => readers[type] ?? ((text) => text);

/** A number, unless it would not come out as it came in, such as NaN. */
const toNumber: Reader = (text) => {
  const number = Number(text);
  return Number.isFinite(number) && !Object.is(number, -0) ? number : text;
};

/** Numbers in it keep their digits. */
const toJson: Reader = parseExact;

const readers: Readonly<Record<string, Reader>> = {
  ...{ bool: (text) => text === "t", int2: toNumber, int4: toNumber, oid: toNumber },
  ...{ float4: toNumber, float8: toNumber, json: toJson, jsonb: toJson },
};

const listReader =
  (read: Reader): Reader =>
  (text) =>
    parseList(text, read);
