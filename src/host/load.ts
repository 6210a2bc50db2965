import type { SyncConfig } from "../index.js";
import { isRefused } from "../tables/put-row.js";
import type { Refusal } from "../tables/refusal.js";
import { createStreak } from "../tables/streak.js";
import type { Mapping } from "./mapping.js";
import type { Quirk } from "./quirks.js";
import type { Connector } from "./registry.js";
import { isSkipped, type Verdict, verdictsOf } from "./row-verdict.js";
import { type Fields, isFields } from "./secrets.js";
import type { PendingRow, RecordState, RowResult } from "./state.js";
import { fail, type SyncTally } from "./tally.js";
import type { WriteBack } from "./write-back.js";

/** How the pending rows of a run reach the connector. */
interface LoadPlan {
  readonly connector: Connector;
  readonly syncConfig: SyncConfig;
  readonly mapping: Mapping;
  readonly writeBack: WriteBack | null;
  readonly quirks: ReadonlySet<Quirk>;
  readonly mode: "individual" | "batch";
  /** Calls at once. */
  readonly threads: number;
  readonly pageSize: number;
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
  readonly tally: SyncTally;
  /** Called with the number of rows that have just ended. */
  readonly onRows: (count: number) => void;
}

/**
 * Loads the run's pending rows, page after page. All threads share one instance of the connector, as in Multiwoven.
 * A row whose answer breaks the contract stays pending. Each row is settled on disk before its thread goes on. Resolves
 * to why it ended early, where equal rows could not be written back one after the other: the rest stay pending.
 */
export const load = async (state: RecordState, run: number, given: LoadPlan): Promise<string | null> => {
  const { tally, writeBack } = given;
  const isEnough = createStreak();
  const broken = new AbortController();
  const signal = given.signal ? AbortSignal.any([given.signal, broken.signal]) : broken.signal;
  const plan = { ...given, signal };
  const notWritten = (refusal: Refusal, enriched: Fields | null): RowResult => {
    if (isEnough(refusal)) broken.abort(refusal.sentence);
    return fail(tally, "write_back_failed", refusal.sentence, enriched);
  };

  /** A row is a success only when its columns are where they should be; else the next run sends it again. */
  const finish = async ({ primary_key }: PendingRow, verdict: Verdict): Promise<RowResult> => {
    const { status, enriched } = verdict;
    if (!writeBack || status !== "success" || isSkipped(enriched)) return verdict;
    if (!enriched) return notWritten(noRecord, null);
    const result = await writeBack.table.put(primary_key, enriched);
    if (isRefused(result)) return notWritten(result, enriched);
    isEnough(null);
    for (const column of result.cleaned)
      tally.remark(
        "text_cleaned",
        `${column} was written without its NUL or broken characters, which PostgreSQL cannot keep`,
      );
    return verdict;
  };

  const send = async (rows: readonly PendingRow[]): Promise<void> => {
    const mapped = rows.map((row) => ({ row, record: mapRow(row, plan) }));
    const sent: Mapped[] = [];
    for (const { row, record } of mapped) {
      const lacking = isFields(record) ? writeBack?.lacks(record) : null;
      if (record === null)
        state.settle(row.id, fail(tally, "mapping_failed", "a template of the mapping failed"));
      else if (lacking) state.settle(row.id, notWritten(lacks(lacking), null));
      else sent.push({ row, record });
    }
    try {
      const verdicts = sent.length > 0 ? await write(sent, plan, tally) : [];
      await Promise.all(
        verdicts.map(async (verdict, index) => {
          const { row } = sent[index] as Mapped;
          state.settle(row.id, await finish(row, verdict));
        }),
      );
    } catch (error) {
      // They stay pending. Multiwoven tells nobody; here it is in the report, and the next run sends them again.
      tally.blame("left_pending", (error as Error).message, sent.length);
    }
    plan.onRows(rows.length);
  };

  const size = plan.mode === "batch" ? plan.batchSize : 1;
  let after = 0;
  for (;;) {
    const page = state.pending(run, after, plan.pageSize);
    const last = page.at(-1);
    if (!last || signal.aborted) break;
    after = last.id;
    const thread = async (): Promise<void> => {
      while (page.length > 0 && !signal.aborted) await send(page.splice(0, size));
    };
    await Promise.all(Array.from({ length: plan.threads }, thread));
  }
  return broken.signal.aborted ? String(broken.signal.reason) : null;
};

interface Mapped {
  readonly row: PendingRow;
  readonly record: unknown;
}

/** The record of a row; null where its mapping fails. */
const mapRow = ({ record }: PendingRow, { mapping }: LoadPlan): unknown => {
  try {
    return mapping(record);
  } catch {
    return null;
  }
};

/** One call. The batch form has no action, as in Multiwoven. @throws Error when the contract is broken. */
const write = async (rows: readonly Mapped[], plan: LoadPlan, tally: SyncTally): Promise<Verdict[]> => {
  const { connector, syncConfig, signal, mode, quirks } = plan;
  const action = mode === "individual" ? rows[0]?.row.action : undefined;
  const records = rows.map(({ record }) => record);
  const call = async () => connector.write(syncConfig, records, action, signal && { signal });
  const message = await call().catch((cause: Error) => {
    throw new Error(`the connector threw ${cause?.name}`, { cause });
  });
  const verdicts = verdictsOf(
    message,
    records.length,
    mode === "batch" && quirks.has("batch_all_or_nothing"),
  );
  tally.take(message);
  return verdicts;
};

const noRecord: Refusal = {
  ...{ sentence: "the connector gave no enriched record to write back", cause: "no record" },
  ...{ passing: false, undone: true },
};

const lacks = (path: string): Refusal => ({
  ...{ sentence: `the record has no ${path}, so it was not sent`, cause: `no ${path}` },
  ...{ passing: false, undone: true },
});
