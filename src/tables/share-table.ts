import { hash } from "node:crypto";
import { openTable, type Table } from "./open-table.js";
import type { Target } from "./statement.js";

/**
 * The table of a target: one for the whole process, with one set of connections, whoever writes to it. One that cannot
 * be used is tried again after a while. @throws Error, a sentence.
 */
export const shareTable = async (target: Target): Promise<Table> => {
  const key = hash("sha256", JSON.stringify(target), "hex");
  const before = tables.get(key);
  if (before && before.until > Date.now()) return before.table;
  const entry = { table: openTable(target), until: Number.POSITIVE_INFINITY };
  tables.set(key, entry);
  if (tables.size === 1) process.once("beforeExit", closeTables);
  try {
    return await entry.table;
  } catch (error) {
    entry.until = Date.now() + triedAgainMs;
    throw error;
  }
};

const tables = new Map<string, { table: Promise<Table>; until: number }>();

/** A host that writes row by row does not wait for a dead server with every row. */
const triedAgainMs = 5_000;

/** Idle connections keep no process alive; at its end they are closed as the server's protocol wants it. */
const closeTables = (): void => {
  for (const { table } of tables.values())
    table.then(
      ({ close }) => close(),
      () => undefined,
    );
  tables.clear();
};
