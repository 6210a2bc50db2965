import { Context } from "@temporalio/activity";
import {
  AwsBedrockModel,
  type BedrockSyncConfig,
  type Progress,
  type RunOptions,
  type Summary,
} from "../../../src/index.js";

const connector = new AwsBedrockModel();

/** A page of rows that fits into a Temporal payload. Returns the enriched rows. */
export const writePage = (syncConfig: BedrockSyncConfig, rows: unknown[]) =>
  untilCancelled(async (options) => {
    const { tracking } = await connector.write(syncConfig, rows, undefined, options);
    return tracking.meta.records;
  });

/** A table of any size, where this worker reads and saves rows. Returns the counts. */
export const createEnrichTable =
  (read: (table: string) => AsyncIterable<unknown>, save: (row: object) => Promise<void>) =>
  (syncConfig: BedrockSyncConfig, table: string) =>
    untilCancelled(async (options) => {
      let summary: Summary | undefined;
      for await (const message of connector.enrich(syncConfig, read(table), options)) {
        if (message.type === "record") await save(message.record.data);
        else summary = message.tracking.meta.summary;
      }
      return summary;
    });

/** Heartbeats carry the counts, also while rows only wait; a cancelled activity lets its open calls finish. */
const untilCancelled = async <Result>(run: (options: RunOptions) => Promise<Result>): Promise<Result> => {
  const { cancellationSignal: signal, info, heartbeat } = Context.current();
  let counts: Readonly<Progress> | undefined;
  const beat = () => heartbeat({ ...counts });
  const timer = setInterval(beat, (info.heartbeatTimeoutMs ?? 30_000) / 3);
  try {
    return await run({
      signal,
      onProgress: (progress) => {
        counts = progress;
        beat();
      },
    });
  } finally {
    clearInterval(timer);
  }
};
