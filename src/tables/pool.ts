import type { Pool, PoolConfig } from "pg";
import { loadOptional } from "../core/optional-package.js";
import { inWords } from "./refusal.js";
import { addressOf } from "./sslmode.js";

/**
 * Connections to a PostgreSQL server or to a pooler before it, opened on need. Nothing is asked of the server as it
 * connects and no statement is named, so that a pooler may give each transaction another connection. They keep no
 * process alive. @throws Error with a sentence when the client is not installed, the URL is none, or nobody answers.
 */
export const openPool = async (url: string | undefined, max: number, timeoutMs = 10_000): Promise<Pool> => {
  const { default: pg } = await loadOptional("pg", "PostgreSQL", () => import("pg"));
  const address = addressOf(url);
  const config: PoolConfig = {
    ...(address.url !== undefined && { connectionString: address.url }),
    ...{ max, keepAlive: true, allowExitOnIdle: true },
    connectionTimeoutMillis: timeoutMs / address.ways.length,
  };
  const failures: Error[] = [];
  for (const ssl of address.ways) {
    const pool = new pg.Pool({ ...config, ssl });
    // A connection that breaks while nobody uses it is replaced on the next use.
    pool.on("error", () => undefined);
    try {
      (await pool.connect()).release();
      return pool;
    } catch (cause) {
      failures.push(cause as Error);
      await pool.end();
    }
  }
  // The first way is the one that is wanted; that the server has no TLS only says that the other one counts.
  const cause = failures.find(({ message }) => !/does not support SSL/.test(message)) ?? failures[0];
  throw new Error(`cannot connect: ${inWords(cause)}`, { cause });
};
