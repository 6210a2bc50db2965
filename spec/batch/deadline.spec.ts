import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { takeOverLine } from "../../src/cli/report/batch-lines.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { batchConfig, createBucket, few, letters } from "./batches.js";
import { runBatch } from "./run-batch.js";

const hour = 3_600_000;

describe("rows that are wanted by a deadline", () => {
  const bedrock = useFreshBedrock({ account: { batch: few } });
  let folder: string;
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-deadline-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, `${files++}.jsonl`), { delivery: "auto", ...changes });
  const run = (
    settings: ReturnType<typeof config>,
    { rows = letters(20), ...given }: Partial<Parameters<typeof runBatch>[2]>,
  ) => runBatch(bedrock, settings, { rows, ...given });

  it("are taken over when the time that is left is what the rest needs on line: one result and one bill a row", async () => {
    bedrock.setAccount({ batch: { ...few, seconds: { InProgress: 10 * 3600 } } });
    const { summary, hours, seen } = await run(config(), { deadlineMs: 6 * hour });
    expect(summary).to.include({ received: 20, enriched: 20 });
    expect(hours).to.be.within(5, 6);
    const { billed, distinct_billed, requests, bill } = bedrock.stats();
    expect([billed, distinct_billed]).to.deep.equal([20, 20]);
    expect(bill.batch?.calls).to.be.within(8, 13);
    expect(requests).to.equal(20 - (bill.batch?.calls ?? 0));
    expect(seen.at(-1)?.jobs[0]).to.include({ status: "Stopped", unprocessed: requests });
    const taken = seen.at(-1)?.take_over;
    expect(taken?.rows).to.be.within(requests, requests + 1);
    expect(taken).to.include({ rows_per_minute: 60, is_known: false, needed_ms: (taken?.rows ?? 0) * 1000 });
    expect(taken?.margin_ms).to.equal((taken?.needed_ms ?? 0) / 10 + 300_000);
    if (!taken) throw new Error("nothing was taken over");
    expect(takeOverLine(taken)).to.match(
      /^the deadline is near: jobs are stopped, and \d+ rows that they have not answered go on line, reckoned with \d min at 60 rows a minute, since nothing is known of the account's quota, and a margin of 5 min$/,
    );
    const usd = (bill.batch?.usd ?? 0) + (bill.default?.usd ?? 0);
    expect(summary.cost_usd).to.be.closeTo(usd, 1e-9);
  });

  it("stay in their job where it ends in time", async () => {
    bedrock.setAccount({ batch: { ...few, seconds: { InProgress: 2 * 3600 } } });
    const { summary } = await run(config(), { deadlineMs: 6 * hour });
    expect(summary).to.include({ enriched: 20, calls: 20 });
    expect(bedrock.stats().requests).to.equal(0);
  });

  it("go on line at once where a job has no time", async () => {
    const { summary } = await run(config(), { deadlineMs: hour / 2 });
    expect(summary).to.include({ enriched: 20 });
    expect(bedrock.stats()).to.include({ requests: 20, billed: 20 });
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(undefined);
  });

  it("go by the default tier where the deadline is near, which flex may not keep", async () => {
    const { summary } = await run(config({ model_id: "us.amazon.nova-2-lite-v1:0" }), {
      deadlineMs: hour / 4,
    });
    expect(summary).to.include({ enriched: 20 });
    expect(bedrock.stats().bill.flex).to.equal(undefined);
    expect(bedrock.stats().bill.default?.calls).to.equal(20);
  });

  it("go by the default tier from then on, also those that no job takes and that flex was at", async () => {
    bedrock.setAccount({ batch: { ...few, max_records: 12, seconds: { InProgress: 10 * 3600 } } });
    let takeOver = (): void => undefined;
    const isTakenOver = new Promise<void>((resolve) => {
      takeOver = resolve;
    });
    let readings = 0;
    const rows = {
      async *[Symbol.asyncIterator]() {
        const isAhead = ++readings === 2;
        yield* letters(13);
        if (isAhead) await isTakenOver;
        yield* letters(18).slice(13);
      },
    };
    const { summary } = await run(config({ model_id: "us.amazon.nova-2-lite-v1:0" }), {
      ...{ rows, deadlineMs: 6 * hour },
      onBatch: ({ take_over }) => take_over && takeOver(),
      async meanwhile() {
        while (bedrock.stats().requests < 1) await setImmediate();
      },
    });
    const { bill, billed, distinct_billed } = bedrock.stats();
    expect(summary).to.include({ enriched: 18, calls: 18 });
    expect([billed, distinct_billed, bill.flex?.calls]).to.deep.equal([18, 18, 1]);
    expect(bill.default?.calls).to.equal(17 - (bill.batch?.calls ?? 0));
  });

  it("give a job the hours that it has", async () => {
    bedrock.setAccount({ batch: { ...few, seconds: { Scheduled: 30 * 3600 } } });
    const { summary } = await run(config(), { deadlineMs: 72 * hour });
    expect(summary).to.include({ enriched: 20, calls: 20 });
    expect(bedrock.stats().requests).to.equal(0);
  });

  it("are paid for once, also where a process goes away while it takes them over", async () => {
    for (const moment of ["ended", "read", "settled"] as const) {
      bedrock.setAccount({ batch: { ...few, seconds: { InProgress: 10 * 3600 } } });
      const settings = config();
      const rows = letters(12).map((row) => ({ ...row, text: `${moment}: ${row.text}` }));
      const gone = await run(settings, {
        ...{ rows, deadlineMs: 6 * hour },
        at: (now) => {
          if (now === moment) throw new Error("gone");
        },
      }).catch((error: Error) => error.message);
      expect(gone).to.equal("gone");
      const { summary } = await run(settings, { rows, deadlineMs: 6 * hour });
      expect(summary).to.include({ enriched: 12 });
    }
    expect(bedrock.stats()).to.include({ billed: 36, distinct_billed: 36 });
  });

  it("of an expired job go on line with auto, and wait for another job with batch", async () => {
    bedrock.setAccount({ batch: { ...few, end: "Expired" } });
    expect((await run(config(), {})).summary).to.include({ enriched: 20 });
    const rows = letters(10).map((row) => ({ ...row, text: `Other: ${row.text}` }));
    const waiting = await run(config({ delivery: "batch" }), { rows });
    expect(waiting.summary).to.include({ enriched: 0, not_sent: 10 });
    expect(bedrock.stats()).to.include({ requests: 20, billed: 20 });
  });
});
