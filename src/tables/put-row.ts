import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "pg";
import { isObject, valueAt } from "../core/json.js";
import { inUtc } from "./in-utc.js";
import { toParameter } from "./parameter.js";
import { type Refusal, refusalOf } from "./refusal.js";
import { type Target, writeStatement } from "./statement.js";
import { type Column, hasMoments } from "./table-shape.js";

export interface Written {
  /** Columns whose texts went without characters that PostgreSQL has no room for. */
  readonly cleaned: readonly string[];
}

/** Writes the columns of one row, in one statement, and says what came of it. Never rejects. */
export type Put = (key: unknown, record: unknown) => Promise<Written | Refusal>;

export const isRefused = (result: Written | Refusal): result is Refusal => "sentence" in result;

/**
 * `read` gives the columns of the statement's parameters: the key's and then the target's, in order. They are read again
 * after a refusal, since somebody may have mended the table.
 */
export const createPut = (
  pool: Pool,
  target: Target,
  columnsNow: readonly Column[],
  read: () => Promise<readonly Column[]>,
): Put => {
  const { table, key, columns, mode } = target;
  const text = writeStatement(target);

  const attempt = async (shapes: readonly Column[], values: unknown[]): Promise<Refusal | null> => {
    const query = { text, values, query_timeout: answerMs };
    try {
      const { rowCount } = await (hasMoments(shapes)
        ? inUtc(pool, (client) => client.query(query))
        : pool.query(query));
      return rowCount === 0 ? { ...certain, sentence: tookNothing(table, key, mode), cause: "no row" } : null;
    } catch (error) {
      return refusalOf(error);
    }
  };

  const put = async (
    shapes: readonly Column[],
    keyValue: unknown,
    record: unknown,
  ): Promise<Written | Refusal> => {
    const parameters = readParameters(shapes, [keyValue, ...Object.values(columns)], record);
    if ("sentence" in parameters) return parameters;
    const { values, cleaned } = parameters;
    let refusal = await attempt(shapes, values);
    for (const wait of waits) {
      // A row that may have been inserted is not inserted again.
      if (!refusal?.passing || (mode === "insert" && !refusal.undone)) break;
      await delay(wait);
      refusal = await attempt(shapes, values);
    }
    if (!refusal) return { cleaned };
    return /^(22|23514)/.test(refusal.cause) ? blame(pool, shapes, values, refusal) : refusal;
  };

  let shapes = columnsNow;
  let mayBeMended = false;
  return async (keyValue, record) => {
    if (mayBeMended) shapes = await read().catch(() => shapes);
    const result = await put(shapes, keyValue, record);
    mayBeMended = isRefused(result);
    return result;
  };
};

/** A server that restarts or is short of connections has these milliseconds between one try and the next. */
const waits = [100, 400, 1000, 2500, 5000];
/** A lock that somebody holds may keep a row for a while. */
const answerMs = 60_000;

const certain = { passing: false, undone: true };

const tookNothing = (table: string, key: string, mode: Target["mode"]): string =>
  mode === "update"
    ? `${table} has no row with this ${key}`
    : `${table} did not take the row: a rule or trigger passed it over`;

/** The first of `given` is the key itself; the others are paths into the record. */
const readParameters = (
  shapes: readonly Column[],
  [key, ...paths]: readonly unknown[],
  record: unknown,
): { values: unknown[]; cleaned: string[] } | Refusal => {
  const values: unknown[] = [];
  const cleaned: string[] = [];
  for (const [index, column] of shapes.entries()) {
    const path = String(paths[index - 1]);
    const value = index === 0 ? key : fieldOf(record, path);
    if (value === undefined) return misfit(column, `takes ${path}, which the record has not`);
    const parameter = toParameter(value, column);
    if (typeof parameter === "string") return misfit(column, parameter);
    if (parameter.cleaned) cleaned.push(column.name);
    // Without some of its characters it would be the key of another row.
    if (parameter.cleaned && index === 0) return misfit(column, "holds a NUL, which PostgreSQL cannot keep");
    values.push(parameter.value);
  }
  return { values, cleaned };
};

/**
 * The value at a path; `undefined` where the record has no such field. Inside a field, what is not there is null. A
 * field may have dots in its own name.
 */
const fieldOf = (record: unknown, path: string): unknown => {
  if (!isObject(record)) return undefined;
  if (Object.hasOwn(record, path)) return record[path] ?? null;
  const [field = "", ...inside] = path.split(".");
  return Object.hasOwn(record, field) ? (valueAt(record[field], inside) ?? null) : undefined;
};

const misfit = ({ name }: Column, sentence: string): Refusal => ({
  ...certain,
  sentence: `column ${name} ${sentence}`,
  cause: `${name} ${sentence.replace(/\d+/g, "")}`,
});

/** The refusal with the column that is at fault, which the server does not tell: each value is tried by itself. */
const blame = async (
  pool: Pool,
  shapes: readonly Column[],
  values: readonly unknown[],
  refusal: Refusal,
): Promise<Refusal> => {
  for (const [index, { name, type, castType }] of shapes.entries())
    try {
      await pool.query(`SELECT CAST($1 AS ${castType})`, [values[index]]);
    } catch (error) {
      const { sentence, cause } = refusalOf(error);
      return { ...refusal, sentence: `column ${name} (${type}): ${sentence}`, cause: `${cause} ${name}` };
    }
  return refusal;
};
