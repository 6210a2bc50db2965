import type { Pool, PoolConfig } from "pg";

/**
 * Connections to a PostgreSQL server, opened on need. Numbers of up to 53 bits, booleans and JSON come as such,
 * dates and times as the server's text, in UTC, so that a row reads the same wherever the host runs.
 */
export const openPool = async (connectionString: string | undefined, max: number): Promise<Pool> => {
  const { default: pg } = await import("pg");
  const asText = (text: string): string => text;
  const config: PoolConfig = {
    ...(connectionString !== undefined && { connectionString }),
    max,
    options: "-c TimeZone=UTC -c DateStyle=ISO",
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: (oid, format) => (textTypes.has(oid) ? asText : pg.types.getTypeParser(oid, format)),
    },
  };
  const pool = new pg.Pool(config);
  // A connection that breaks while nobody uses it is replaced on the next use.
  pool.on("error", () => undefined);
  return pool;
};

/** bytea, date, timestamp, timestamptz and interval, which the client would turn into objects of local time. */
const textTypes = new Set([17, 1082, 1114, 1184, 1186]);

/** A name as SQL text: `schema.name` has its parts quoted. */
export const quoteName = (name: string): string => name.split(".").map(quotePart).join(".");

export const quotePart = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A failure to connect has no message of its own where several addresses were tried. */
export const inWords = (cause: unknown): string => {
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(cause);
};
