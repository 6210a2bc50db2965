import type { SyncConfig } from "../index.js";
import type { Mapping } from "./mapping.js";
import type { Quirk } from "./quirks.js";
import type { Connector } from "./registry.js";
import { type Verdict, verdictsOf } from "./row-verdict.js";
import type { PendingRow, RecordState, RowResult } from "./state.js";
import { createSyncTally } from "./tally.js";
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
  /** Called with the number of rows that have just ended. */
  readonly onRows: (count: number) => void;
}

/**
 * Loads the run's pending rows, page after page. All threads share one instance of the connector, as in Multiwoven.
 * A row whose answer breaks the contract stays pending. Each row is settled on disk before its thread goes on.
 */
export const load = async (state: RecordState, run: number, plan: LoadPlan) => {
  const tally = createSyncTally();
  const send = async (rows: readonly PendingRow[]): Promise<void> => {
    const mapped = rows.map((row) => ({ row, record: mapRow(row, plan) }));
    for (const { row, record } of mapped)
      if (record === null)
        state.settle(row.id, fail(tally, "mapping_failed", "a template of the mapping failed"));
    const sent = mapped.filter(({ record }) => record !== null);
    try {
      const verdicts = sent.length > 0 ? await write(sent, plan, tally) : [];
      await Promise.all(
        verdicts.map(async (verdict, index) => {
          const { row } = sent[index] as Mapped;
          state.settle(row.id, await finish(row, verdict, plan.writeBack, tally));
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
    if (!last || plan.signal?.aborted) break;
    after = last.id;
    const thread = async (): Promise<void> => {
      while (page.length > 0 && !plan.signal?.aborted) await send(page.splice(0, size));
    };
    await Promise.all(Array.from({ length: plan.threads }, thread));
  }
  return { usage: tally.usage, reasons: tally.reasons };
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
const write = async (rows: readonly Mapped[], plan: LoadPlan, tally: Tally): Promise<Verdict[]> => {
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

/** A row is a success only when its columns are where they should be; else the next run sends it again. */
const finish = async (
  row: PendingRow,
  verdict: Verdict,
  writeBack: WriteBack | null,
  tally: Tally,
): Promise<RowResult> => {
  if (!writeBack || verdict.status !== "success") return verdict;
  if (!verdict.enriched)
    return fail(tally, "write_back_failed", "the connector gave no enriched record to write back");
  try {
    await writeBack.put(row.primary_key, verdict.enriched);
    return verdict;
  } catch (error) {
    return fail(tally, "write_back_failed", (error as Error).message);
  }
};

/** A row that fails in the host itself, with a log of the connectors' form. */
const fail = (tally: Tally, code: string, message: string): RowResult => {
  tally.blame(code, message);
  return { status: "failed", logs: { request: "none", response: `${code}: ${message}`, level: "error" } };
};

type Tally = ReturnType<typeof createSyncTally>;
