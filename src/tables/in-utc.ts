import type { Pool, PoolClient } from "pg";

/**
 * Begins a transaction in which dates and times are read and written alike, whatever the server, the role or the pooler is
 * set to. Settings of a session would not stay with a transaction that a pooler gives another connection.
 */
export const beginInUtc = (mode = ""): string => `BEGIN ${mode}; ${settings}`;

/** Runs `work` in one such transaction. The connection is given up when anything fails. */
export const inUtc = async <Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect();
  // A connection that breaks rejects the query that waits for it; that is enough.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  try {
    await client.query(beginInUtc());
    const result = await work(client);
    await client.query("COMMIT");
    client.off("error", ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
};

const settings = [
  ["TimeZone", "UTC"],
  ["DateStyle", "ISO, MDY"],
  ["IntervalStyle", "postgres"],
  ["bytea_output", "hex"],
]
  .map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
  .join("; ");
