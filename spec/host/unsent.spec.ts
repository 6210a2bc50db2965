import { join } from "node:path";
import { expect } from "chai";
import type { Pipeline } from "../../src/host/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { batchConfig, createBucket, few } from "../batch/batches.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { localConfig } from "../support/sync-config.js";
import { hostFolder, pipelineOf, withHost } from "./run-host.js";

describe("rows that a run of the host did not come to", () => {
  const folder = hostFolder();
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, text: `Row ${id}.` }));
  const bedrock = useFreshBedrock({ latencyMs: 40 });

  const toBedrock = (load: Pipeline["load"], changes: Record<string, unknown> = {}): Pipeline =>
    pipelineOf(folder, rows, {
      destination: { connector: "AwsBedrockModel", connection: localConfig(bedrock.url, changes) },
      ...(load && { load }),
    });

  const ways = { individual: { threads: 20 }, batch: { threads: 2, batch_size: 50 } } as const;
  for (const [mode, how] of Object.entries(ways) as [keyof typeof ways, object][])
    it(`stay pending when it is stopped, loading ${mode}, and the next run sends them`, async () => {
      const pipeline = toBedrock({ mode, ...how });
      await withHost(join(folder, `${mode}.db`), AwsBedrockModel, async (host) => {
        const stop = new AbortController();
        const watch = setInterval(() => bedrock.stats().billed >= 20 && stop.abort(), 1).unref();
        const first = await host.sync(pipeline, { signal: stop.signal });
        clearInterval(watch);
        expect(first).to.include({ status: "canceled", failed: 0 }).and.have.deep.property("reasons", {});
        expect(first.success).to.be.within(20, 99);
        expect(first.success + first.pending).to.equal(100);
        expect(await host.sync(pipeline)).to.include({
          ...{ status: "success", unchanged: first.success, success: first.pending },
        });
      });
      expect(bedrock.stats()).to.include({ billed: 100, distinct_billed: 100 });
    });

  it("stay pending when its budget is used up, with the reason", async () => {
    const pipeline = toBedrock({}, { max_rows: 60 });
    await withHost(join(folder, "budget.db"), AwsBedrockModel, async (host) => {
      const first = await host.sync(pipeline);
      expect(first).to.include({ status: "success", success: 60, failed: 0, pending: 40 });
      expect(first.reasons).to.have.nested.property("budget_reached.count", 40);
      const unsent = [...host.records("tickets")].find(({ status }) => status === "pending");
      expect(unsent?.logs).to.have.property("level", "error");
      expect(await host.sync(pipeline)).to.include({ unchanged: 60, success: 40, pending: 0 });
    });
  });

  for (const load of [{}, { mode: "batch", batch_size: 7 }] as const)
    it(`wait for a batch job over three of its runs, loading ${load.mode ?? "row by row"}`, async () => {
      await createBucket(bedrock);
      bedrock.setAccount({ batch: { ...few, seconds: { InProgress: 3600 } } });
      const connection = batchConfig(bedrock, join(folder, `jobs-${load.mode}.jsonl`));
      const destination = { connector: "AwsBedrockModel", connection };
      const pipeline = pipelineOf(folder, rows, { destination, load });
      await withHost(join(folder, `jobs-${load.mode}.db`), AwsBedrockModel, async (host) => {
        const first = await host.sync(pipeline);
        expect(first).to.include({ status: "success", success: 0, failed: 0, pending: 100 });
        expect(first.reasons.batch_pending?.message).to.include("rows are collected");
        expect(await host.sync(pipeline)).to.include({ status: "success", success: 0, pending: 100 });
        bedrock.passTime(3600);
        expect(await host.sync(pipeline)).to.include({ success: 100, pending: 0, calls: 100 });
      });
      expect(bedrock.stats()).to.include({ billed: 100, distinct_billed: 100, requests: 0 });
    });
});
