import type { Hooks } from "../../index.js";
import { cannotRun } from "../failure.js";

/**
 * What a run adds to a row, `_bedrock` among it, with nothing in it. It makes no call: what is no object is never sent,
 * and still gets all output columns. The ledger is opened for the run that follows, so that a second run on it cannot
 * begin. Throws "cannot run".
 */
export const addedColumns = async (
  connector: Hooks,
  syncConfig: unknown,
): Promise<Record<string, unknown>> => {
  const noObject: unknown[] = [];
  const { meta } = (await connector.write(syncConfig, [noObject])).tracking;
  const [row = {}] = (meta?.records ?? []) as Record<string, unknown>[];
  // It stands under `value`, unless an output column has that name.
  const added = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== noObject));
  const { error } = (added._bedrock ?? {}) as { error?: { code: string; message: string } };
  if (error && error.code !== "not_an_object") throw cannotRun(error.message);
  return added;
};
