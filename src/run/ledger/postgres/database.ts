import { type Clock, systemClock } from "../../../core/clock.js";
import { ConnectorError } from "../../../core/errors.js";
import { openPool } from "../../../tables/pool.js";
import { inWords, refusalOf } from "../../../tables/refusal.js";
import { placeOf } from "./address.js";
import { createTable, lookAtColumns, lookForTable, table } from "./statements.js";

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

/** Connections to a server: what of a pool of the package `pg` is used here. */
export interface Connections {
  query(asked: Asked): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
}

/** A statement and its values; `query_timeout` is in milliseconds. */
interface Asked {
  readonly text: string;
  readonly values?: unknown[];
  readonly query_timeout?: number;
}

export type Connect = (url: string, most: number) => Promise<Connections>;

/** Connects, and creates the table where it is not there. @throws ConnectorError `ledger_unusable` */
export const openDatabase = async (
  url: string,
  connect: Connect = openPool,
  clock: Clock = systemClock,
): Promise<Database> => {
  const place = placeOf(url);
  let pool: Connections;
  try {
    pool = await connect(url, mostConnections);
  } catch (cause) {
    throw new ConnectorError("ledger_unusable", `${place}: ${(cause as Error).message}.`, { cause });
  }
  try {
    const { there, encoding } = await lookAround(pool);
    if (encoding && !takesAll.has(encoding))
      throw new Error(
        `its encoding is ${encoding}, which has no room for all texts; take a database in UTF8`,
      );
    if (!there) await create(pool);
    await pool.query({ text: lookAtColumns });
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
      const until = clock.now() + patienceMs;
      for (;;) {
        try {
          const config = { text, values: [...values], query_timeout: 10_000 };
          return (await pool.query(config)).rows as Row[];
        } catch (error) {
          const { passing, undone } = refusalOf(error);
          if (!passing || (once && !undone) || clock.now() >= until) throw error;
          await clock.sleep(50 + clock.random() * 200);
        }
      }
    },
    close: () => pool.end(),
  };
};

const mostConnections = 10;

/** SQL_ASCII keeps bytes as they come. */
const takesAll: ReadonlySet<string> = new Set(["UTF8", "SQL_ASCII"]);

interface Surroundings {
  readonly there: boolean;
  readonly encoding?: string;
}

const lookAround = async (pool: Connections): Promise<Surroundings> => {
  const { rows } = await pool.query({ text: lookForTable });
  return rows[0] as Surroundings;
};

/** Two workers that create it at once: one of them is told in one of several ways that it is there. */
const create = async (pool: Connections): Promise<void> => {
  try {
    await pool.query({ text: createTable });
  } catch (error) {
    if (!(await lookAround(pool)).there) throw error;
  }
};
