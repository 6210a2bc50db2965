import { checkTable } from "./check-table.js";
import { openPool } from "./pool.js";
import { type PresentKeys, presentKeys } from "./present-keys.js";
import { createPut, type Put } from "./put-row.js";
import type { Target } from "./statement.js";
import type { Column } from "./table-shape.js";

/** A target that is open: it was seen to be there, to have the columns and to let this user write them. */
export interface Table {
  readonly put: Put;
  readonly present: PresentKeys;
  /** The columns that are written, the key's first. */
  readonly columns: readonly Column[];
  close(): Promise<void>;
}

/** Connections of a table, each of which writes one row at a time. */
export const mostWrites = 10;

/** @throws Error, a sentence, when the target cannot be written as it is meant. Nothing is written. */
export const openTable = async (
  target: Target,
  { max = mostWrites, timeoutMs }: { max?: number; timeoutMs?: number } = {},
): Promise<Table> => {
  const pool = await openPool(target.url, max, timeoutMs).catch((cause: Error) => {
    throw new Error(`${target.table}: ${cause.message}`, { cause });
  });
  try {
    const { columns, keyIsUnique } = await checkTable(pool, target);
    const read = async (): Promise<readonly Column[]> => (await checkTable(pool, target)).columns;
    const key = { type: columns[0]?.castType ?? "text", isUnique: keyIsUnique };
    return {
      columns,
      put: createPut(pool, target, columns, read),
      present: presentKeys(pool, target, key),
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
};
