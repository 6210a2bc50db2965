import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { deliverRecords } from "../../src/batch/deliver.js";
import type { DoorParts, Moment } from "../../src/batch/door.js";
import { openSession } from "../../src/enrich/session.js";
import { AwsBedrockModel, closeLedger, manageJobs } from "../../src/index.js";
import { runCli } from "../cli/run-cli.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, few, hurriedClock, letters } from "./batches.js";

const hours = { ...few, seconds: { InProgress: 3600 } };

describe("rows of a host, which come one by one, in batch jobs", () => {
  const bedrock = useFreshBedrock({ account: { batch: hours } });
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
    const [settings, rows] = [config(), letters(12)];
    const first = await sync(settings, rows, 1);
    expect(first.counts).to.deep.equal({ "not_sent: batch_pending": 12 });
    expect(bill()).to.deep.equal({ billed: 0, distinct_billed: 0, requests: 0, jobs: 0 });
    expect(first.words.at(-1)).to.include("rows are collected").and.include("batch submit");
    const second = await sync(settings, rows, 2);
    expect(second.counts).to.deep.equal({ "not_sent: batch_pending": 12 });
    expect(bill()).to.include({ requests: 0, jobs: 1 });
    bedrock.passTime(3600);
    const third = await sync(settings, rows, 3);
    expect(third).to.include({ calls: 12 });
    expect(third.counts).to.deep.equal({ enriched: 12 });
    expect(bill()).to.deep.equal({ billed: 12, distinct_billed: 12, requests: 0, jobs: 1 });
    expect((await manageJobs(settings, "list")).map(({ stage }) => stage)).to.deep.equal(["settled"]);
    await closeLedger(String(settings.ledger));
  });

  it("that a sync has left are too few for a job: the next one calls them, and the jobs' list says why", async () => {
    const said: string[] = [];
    const listen = ({ name, message }: Error): void => {
      if (name === "BatchUnused") said.push(message);
    };
    process.on("warning", listen);
    const [settings, rows] = [config(), letters(7)];
    const first = await sync(settings, rows, 1);
    expect(first.words.at(-1)).to.include("7 rows are collected").and.include("takes 10 at least");
    expect((await manageJobs(settings, "status"))[0]).to.include({ stage: "collecting", records: 7 });
    const second = await sync(settings, rows, 2);
    expect(second.counts).to.deep.equal({ enriched: 7 });
    expect(bill()).to.deep.equal({ billed: 7, distinct_billed: 7, requests: 7, jobs: 0 });
    const [job] = await manageJobs(settings, "list");
    expect(job).to.include({ stage: "abandoned", status: "Too few", unprocessed: 7 });
    expect(job?.message).to.include("7 rows are too few").and.include("takes 10 at least");
    await new Promise(setImmediate);
    process.off("warning", listen);
    expect(said).to.have.length(1);
    expect(said[0]).to.include("7 rows are too few");
    expect((await sync(settings, rows, 3)).counts).to.deep.equal({ enriched: 7 });
    expect(bill().requests).to.equal(7);
  });

  it("that say the same within a sync wait together, and new ones of the next sync for a job of their own", async () => {
    const settings = config();
    const twice = [...letters(11), ...letters(11)];
    await sync(settings, twice, 1);
    expect((await manageJobs(settings, "list")).map(({ stage, records }) => [stage, records])).to.deep.equal([
      ["collecting", 11],
    ]);
    await sync(settings, letters(13), 2);
    expect((await manageJobs(settings, "list")).map(({ stage, records }) => [stage, records])).to.deep.equal([
      ["submitted", 11],
      ["collecting", 2],
    ]);
    bedrock.passTime(3600);
    const third = await sync(settings, letters(13), 3);
    expect(third.counts).to.deep.equal({ enriched: 13 });
    expect(bill()).to.deep.equal({ billed: 13, distinct_billed: 13, requests: 2, jobs: 1 });
  });

  it("of two syncs are in two jobs, and the sync that has the answers counts all of their calls", async () => {
    const settings = config();
    await sync(settings, letters(10), 1);
    await sync(settings, letters(22), 2);
    await sync(settings, letters(22), 3);
    bedrock.passTime(3600);
    const last = await sync(settings, letters(22), 4);
    expect(last).to.include({ calls: 22 }).and.have.deep.property("counts", { enriched: 22 });
    expect(bill()).to.deep.equal({ billed: 22, distinct_billed: 22, requests: 0, jobs: 2 });
  });

  it("are made a job by `batch submit` right after the sync, so that the next one has the answers", async () => {
    const [settings, rows] = [config(), letters(12)];
    await sync(settings, rows, 1);
    expect((await manageJobs(settings, "submit"))[0]).to.include({ stage: "submitted", records: 12 });
    bedrock.passTime(3600);
    expect((await sync(settings, rows, 2)).counts).to.deep.equal({ enriched: 12 });
    expect(bill()).to.deep.equal({ billed: 12, distinct_billed: 12, requests: 0, jobs: 1 });
    // Too few are left for the next sync, which calls them.
    const few = letters(15).slice(12);
    await sync(settings, few, 2);
    expect((await manageJobs(settings, "submit"))[1]).to.include({ stage: "abandoned" });
    expect((await sync(settings, few, 3)).counts).to.deep.equal({ enriched: 3 });
    expect(bill()).to.include({ requests: 3, jobs: 1 });
  });

  it("are looked after by the command line", async () => {
    const [settings, file] = [config(), join(folder, "config.json")];
    await writeFile(file, JSON.stringify(settings));
    const command = async (...words: string[]) => {
      await closeLedger(String(settings.ledger));
      const { code, stdout, stderr } = await runCli(["batch", ...words, "--config", file]);
      return { code, said: stdout + stderr };
    };
    await sync(settings, letters(12), 1);
    const open = await command();
    expect(open.said).to.include("rows are collected for it, 12 records\n1 job, 1 open");
    expect(open.code).to.equal(3);
    const made = await command("submit");
    expect(made.said).to.include("rows are collected for it\n").and.not.include(" 0 records");
    expect(made.said).to.include("12 records\n1 job, 1 open");
    expect(made.code).to.equal(0);
    await sync(settings, letters(15).slice(12), 2);
    const few = await command("submit");
    expect(few.said)
      .to.include("3 rows are too few for a job, which takes 10 at least")
      .and.include("1 job, 1 open");
    expect(few.code).to.equal(0);
  });

  it("stay under the ceilings of a sync", async () => {
    const settings = config({ max_rows: 11 });
    await sync(settings, letters(11), 1);
    const more = await sync(settings, letters(13), 1);
    expect(more.counts).to.deep.equal({ "not_sent: batch_pending": 11, "not_sent: budget_reached": 2 });
    expect((await manageJobs(settings, "list"))[0]).to.include({ records: 11 });
    const less = { ...settings, max_rows: 5 };
    const second = await sync(less, letters(13), 2);
    expect(second.counts).to.deep.equal({ "not_sent: batch_pending": 2, "not_sent: budget_reached": 11 });
    expect(second.words.join()).to.include("max_rows is 5, and was 11 when");
    expect(bill()).to.include({ jobs: 0, requests: 0 });
    const spending = config({ max_spend_usd: 0.0003 });
    const { counts } = await sync(spending, letters(40), 1);
    expect(counts["not_sent: batch_pending"]).to.be.within(10, 39);
    await manageJobs(spending, "submit");
    bedrock.passTime(3600);
    await manageJobs(spending, "wait");
    expect(bedrock.stats().bill.batch?.usd).to.be.at.most(0.0003);
  });

  it("of a sync that filled its ceiling are made a job by the next one, whatever new rows that one has", async () => {
    const settings = config({ max_rows: 12 });
    await sync(settings, letters(12), 1);
    const next = await sync(settings, letters(30).reverse(), 2);
    expect(next.counts).to.deep.equal({ "not_sent: batch_pending": 24, "not_sent: budget_reached": 6 });
    expect(bill()).to.include({ jobs: 1, requests: 0 });
    bedrock.passTime(3600);
    await sync(settings, letters(30), 3);
    bedrock.passTime(3600);
    expect((await sync(settings, letters(30), 4)).counts).to.deep.equal({ enriched: 30 });
    // The last six are too few for a job.
    expect(bill()).to.include({ billed: 30, distinct_billed: 30, requests: 6 });
  });

  it("of a job that cannot be made say why, and wait for another; auto calls them", async () => {
    bedrock.setFaults([
      {
        kind: "error",
        status: 403,
        type: "AccessDeniedException",
        message: "No.",
        operation: "CreateModelInvocationJob",
      },
    ]);
    const [settings, rows] = [config(), letters(12)];
    await sync(settings, rows, 1);
    const second = await sync(settings, rows, 2);
    expect(second.counts).to.deep.equal({ "not_sent: batch_unusable": 12 });
    expect(second.words[0]).to.include("iam:PassRole");
    expect(bill()).to.include({ requests: 0, billed: 0 });
    const [auto, days] = [config({ delivery: "auto" }), { deadlineMs: 48 * 3_600_000 }];
    expect((await sync(auto, rows, 1, days)).counts).to.deep.equal({ "not_sent: batch_pending": 12 });
    expect((await sync(auto, rows, 2, days)).counts).to.deep.equal({ enriched: 12 });
    bedrock.setFaults([]);
    expect((await sync(settings, rows, 3)).counts).to.deep.equal({ "not_sent: batch_pending": 12 });
    expect(bill()).to.include({ requests: 12, jobs: 1 });
  });

  it("are called by auto at once, where no deadline says that they may wait", async () => {
    const { counts } = await sync(config({ delivery: "auto" }), letters(12), 1);
    expect(counts).to.deep.equal({ enriched: 12 });
    expect(bill()).to.include({ requests: 12, jobs: 0 });
  });

  it("are called in time for a deadline, and of what a job has not answered none is lost", async () => {
    bedrock.setAccount({
      batch: { ...hours, end: "PartiallyCompleted", end_after: 10 },
    });
    const [settings, rows] = [config(), letters(12)];
    const soon = { deadlineMs: 20 * 60_000 };
    expect((await sync(settings, rows.slice(0, 1), 0, soon)).counts).to.deep.equal({ enriched: 1 });
    await sync(settings, rows, 1);
    await sync(settings, rows, 2);
    bedrock.passTime(3600);
    const third = await sync(settings, rows, 3);
    expect((await manageJobs(settings, "list")).map(({ stage, records }) => [stage, records])).to.deep.equal([
      ["settled", 11],
      ["collecting", 1],
    ]);
    expect(third.counts).to.deep.equal({ enriched: 11, "not_sent: batch_pending": 1 });
  });

  it("are closed and waited for by a run that is given all of them", async () => {
    bedrock.setAccount({ batch: few });
    const [settings, rows] = [config(), letters(12)];
    await sync(settings, rows, 1);
    const options = { detach: false };
    const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), rows, undefined, options);
    expect(tracking.meta.summary).to.include({ enriched: 12 });
    expect(bill()).to.deep.equal({ billed: 12, distinct_billed: 12, requests: 0, jobs: 1 });
  });

  describe("by workers of which nothing but the ledger is there afterwards", () => {
    /** One sync of a worker of its own. */
    const work = async (
      settings: ReturnType<typeof config>,
      run: string,
      { rows = letters(12), ...parts }: DoorParts & { rows?: unknown[] } = {},
    ) => {
      const session = await openSession(settings, "enrich");
      const counts: Record<string, number> = {};
      await Promise.all(
        rows.map(async (row) => {
          for await (const { trace } of deliverRecords(session, [row], { detach: true }, run, {
            clock: hurriedClock(),
            ...parts,
          })) {
            const fate = trace.error?.code ?? trace.status;
            counts[fate] = (counts[fate] ?? 0) + 1;
          }
        }),
      );
      await closeLedger(settings.ledger as string);
      return counts;
    };

    for (const moment of [
      ...(["collecting", "counting", "planned", "written", "looked", "marked", "created"] as const),
      ...(["submitted", "ended", "read", "settled"] as const),
    ])
      it(`one of which is gone once a job is "${moment}": nothing is lost and nothing paid twice`, async () => {
        const settings = config();
        const gone = (now: Moment): void => {
          if (now === moment) throw new Error("gone");
        };
        const clock = hurriedClock();
        for (let sync = 1; sync < 7; sync++) {
          await work(settings, String(sync), sync < 4 ? { clock, at: gone } : { clock });
          await clock.sleep(3_600_000);
          bedrock.passTime(3600);
        }
        expect(await work(settings, "7")).to.deep.equal({ enriched: 12 });
        expect(bill()).to.deep.equal({ billed: 12, distinct_billed: 12, requests: 0, jobs: 1 });
      });

    it("one of which is gone while it gives up a job of too few: they are called, by then or later", async () => {
      const [settings, rows] = [config(), letters(7)];
      const at = (now: Moment): void => {
        if (now === "released") throw new Error("gone");
      };
      await work(settings, "1", { rows });
      await work(settings, "2", { rows, at });
      await work(settings, "3", { rows });
      expect(await work(settings, "4", { rows })).to.deep.equal({ enriched: 7 });
      expect(bill()).to.deep.equal({ billed: 7, distinct_billed: 7, requests: 7, jobs: 0 });
    });

    /** What became of the rows of a run of one process, one after the other. */
    const oneRun = (session: Awaited<ReturnType<typeof openSession>>, parts: DoorParts, options = {}) => {
      return async (rows: unknown[], run: string) => {
        const counts: Record<string, number> = {};
        for (const row of rows)
          for await (const { trace } of deliverRecords(
            session,
            [row],
            { detach: true, ...options },
            run,
            parts,
          ))
            counts[trace.error?.code ?? trace.status] = (counts[trace.error?.code ?? trace.status] ?? 0) + 1;
        return counts;
      };
    };

    it("say why a job is no further while it is so, and nothing of another job", async () => {
      const denied = { status: 403, type: "AccessDenied", message: "Access Denied" };
      const [settings, clock] = [config(), hurriedClock()];
      const work = oneRun(await openSession(settings, "enrich"), { clock });
      await work(letters(12), "1");
      bedrock.setFaults([{ kind: "error", operation: "PutObject", ...denied }]);
      expect(await work(letters(12), "2")).to.deep.equal({ batch_unusable: 12 });
      bedrock.setFaults([]);
      expect(await work(letters(24).slice(12), "2")).to.deep.equal({ batch_pending: 12 });
      await clock.sleep(16_000);
      expect(await work(letters(24), "2")).to.deep.equal({ batch_pending: 24 });
      expect(bill()).to.include({ jobs: 1, requests: 0 });
      await closeLedger(String(settings.ledger));
    });

    it("count for a deadline, at a row a second where nothing is known of the account's quota", async () => {
      const [settings, clock] = [config(), hurriedClock()];
      const session = await openSession(settings, "enrich");
      const minutes = (count: number) => ({ deadlineMs: count * 60_000 });
      // They want two minutes and a half, a tenth of it, five for the jobs' end, and half an hour for a job to be of use.
      const rows = letters(150);
      await oneRun(session, { clock }, minutes(60))(rows, "1");
      await clock.sleep(23.5 * 60_000);
      expect(await oneRun(session, { clock }, minutes(60))(rows, "2")).to.deep.equal({ enriched: 150 });
      expect(bill()).to.include({ billed: 150, distinct_billed: 150, jobs: 0 });
      const others = letters(230).slice(150);
      const { batch_pending = 0, enriched = 0 } = await oneRun(session, { clock }, minutes(36))(others, "3");
      expect(batch_pending + enriched).to.equal(80);
      expect(batch_pending).to.be.within(50, 58);
      await closeLedger(String(settings.ledger));
    });

    it("of a job that came to nothing are called by auto, and no others", async () => {
      const refusal = { status: 400, type: "ValidationException", message: "No." };
      const [settings, options] = [config({ delivery: "auto" }), { deadlineMs: 48 * 3_600_000 }];
      const work = oneRun(await openSession(settings, "enrich"), { clock: hurriedClock() }, options);
      await work(letters(12), "1");
      bedrock.setFaults([{ kind: "error", operation: "CreateModelInvocationJob", times: 1, ...refusal }]);
      expect(await work(letters(30).reverse(), "2")).to.deep.equal({ batch_pending: 18, enriched: 12 });
      expect(await work(letters(30), "3")).to.deep.equal({ batch_pending: 18, enriched: 12 });
      expect(bill()).to.include({ requests: 12 });
      await closeLedger(String(settings.ledger));
    });

    it("become jobs as they fill them, also while there is no place for these", async () => {
      bedrock.setAccount({ batch: { ...hours, max_jobs: 1 } });
      const settings = config();
      const limits = { recordsPerJob: 10, openJobs: 1 };
      const rows = letters(33);
      expect(await work(settings, "1", { limits, rows })).to.deep.equal({ batch_pending: 33 });
      expect((await manageJobs(settings, "list")).map(({ stage }) => stage)).to.deep.equal([
        ...["submitted", "planned", "planned", "collecting"],
      ]);
      await closeLedger(settings.ledger as string);
      for (let sync = 2; sync < 5; sync++) {
        bedrock.passTime(3600);
        await work(settings, String(sync), { limits, rows });
      }
      bedrock.passTime(3600);
      expect(await work(settings, "5", { limits, rows })).to.deep.equal({ enriched: 33 });
      expect(bill()).to.include({ billed: 33, distinct_billed: 33, requests: 3 });
    });

    it("whose host tells no run from another: rows that come again after ten minutes are of another one", async () => {
      const settings = config();
      let minutes = 0;
      const clock = { ...hurriedClock(), date: () => Date.now() + minutes * 60_000 };
      expect(await work(settings, "none", { clock })).to.deep.equal({ batch_pending: 12 });
      minutes = 9;
      await work(settings, "none", { clock });
      expect(bill().jobs).to.equal(0);
      minutes = 11;
      await work(settings, "none", { clock });
      expect(bill().jobs).to.equal(1);
    });
  });
});
