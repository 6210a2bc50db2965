import type { TrackedMessage } from "../../src/index.js";

/** A row of the host's `sync_records` table. */
export interface SyncRecord {
  readonly id: number;
  readonly record: unknown;
  status: "pending" | "success" | "failed";
  logs: unknown;
}

/** The hook that the host calls, with one record at a time. */
export type Write = (record: unknown) => Promise<TrackedMessage>;

/**
 * Loads pending records as the Multiwoven host does in individual mode: pages of 1000, ten threads on one client,
 * the status from the counts, the logs from the first log's JSON. A row whose answer breaks its rules stays
 * pending, and nobody hears of it.
 */
export const loadPage = async (records: readonly SyncRecord[], write: Write, threads = 10): Promise<void> => {
  for (let start = 0; start < records.length; start += 1000) {
    const page = records.slice(start, start + 1000).filter(({ status }) => status === "pending");
    const queue = [...page];
    const thread = async (): Promise<void> => {
      for (let row = queue.shift(); row; row = queue.shift()) await load(row, write);
    };
    await Promise.all(Array.from({ length: threads }, thread));
  }
};

const load = async (row: SyncRecord, write: Write): Promise<void> => {
  try {
    const report = await write(row.record);
    if (report.type !== "tracking") throw new Error("the host takes a tracking message only");
    const [first] = report.tracking.logs ?? [];
    if (first) row.logs = JSON.parse(first.message);
    row.status = (report.tracking.success ?? 0) > 0 ? "success" : "failed";
  } catch {
    // The real loader swallows it, and the row stays pending.
  }
};
