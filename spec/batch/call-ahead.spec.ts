import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { takeOver } from "../../src/batch/deadline.js";
import { openSession } from "../../src/enrich/session.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import { scratch } from "../run/ledger/scratch.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { batchConfig, createBucket, few, letters } from "./batches.js";
import { runBatch } from "./run-batch.js";

/** Three of fifteen rows are too few for another job. */
const account = { batch: { ...few, max_records: 12, seconds: { InProgress: 36_000 } } };

describe("rows that no job takes", () => {
  const bedrock = useFreshBedrock({ account });
  const folder = scratch();
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  /** A run whose job goes on only when so many calls have been made. */
  const run = (calls: number, changes: Record<string, unknown> = {}) =>
    runBatch(bedrock, batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes), {
      rows: [...letters(15), ...letters(15).slice(12)],
      async meanwhile() {
        while (bedrock.stats().requests < calls) await setImmediate();
      },
    });

  for (const delivery of ["batch", "auto"])
    it(`are called while the job of the others is at work, and count as calls of the run, by ${delivery}`, async () => {
      const { summary, hours, outcomes } = await run(3, { delivery });
      expect(hours).to.be.at.least(10);
      expect(summary).to.include({ enriched: 18, calls: 15, reused: 3 });
      const { bill, requests, billed, distinct_billed } = bedrock.stats();
      expect([requests, billed, distinct_billed]).to.deep.equal([3, 15, 15]);
      expect(summary.cost_usd).to.be.closeTo((bill.batch?.usd ?? 0) + (bill.default?.usd ?? 0), 1e-9);
      const called = outcomes
        .slice(12)
        .map(({ trace }) => [trace.billed, trace.attempts, trace.request_id !== null]);
      expect(called).to.deep.equal([...Array(3).fill(["yes", 1, true]), ...Array(3).fill(["no", 0, true])]);
    });

  it("have what came of their calls told once: failures, tries, and why the run is over", async () => {
    const refusal = {
      kind: "error" as const,
      status: 400,
      type: "ValidationException",
      message: "Malformed.",
    };
    const throttle = {
      kind: "error" as const,
      status: 429,
      type: "ThrottlingException",
      message: "Slow down.",
    };
    bedrock.setFaults([
      { ...refusal, includes: "Letter 13:" },
      { ...throttle, includes: "Letter 14:", times: 1 },
    ]);
    const { summary } = await run(4);
    expect(summary).to.include({ enriched: 14 + 2, failed: 2 });
    expect(summary.rejections).to.deep.equal({ throttled_requests: 1 });
    expect(bedrock.stats().requests).to.equal(4);
  });

  it("keep an answer that the ledger did not take, as any call does", async () => {
    const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`));
    const session = await openSession(settings, "enrich");
    if (session instanceof Error || !session.ledger) throw session;
    const { append } = session.ledger;
    let refused = 0;
    Object.assign(session.ledger, {
      append: (entry: Entry, leaseMs?: number) =>
        entry.state === "received" && entry.job === undefined && refused++ === 0
          ? Promise.reject(new Error("ENOSPC"))
          : append(entry, leaseMs),
    });
    const { summary } = await runBatch(bedrock, settings, {
      rows: letters(15),
      async meanwhile() {
        while (bedrock.stats().requests < 3) await setImmediate();
      },
    });
    expect(summary).to.include({ enriched: 15, calls: 15 });
    expect(refused).to.equal(3);
  });

  it("end the run for each other, and not for the rows of a job", async () => {
    const denied = { status: 403, type: "AccessDeniedException", message: "No access." };
    bedrock.setFaults([{ kind: "error", includes: "Letter", ...denied }]);
    const { summary } = await run(3);
    expect(summary).to.include({ enriched: 12, failed: 6 });
    expect(bedrock.stats().requests).to.equal(3);
  });

  for (const [isBroken, fate] of [
    [(reading: number) => reading === 2, "are called when they come"],
    [(reading: number) => reading > 1, "are the caller's own error then"],
  ] as const)
    it(`that cannot be read for it end no job that is waited for, and ${fate}`, async () => {
      let readings = 0;
      const rows = {
        *[Symbol.iterator]() {
          const isOver = isBroken(++readings);
          yield* letters(14);
          if (isOver) throw new Error("the file is gone");
          yield* letters(15).slice(14);
        },
      };
      const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`));
      let hours = 0;
      const run = runBatch(bedrock, settings, { rows, meanwhile: (passed) => (hours = passed) });
      const came = await run.then(({ summary }) => summary.enriched).catch(({ message }: Error) => message);
      expect(came).to.equal(isBroken(3) ? "the file is gone" : 15);
      expect(hours).to.be.at.least(9);
      expect(bedrock.stats().bill.batch?.calls).to.equal(12);
    });

  it("are reckoned with by the deadline", () => {
    const pace = () => ({ requests: null, tokens: null });
    const hour = 3_600_000;
    const clock = { date: () => 0 };
    const reckon = (calls: number, hours: number) =>
      takeOver([], { at: hours * hour, pace, others: { calls, bytes: 100 * calls } }, clock);
    expect(reckon(0, 2)).to.equal(null);
    expect(reckon(3600, 2)).to.equal(null);
    expect(reckon(2 * 3600, 2)).to.include({ rows: 0, other_rows: 7200, needed_ms: 2 * hour });
  });
});
