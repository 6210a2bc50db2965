import type { SyncConfig } from "../index.js";
import { judge, type Verdict } from "./judge.js";
import type { Mapping } from "./mapping.js";
import type { Quirk } from "./quirks.js";
import type { Connector } from "./registry.js";
import type { PendingRow, RecordState, RowResult } from "./state.js";
import type { WriteBack } from "./write-back.js";

/** How the pending rows of a run reach the connector. */
export interface LoadPlan {
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

/** What the calls of a run add up to, from the connector's own summaries. */
export interface Usage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
}

/** Rows by what ended them, in the connector's words, which hold no row values. */
export type Reasons = Record<string, number>;

/**
 * Loads the run's pending rows, page after page. All threads share one instance of the connector, as in Multiwoven.
 * A row whose answer breaks the contract stays pending. Each row is settled on disk before its thread goes on.
 */
export const load = async (state: RecordState, run: number, plan: LoadPlan) => {
  const usage: Usage = { calls: 0, input_tokens: 0, output_tokens: 0 };
  const reasons: Reasons = {};
  const blame = (reason: string): void => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  const settle = (row: PendingRow, result: RowResult, reason?: string): void => {
    state.settle(row.id, result);
    if (reason !== undefined) blame(reason);
  };

  const send = async (rows: readonly PendingRow[]): Promise<void> => {
    const mapped = rows.map((row) => ({ row, record: mapRow(row, plan) }));
    for (const { row, record } of mapped)
      if (record === null)
        settle(row, { status: "failed", logs: hostLog("mapping failed") }, "mapping failed");
    const sent = mapped.filter(({ record }) => record !== null);
    if (sent.length > 0) {
      try {
        const verdicts = await write(sent, plan, usage);
        await Promise.all(
          sent.map(async ({ row }, index) => {
            const [result, reason] = await finish(row, verdicts[index] as Verdict, plan.writeBack);
            settle(row, result, reason);
          }),
        );
      } catch (error) {
        // It stays pending. Multiwoven tells nobody; here it is in the report, and the next run sends it again.
        for (const _ of sent) blame(`left pending: ${(error as Error)?.message}`);
      }
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
  return { usage, reasons };
};

interface Mapped {
  readonly row: PendingRow;
  readonly record: unknown;
}

/** The record of a row; null where its mapping fails. */
const mapRow = ({ record }: PendingRow, { mapping, quirks }: LoadPlan): unknown => {
  try {
    return mapping(record);
  } catch {
    return quirks.has("true_for_broken_rows") ? true : null;
  }
};

/** One call. The batch form has no action, as in Multiwoven. */
const write = async (rows: readonly Mapped[], plan: LoadPlan, usage: Usage): Promise<Verdict[]> => {
  const { connector, syncConfig, signal, mode, quirks } = plan;
  const action = mode === "individual" ? rows[0]?.row.action : undefined;
  const records = rows.map(({ record }) => record);
  const message = await connector.write(syncConfig, records, action, signal && { signal });
  const { calls = 0, input_tokens = 0, output_tokens = 0 } = message?.tracking?.meta?.summary ?? {};
  usage.calls += calls;
  usage.input_tokens += input_tokens;
  usage.output_tokens += output_tokens;
  return judge(message, records.length, mode === "batch" && quirks.has("batch_all_or_nothing"));
};

/** A row is a success only when its columns are where they should be; else the next run sends it again. */
const finish = async (
  row: PendingRow,
  verdict: Verdict,
  writeBack: WriteBack | null,
): Promise<[RowResult, string?]> => {
  if (verdict.status === "failed") return [verdict, responseOf(verdict.logs)];
  if (!writeBack || !verdict.enriched) return [verdict];
  try {
    await writeBack.put(row.primary_key, verdict.enriched);
    return [verdict];
  } catch (error) {
    const reason = (error as Error).message;
    return [{ status: "failed", logs: hostLog(reason) }, reason];
  }
};

const hostLog = (response: string) => ({ request: "none", response, level: "error" });

const responseOf = (logs: unknown): string =>
  String((logs as { response?: unknown } | undefined)?.response ?? "failed without a log");
