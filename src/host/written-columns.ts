import type { Pipeline } from "../generated/pipeline.js";
import { openPool, quoteName } from "./postgres.js";

/**
 * The columns whose change is no change of a row, since the sync itself writes them: else every row that was enriched
 * would be sent again by the next run. They count only where the source is certainly another table than the one that
 * is written to. What cannot be told apart, such as a view over it, has them left out by their names: a change that
 * is passed over can be sent with a full refresh, a row that is sent again and again is paid for each time.
 */
export const writtenColumns = async ({ source, write_back }: Pipeline): Promise<ReadonlySet<string>> => {
  if (source.type !== "postgres" || !write_back) return new Set();
  const [read, written] = await Promise.all([
    identify(source.connection_string, source.table),
    identify(write_back.connection_string ?? source.connection_string, write_back.table),
  ]);
  const apart = read !== null && written !== null && read !== written;
  return new Set(apart ? [] : Object.keys(write_back.columns));
};

/**
 * The same text for the same table, however it and its server are called; `null` for what may show the rows of
 * another table, and where the server does not say. A standby names its tables as the server that it follows.
 */
const identify = async (connectionString: string | undefined, table = ""): Promise<string | null> => {
  const pool = await openPool(connectionString, 1);
  try {
    const { rows } = await pool.query(identity, [quoteName(table)]);
    return rows[0]?.identity ?? null;
  } catch {
    // Whoever reads or writes the table next says what is wrong with it.
    return null;
  } finally {
    await pool.end();
  }
};

const identity = `
  SELECT concat_ws(' ', system_identifier, current_database(), oid) AS identity
  FROM pg_control_system(), pg_class
  WHERE oid = to_regclass($1) AND relkind = 'r' AND NOT relhassubclass`;
