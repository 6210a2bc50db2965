import type { Hooks } from "../../index.js";

/**
 * A row as a run would write it, for the header of a table without rows; undefined when nothing is known of the
 * input's columns. It makes no call: what is no object is never sent, and still gets all output columns.
 */
export const exampleRow = async (
  connector: Hooks,
  syncConfig: unknown,
  columns: readonly string[],
): Promise<Record<string, unknown> | undefined> => {
  if (columns.length === 0) return undefined;
  const noObject: unknown[] = [];
  const { meta } = (await connector.write(syncConfig, [noObject])).tracking;
  const { value, ...added } = (meta?.records as Record<string, unknown>[] | undefined)?.[0] ?? {};
  const input = Object.fromEntries(columns.map((name) => [name, null]));
  // It stands under `value`, unless an output column has that name.
  return value === noObject ? { ...input, ...added } : { ...input, value, ...added };
};
