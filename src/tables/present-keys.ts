import type { Pool } from "pg";
import { quoteName, quotePart } from "./sql-names.js";
import type { Target } from "./statement.js";

/**
 * Which of some keys the table has. Those that its column cannot hold it has not. `null` where it makes no difference: a
 * row may be inserted beside another one of its key, or the user may not look. @throws the client's error.
 */
export type PresentKeys = (keys: readonly string[]) => Promise<ReadonlySet<string> | null>;

export const presentKeys = (
  pool: Pool,
  { table, key, mode }: Target,
  { type, isUnique }: { type: string; isUnique: boolean },
): PresentKeys => {
  const text = `SELECT k FROM unnest($1::text[]) AS k
    WHERE EXISTS (SELECT FROM ${quoteName(table)} WHERE ${quotePart(key)} = k::${type})`;
  const find = async (keys: readonly string[]): Promise<string[]> => {
    if (keys.length === 0) return [];
    try {
      const { rows } = await pool.query<{ k: string }>(text, [keys]);
      return rows.map(({ k }) => k);
    } catch (error) {
      // One of them is no value of the column's type; which one, the server does not tell.
      if (!/^(22|23514)/.test((error as { code?: string }).code ?? "")) throw error;
      const half = keys.length >> 1;
      return half === 0 ? [] : [...(await find(keys.slice(0, half))), ...(await find(keys.slice(half)))];
    }
  };
  return async (keys) => {
    if (mode === "insert" && !isUnique) return null;
    try {
      return new Set(await find(keys));
    } catch (error) {
      if (mode === "insert" && (error as { code?: string }).code === "42501") return null;
      throw error;
    }
  };
};
