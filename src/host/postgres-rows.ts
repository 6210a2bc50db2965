import type { Pipeline } from "../generated/pipeline.js";
import { inWords, openPool, quoteName, quotePart } from "./postgres.js";

/** The rows of a table as they are at one moment, a thousand at a time, by a cursor in a read-only transaction. */
export async function* postgresRows({
  connection_string,
  table = "",
  columns,
}: Pipeline["source"]): AsyncGenerator<unknown> {
  const pool = await openPool(connection_string, 1);
  try {
    const client = await pool.connect().catch((cause: unknown) => {
      throw new Error(`cannot reach the source: ${inWords(cause)}`, { cause });
    });
    // A connection that breaks rejects the query that waits for it; that is enough.
    client.on("error", () => undefined);
    try {
      const list = columns?.length ? columns.map(quotePart).join(", ") : "*";
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await client.query(`DECLARE host_rows NO SCROLL CURSOR FOR SELECT ${list} FROM ${quoteName(table)}`);
      for (;;) {
        const { rows } = await client.query("FETCH 1000 FROM host_rows");
        if (rows.length === 0) return;
        yield* rows;
      }
    } finally {
      // The transaction ends with its connection.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}
