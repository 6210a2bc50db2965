import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "../../../core/errors.js";
import { openPool } from "../../../tables/pool.js";
import { inWords, refusalOf } from "../../../tables/refusal.js";
import { placeOf } from "./address.js";
import { createTable, table } from "./statements.js";

export interface Asking {
  readonly patienceMs?: number;
  readonly once?: boolean;
}

/** Statements to one server, each by itself, so that a pooler may give each another connection. */
export interface Database {
  /**
   * Asks again while the server cannot be reached or has too much to do; `once` says that a statement must not be done
   * twice, so that one whose fate is not known is given up.
   */
  ask<Row>(text: string, values?: readonly unknown[], how?: Asking): Promise<Row[]>;
  close(): Promise<void>;
}

/** Connects, and creates the table where it is not there. @throws ConnectorError `ledger_unusable` */
export const openDatabase = async (url: string): Promise<Database> => {
  const place = placeOf(url);
  let pool: Pool;
  try {
    pool = await openPool(url, mostConnections);
  } catch (cause) {
    throw new ConnectorError("ledger_unusable", `${place}: ${(cause as Error).message}.`, { cause });
  }
  try {
    if (!(await isThere(pool))) await create(pool);
    await pool.query(`${lookAtColumns} LIMIT 0`);
  } catch (cause) {
    await pool.end();
    const { code } = cause as { code?: string };
    const advice =
      code === "42501"
        ? ` As its owner: ${createTable}`
        : code === "42703"
          ? ` The table ${table} there is another table.`
          : "";
    throw new ConnectorError("ledger_unusable", `${place}: ${inWords(cause)}.${advice}`, { cause });
  }
  return {
    async ask<Row>(
      text: string,
      values: readonly unknown[] = [],
      { patienceMs = 8_000, once = false }: Asking = {},
    ): Promise<Row[]> {
      const until = performance.now() + patienceMs;
      for (;;) {
        try {
          const config = { text, values: [...values], query_timeout: 10_000 };
          return (await pool.query(config)).rows as Row[];
        } catch (error) {
          const { passing, undone } = refusalOf(error);
          if (!passing || (once && !undone) || performance.now() >= until) throw error;
          await sleep(50 + Math.random() * 200);
        }
      }
    },
    close: () => pool.end(),
  };
};

type Pool = Awaited<ReturnType<typeof openPool>>;

const mostConnections = 10;

const lookAtColumns = `SELECT version, claim, lease_until, response, run_open FROM ${table}`;

const isThere = async (pool: Pool): Promise<boolean> => {
  const { rows } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('${table}') IS NOT NULL AS there`,
  );
  return rows[0]?.there === true;
};

/** Two workers that create it at once: one of them is told in one of several ways that it is there. */
const create = async (pool: Pool): Promise<void> => {
  try {
    await pool.query(createTable);
  } catch (error) {
    if (!(await isThere(pool))) throw error;
  }
};
