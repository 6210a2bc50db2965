import type { FieldDef, PoolClient } from "pg";
import { beginInUtc } from "./in-utc.js";
import { openPool } from "./pool.js";
import { readersOf } from "./read-value.js";
import { inWords } from "./refusal.js";
import { quoteName, quotePart } from "./sql-names.js";

/**
 * The rows of a table or view as they are at one moment, a thousand at a time, by a cursor in a read-only transaction.
 * @throws Error with a sentence, when nobody answers or the server does not give them.
 */
export async function* readTable(
  url: string | undefined,
  table: string,
  columns: readonly string[] = [],
): AsyncGenerator<Record<string, unknown>> {
  const pool = await openPool(url, 1);
  try {
    const client = await pool.connect();
    // A connection that breaks rejects the query that waits for it; that is enough.
    client.on("error", () => undefined);
    try {
      const list = columns.length > 0 ? columns.map(quotePart).join(", ") : "*";
      await client.query(beginInUtc("ISOLATION LEVEL REPEATABLE READ READ ONLY"));
      await client.query(`DECLARE host_rows NO SCROLL CURSOR FOR SELECT ${list} FROM ${quoteName(table)}`);
      let reader: RowReader | undefined;
      for (;;) {
        const { rows, fields } = await client.query({
          text: "FETCH 1000 FROM host_rows",
          rowMode: "array",
          types: asText,
        });
        if (rows.length === 0) return;
        reader ??= await createRowReader(client, fields);
        for (const row of rows) yield reader(row);
      }
    } catch (cause) {
      throw new Error(`cannot read ${table}: ${inWords(cause)}`, { cause });
    } finally {
      // The transaction ends with its connection.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

type RowReader = (cells: readonly (string | null)[]) => Record<string, unknown>;

/** Every value as the server writes it. */
const asText = { getTypeParser: () => (text: string) => text };

const createRowReader = async (client: PoolClient, fields: readonly FieldDef[]): Promise<RowReader> => {
  const readers = await readersOf(
    client,
    fields.map(({ dataTypeID }) => dataTypeID),
  );
  return (cells) =>
    Object.fromEntries(
      fields.map(({ name }, index) => {
        const cell = cells[index] ?? null;
        return [name, cell === null ? null : readers[index]?.(cell)];
      }),
    );
};
