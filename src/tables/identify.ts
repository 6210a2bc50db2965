import { openPool } from "./pool.js";
import { quoteName } from "./sql-names.js";
import { readTableShape } from "./table-shape.js";

/** A table as one and the same, however it and its server are called. */
export interface Identity {
  /** Where it is for those who set it up: `host:port/database schema.name`. */
  readonly place: string;
  /**
   * The same text for the same table; `null` for what may show the rows of another one, and where the server does not
   * say. A standby names its tables as the server that it follows.
   */
  readonly table: string | null;
  /** The names of its columns; none where there is no such table. */
  readonly columns: readonly string[];
}

/** Asks the server of a table or view. @throws Error with a sentence when nobody answers. */
export const identify = async (url: string | undefined, table: string): Promise<Identity> => {
  const pool = await openPool(url, 1).catch((cause: Error) => {
    throw new Error(`${table}: ${cause.message}`, { cause });
  });
  // What the user may not ask names nothing.
  const ask = (sql: string): Promise<string | undefined> =>
    pool.query(sql, [quoteName(table)]).then(
      ({ rows }) => rows[0]?.answer,
      () => undefined,
    );
  try {
    const client = await pool.connect();
    const { host, port } = client;
    client.release();
    return {
      place: `${host}:${port}/${(await ask(nameQuery)) ?? table}`,
      table: (await ask(identityQuery)) ?? null,
      columns: [...((await readTableShape(pool, table))?.columns.keys() ?? [])],
    };
  } finally {
    await pool.end();
  }
};

const nameQuery = `
  SELECT concat(current_database(), ' ', n.nspname, '.', c.relname) AS answer
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`;

const identityQuery = `
  SELECT concat_ws(' ', system_identifier, current_database(), oid) AS answer
  FROM pg_control_system(), pg_class
  WHERE oid = to_regclass($1) AND relkind = 'r' AND NOT relhassubclass`;
