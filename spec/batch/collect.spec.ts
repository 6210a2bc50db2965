import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, manageJobs } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, letters } from "./batches.js";

describe("rows of a host, which come one by one, in batch jobs", () => {
  const bedrock = useFreshBedrock({ account: { batch: { seconds: { InProgress: 3600 } } } });
  let folder: string;
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-collect-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes);

  /** One sync: a call of `write` a row, by so many threads. What became of the rows, and what it said of the first that waits. */
  const sync = async (settings: unknown, rows: unknown[], run: number | null, options = {}) => {
    const given = { ...syncConfig(settings), sync_id: "7", ...(run !== null && { sync_run_id: run }) };
    const counts: Record<string, number> = {};
    const words = new Set<string>();
    let calls = 0;
    const queue = [...rows];
    const thread = async (): Promise<void> => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const { tracking } = await new AwsBedrockModel().write(given, [row], "destination_insert", options);
        const [record] = (tracking.meta.records ?? []) as unknown as { _bedrock: Trace }[];
        const { status, error } = record?._bedrock ?? {};
        const fate = error ? `${status}: ${error.code}` : String(status);
        counts[fate] = (counts[fate] ?? 0) + 1;
        if (error) words.add(error.message);
        calls += tracking.meta.summary.calls;
        expect((tracking.success ?? 0) + (tracking.failed ?? 0)).to.equal(1);
      }
    };
    await Promise.all(Array.from({ length: threads }, thread));
    return { counts, words: [...words], calls };
  };
  interface Trace {
    readonly status: string;
    readonly error: { readonly code: string; readonly message: string } | null;
  }
  const threads = 20;
  const bill = () => {
    const { billed, distinct_billed, requests, control_plane } = bedrock.stats();
    return { billed, distinct_billed, requests, jobs: control_plane.CreateModelInvocationJob ?? 0 };
  };

  it("are collected by one sync, made a job by the next, and answered by the one after that, at half the price", async () => {
    const [settings, rows] = [config(), letters(120)];
    const first = await sync(settings, rows, 1);
    expect(first.counts).to.deep.equal({ "not_sent: batch_pending": 120 });
    expect(bill()).to.deep.equal({ billed: 0, distinct_billed: 0, requests: 0, jobs: 0 });
    expect(first.words.at(-1)).to.include("rows are collected").and.include("batch submit");
    const second = await sync(settings, rows, 2);
    expect(second.counts).to.deep.equal({ "not_sent: batch_pending": 120 });
    expect(bill()).to.include({ requests: 0, jobs: 1 });
    bedrock.passTime(3600);
    const third = await sync(settings, rows, 3);
    expect(third).to.include({ calls: 120 });
    expect(third.counts).to.deep.equal({ enriched: 120 });
    expect(bill()).to.deep.equal({ billed: 120, distinct_billed: 120, requests: 0, jobs: 1 });
    expect((await manageJobs(settings, "list")).map(({ stage }) => stage)).to.deep.equal(["settled"]);
    await closeLedger(String(settings.ledger));
  });
});
