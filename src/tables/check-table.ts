import type { Pool } from "pg";
import { nearest } from "../core/nearest.js";
import { inUtc } from "./in-utc.js";
import { inWords } from "./refusal.js";
import { grantStatement, type Target, writeStatement } from "./statement.js";
import { type Column, hasMoments, readTableShape, type TableShape } from "./table-shape.js";

/**
 * Sees that a target can be written as it is meant, by asking its server and without writing: the table, its columns,
 * what a new row needs, a unique key, the user's rights. @throws Error, one sentence for the one who set it up.
 */
export const checkTable = async (pool: Pool, target: Target): Promise<Checked> => {
  const { table, mode } = target;
  try {
    const shape = await readTableShape(pool, table);
    const [{ role, base, read_only }] = (await pool.query(whoAndWhere)).rows;
    if (!shape) throw new Sentence(`there is no table ${table} in the database ${base}`);
    const wrong = faultsOf(shape, target);
    if (wrong.length > 0) throw new Sentence(wrong.join("; "));
    if (read_only === "on")
      throw new Sentence("the server takes no changes: it is a standby, or read-only by its settings");
    const columns = columnsOf(shape, target);
    await tryPlan(pool, target, columns, role);
    return { columns, keyIsUnique: shape.unique.has(target.key) };
  } catch (cause) {
    const sentence = cause instanceof Sentence ? cause.message : inWords(cause);
    throw new Error(`${table} cannot take the ${mode}: ${sentence}`, { cause });
  }
};

/** What a statement's parameters are for: the key's column and then the target's, in order. */
interface Checked {
  readonly columns: readonly Column[];
  readonly keyIsUnique: boolean;
}

const columnsOf = ({ columns }: TableShape, target: Target): Column[] =>
  [target.key, ...Object.keys(target.columns)].map((name) => columns.get(name) as Column);

class Sentence extends Error {}

const whoAndWhere =
  "SELECT current_user AS role, current_database() AS base, current_setting('transaction_read_only') AS read_only";

/** Names that are not there, columns that nobody may write, and those that a new row lacks. */
const faultsOf = ({ columns }: TableShape, { key, columns: wanted, mode }: Target): string[] => {
  const names = [key, ...Object.keys(wanted)];
  const missing = names.filter((name) => !columns.has(name));
  const generated = names.filter((name) => columns.get(name)?.generated);
  const needed = mode === "update" ? [] : [...columns.values()].filter(({ needed }) => needed);
  const left = needed.map(({ name }) => name).filter((name) => !names.includes(name));
  return [
    ...(names.length === 1 ? ["nothing is written but its key"] : []),
    ...missing.map((name) => `it has no column ${name}${meant(name, [...columns.keys()])}`),
    ...generated.map((name) => `its column ${name} is generated, so nobody can write it`),
    ...left.map((name) => `a new row needs a value for its column ${name}, which is not among the columns`),
  ];
};

const meant = (name: string, there: readonly string[]): string => {
  const close = nearest(name, there);
  return close ? `; did you mean ${close}?` : ` (it has ${there.join(", ")})`;
};

/** The server plans the very statement, which tells all that it would refuse for any row. */
const tryPlan = async (
  pool: Pool,
  target: Target,
  columns: readonly Column[],
  role: string,
): Promise<void> => {
  const nulls = [target.key, ...Object.keys(target.columns)].map(() => null);
  const statement = `EXPLAIN ${writeStatement(target)}`;
  try {
    await (hasMoments(columns)
      ? inUtc(pool, (client) => client.query(statement, nulls))
      : pool.query(statement, nulls));
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== "42501") throw cause;
    throw new Sentence(`${inWords(cause)}; as its owner: ${grantStatement(target, role)}`);
  }
};
