import type { PendingRow, RecordState, RowResult } from "./state.js";
import type { WriteBack } from "./write-back.js";

/**
 * Fails, before anything is sent, the queued rows that the table cannot take: an update needs a row of the same key, an
 * insert none. Returns how many there are.
 */
export const failUnplaced = async (
  state: RecordState,
  run: number,
  { table, name, key, mode }: WriteBack,
  fail: (message: string) => RowResult,
): Promise<number> => {
  if (mode === "upsert") return 0;
  const message =
    mode === "update"
      ? `${name} has no row with this ${key}, so it was not sent; write_back.mode upsert creates rows`
      : `${name} has a row with this ${key} already, so it was not sent; write_back.mode upsert writes over rows`;
  let failed = 0;
  let after = 0;
  for (;;) {
    const page = state.pending(run, after, 1000);
    const last = page.at(-1);
    if (!last) return failed;
    after = last.id;
    const present = await table.present(page.map(({ primary_key }) => primary_key));
    if (present === null) return failed;
    const unplaced = page.filter(({ primary_key }) => present.has(primary_key) === (mode === "insert"));
    state.together(() => {
      for (const { id } of unplaced as PendingRow[]) state.settle(id, fail(message));
    });
    failed += unplaced.length;
  }
};
