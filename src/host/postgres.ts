import type { Pool, PoolConfig } from "pg";
import { loadOptional } from "../core/optional-package.js";

/**
 * Connections to a PostgreSQL server, opened on need. Numbers of up to 53 bits, booleans and JSON come as such, dates,
 * times and longer numbers as the server's text, in UTC, so that a row reads the same wherever the host runs; arrays
 * as arrays of these. @throws Error with a sentence when the client is not installed.
 */
export const openPool = async (connectionString: string | undefined, max: number): Promise<Pool> => {
  const { default: pg } = await loadOptional("pg", "a pipeline with PostgreSQL", () => import("pg"));
  const config: PoolConfig = {
    ...(connectionString !== undefined && { connectionString }),
    max,
    options: "-c TimeZone=UTC -c DateStyle=ISO",
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: (oid, format) => pg.types.getTypeParser(readAs.get(oid) ?? oid, format),
    },
  };
  const pool = new pg.Pool(config);
  // A connection that breaks while nobody uses it is replaced on the next use.
  pool.on("error", () => undefined);
  return pool;
};

/**
 * By what other type's parser a type is read, by their numbers in pg_type: the client would make objects of local time,
 * bytes, or numbers with fewer digits of these.
 */
const readAs: ReadonlyMap<number, number> = new Map([
  // bytea, date, timestamp, timestamptz and interval as text
  ...[17, 1082, 1114, 1184, 1186].map((oid) => [oid, 25] as const),
  // arrays of them, and of numeric, as text[]
  ...[1001, 1182, 1115, 1185, 1187, 1231].map((oid) => [oid, 1009] as const),
]);

/** A name as SQL text: `schema.name` has its parts quoted. */
export const quoteName = (name: string): string => name.split(".").map(quotePart).join(".");

export const quotePart = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A failure to connect has no message of its own where several addresses were tried. */
export const inWords = (cause: unknown): string => {
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(cause);
};
