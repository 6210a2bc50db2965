import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { deliverRecords } from "../../src/batch/deliver.js";
import type { DeliverOptions } from "../../src/batch/delivery.js";
import type { Moment } from "../../src/batch/door.js";
import type { BatchLimits } from "../../src/batch/limits.js";
import type { BatchJob } from "../../src/batch/view.js";
import { openSession } from "../../src/enrich/session.js";
import { closeLedger } from "../../src/index.js";
import { startCli } from "../cli/run-cli.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { batchConfig, createBucket, few, hurriedClock, letters, objectsOf } from "./batches.js";

describe("one job and one bill, whatever happens on the way", () => {
  const bedrock = useFreshBedrock({ account: { batch: few } });
  let folder: string;
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-once-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const rows = letters(12);
  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes);
  /** Statuses of the rows, from a process of its own: nothing but the file is there of one before. */
  const run = async (
    settings: ReturnType<typeof config>,
    options: DeliverOptions & {
      at?: (moment: Moment) => void;
      limits?: Partial<BatchLimits>;
      rows?: Iterable<unknown> | AsyncIterable<unknown>;
      /** Of a process that goes on. */
      beside?: true;
    } = {},
  ): Promise<Record<string, number>> => {
    const session = await openSession(settings, "enrich");
    const { at = () => undefined } = options;
    const counts: Record<string, number> = {};
    try {
      for await (const { trace } of deliverRecords(session, options.rows ?? rows, options, undefined, {
        clock: hurriedClock(),
        limits: { leastRecords: 10, ...options.limits },
        at,
      }))
        counts[trace.status] = (counts[trace.status] ?? 0) + 1;
    } finally {
      if (!options.beside) await closeLedger(String(settings.ledger));
    }
    return counts;
  };
  const isPaidOnce = async (): Promise<void> => {
    const { bill, billed, distinct_billed, requests, control_plane } = bedrock.stats();
    expect(requests).to.equal(0);
    expect([billed, distinct_billed, bill.batch?.calls]).to.deep.equal([12, 12, 12]);
    expect(control_plane.CreateModelInvocationJob).to.equal(1);
    const inputs = [...(await objectsOf(bedrock)).keys()].filter((key) => key.endsWith(".jsonl"));
    expect(inputs).to.have.length(1);
  };

  const moments: readonly Moment[] = [
    "planning",
    "planned",
    "written",
    "uploaded",
    "looked",
    "marked",
    "created",
    "submitted",
    "ended",
    "read",
    "settled",
  ];
  for (const moment of moments)
    it(`a process that is gone once a job is "${moment}"`, async () => {
      const settings = config();
      let stopped = 0;
      const at = (now: Moment): void => {
        if (now === moment && stopped++ === 0) throw new Error("gone");
      };
      const gone = await run(settings, { at }).catch((error: Error) => error.message);
      expect(gone).to.equal("gone");
      expect(await run(settings)).to.deep.equal({ enriched: 12 });
      await isPaidOnce();
    });

  it("a process that is gone before a job's refusals are all read: what the job did not come to is free", async () => {
    const faults = [
      { kind: "record_error", status: 400, message: "Malformed input.", includes: "Letter 3:" } as const,
    ];
    bedrock.setAccount({ batch: { ...few, faults, end: "PartiallyCompleted", end_after: 8 } });
    const settings = config();
    const at = (now: Moment): void => {
      if (now === "read") throw new Error("gone");
    };
    await run(settings, { at }).catch((error: Error) => error.message);
    expect(await run(settings)).to.deep.equal({ enriched: 7, failed: 1, not_sent: 4 });
    expect(bedrock.stats()).to.include({ requests: 0, billed: 7 });
  });

  it("rows that a job refused are refused again on line, and do not end the run that comes again", async () => {
    const refusal = { status: 400, message: "Malformed input.", includes: "Letter 1" };
    bedrock.setAccount({ batch: { ...few, faults: [{ ...refusal, kind: "record_error" }] } });
    bedrock.setFaults([{ ...refusal, kind: "error", type: "ValidationException" }]);
    const settings = config();
    const many = letters(20);
    expect(await run(settings, { rows: many })).to.deep.equal({ enriched: 9, failed: 11 });
    expect(await run(settings, { rows: many, limits: { leastRecords: 12 } })).to.deep.equal({
      ...{ enriched: 9, failed: 11 },
    });
    expect(bedrock.stats()).to.include({ billed: 9, distinct_billed: 9 });
  });

  it("a part that a process leaves behind has no name: nothing of it stays on the disk", async () => {
    const usual = process.env.TMPDIR;
    process.env.TMPDIR = await mkdtemp(join(folder, "tmp-"));
    const names: string[] = [];
    const at = (moment: Moment): void => {
      if (moment === "written") names.push(...readdirSync(tmpdir(), { recursive: true, encoding: "utf8" }));
    };
    try {
      expect(await run(config(), { at })).to.deep.equal({ enriched: 12 });
      expect(names.join()).to.match(/^bedrock-model-batch-\w+$/);
    } finally {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    }
  });

  it("a job that came to a part of its records only: the answers stay, and the rest is free to go again", async () => {
    bedrock.setAccount({ batch: { ...few, end: "PartiallyCompleted", end_after: 8 } });
    const settings = config();
    expect(await run(settings)).to.deep.equal({ enriched: 8, not_sent: 4 });
    expect(await run(settings)).to.deep.equal({ enriched: 12 });
    const { billed, distinct_billed, bill } = bedrock.stats();
    expect([billed, distinct_billed, bill.batch?.calls]).to.deep.equal([12, 12, 8]);
  });

  it("rows of several jobs of several files, for which there is one place at a time", async () => {
    bedrock.setAccount({ batch: { min_records: 4, max_records: 5, max_jobs: 1 } });
    const limits = { leastRecords: 2, recordsPerJob: 4, recordsPerFile: 3, openJobs: 1 };
    expect(await run(config(), { limits })).to.deep.equal({ enriched: 12 });
    const { control_plane, billed, distinct_billed, requests } = bedrock.stats();
    expect([control_plane.CreateModelInvocationJob, requests, billed, distinct_billed]).to.deep.equal([
      ...[3, 0, 12, 12],
    ]);
    const inputs = [...(await objectsOf(bedrock)).entries()].filter(([key]) => key.endsWith(".jsonl"));
    expect(inputs.map(([, text]) => text.trim().split("\n").length)).to.deep.equal([3, 1, 3, 1, 3, 1]);
  });

  it("a line that is missing where the job says that it worked on it: the call is held, not sent again", async () => {
    bedrock.setAccount({ batch: { ...few, faults: [{ kind: "missing", includes: "Letter 3:" }] } });
    const settings = config();
    const seen: (readonly string[])[] = [];
    const onBatch: NonNullable<DeliverOptions["onBatch"]> = ({ jobs }) => seen.push(jobs[0]?.remarks ?? []);
    expect(await run(settings, { onBatch })).to.deep.equal({ enriched: 11, held: 1 });
    expect(seen.at(-1)?.[0]).to.equal("the service says that it worked on 12 records, and its output has 11");
    expect(await run(settings)).to.deep.equal({ enriched: 11, held: 1 });
    expect(bedrock.stats()).to.include({ requests: 0, billed: 12 });
  });

  it("a line that is there twice hides none that is missing, and counts once", async () => {
    const missing = { kind: "missing", includes: "Letter 3:" } as const;
    bedrock.setAccount({ batch: { ...few, faults: [missing, { kind: "repeated", includes: "Letter 5:" }] } });
    const settings = config({ delivery: "auto" });
    const seen: BatchJob[] = [];
    const onBatch: NonNullable<DeliverOptions["onBatch"]> = ({ jobs }) => seen.push(...jobs);
    expect(await run(settings, { onBatch })).to.deep.equal({ enriched: 11, held: 1 });
    expect(seen.at(-1)).to.include({ processed: 12, answered: 11, unknown: 1, unprocessed: 0 });
    expect(seen.at(-1)?.remarks?.slice(0, 2)).to.deep.equal([
      "the service says that it worked on 12 records, and its output has 11",
      "lines of the output that repeat a record: 1",
    ]);
    expect(bedrock.stats()).to.include({ requests: 0, billed: 12 });
  });

  it("a job that was seen at work, failed, and has no output and no numbers: its calls are held", async () => {
    bedrock.setAccount({ batch: { ...few, end: "Failed", end_after: 7, seconds: { InProgress: 100 } } });
    const settings = config();
    await run(settings, { detach: true });
    bedrock.passTime(40);
    await run(settings, { detach: true });
    bedrock.passTime(60);
    bedrock.setFaults([
      {
        ...{ kind: "body", operation: "ListObjectsV2" },
        body: "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
      },
    ]);
    expect(await run(settings)).to.deep.equal({ held: 12 });
    expect(await run(settings)).to.deep.equal({ held: 12 });
    expect(bedrock.stats()).to.include({ requests: 0, billed: 7 });
  });

  for (const kind of ["reset_before", "reset_after"] as const)
    for (const token_repeats of ["same_job", "no_arn"] as const)
      it(`a job whose making ends without a reply: ${kind}, and a token that comes again has ${token_repeats}`, async () => {
        bedrock.setAccount({ batch: { ...few, token_repeats } });
        bedrock.setFaults([{ kind, operation: "CreateModelInvocationJob", times: 1 }]);
        expect(await run(config())).to.deep.equal({ enriched: 12 });
        await isPaidOnce();
      });

  it("a job that the list does not show yet, and a token that comes again without its ARN", async () => {
    bedrock.setAccount({ batch: { ...few, token_repeats: "no_arn" } });
    bedrock.setFaults([
      { kind: "reset_after", operation: "CreateModelInvocationJob", times: 1 },
      { kind: "body", body: '{"invocationJobSummaries":[]}', operation: "ListModelInvocationJobs", times: 3 },
    ]);
    expect(await run(config())).to.deep.equal({ enriched: 12 });
    expect(bedrock.stats().bill.batch?.calls).to.equal(12);
  });

  it("throttles and lost replies of every operation", async () => {
    bedrock.setFaults(
      ["CreateModelInvocationJob", "ListModelInvocationJobs", "GetModelInvocationJob"].flatMap(
        (operation) => [
          {
            kind: "error",
            status: 429,
            type: "ThrottlingException",
            message: "Slow down.",
            operation,
            times: 1,
          } as const,
          {
            kind: "error",
            status: 500,
            type: "InternalServerException",
            message: "Oh.",
            operation,
            times: 1,
          } as const,
        ],
      ),
    );
    expect(await run(config())).to.deep.equal({ enriched: 12 });
    expect(bedrock.stats().bill.batch?.calls).to.equal(12);
  });

  it("a machine without a place for the files of a job: the rows wait, and are told why", async () => {
    const settings = config();
    const { TMPDIR } = process.env;
    const seen: (string | undefined)[] = [];
    const onBatch: NonNullable<DeliverOptions["onBatch"]> = ({ jobs }) => seen.push(jobs[0]?.message);
    process.env.TMPDIR = join(folder, "nowhere");
    try {
      expect(await run(settings, { onBatch })).to.deep.equal({ not_sent: 12 });
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
    expect(seen.at(-1)).to.match(/could not be put into S3: ENOENT/);
    expect(await run(settings)).to.deep.equal({ enriched: 12 });
    await isPaidOnce();
  });

  it("two runs of a process, one of which has slow rows: a call is in one job", async () => {
    const settings = config();
    let faster: Promise<unknown> | undefined;
    const slow = {
      async *[Symbol.asyncIterator]() {
        yield* letters(5);
        faster ??= run(settings, { beside: true });
        await faster;
        yield* letters(20).slice(5);
      },
    };
    expect(await run(settings, { rows: slow })).to.deep.equal({ enriched: 20 });
    expect(bedrock.stats()).to.include({ billed: 20, distinct_billed: 20 });
  });

  it("a place for no more jobs is waited for", async () => {
    bedrock.setFaults([
      {
        ...{ kind: "error", status: 400, type: "ServiceQuotaExceededException", message: "Too many jobs." },
        ...{ operation: "CreateModelInvocationJob", times: 2 },
      },
    ]);
    expect(await run(config())).to.deep.equal({ enriched: 12 });
    await isPaidOnce();
  });

  it("a process that is killed while its job is at work, and another that comes back", async () => {
    bedrock.setAccount({ batch: { seconds: { InProgress: 3600 } } });
    const settings = config();
    // The command line plans by the service's own minimum.
    const rows = letters(100);
    const [input, file] = [join(folder, "rows.ndjson"), join(folder, "config.json")];
    await writeFile(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await writeFile(file, JSON.stringify(settings));
    const output = join(folder, "killed.ndjson");
    const child = startCli(["write", "--config", file, "--input", input, "--output", output]);
    const ended = once(child, "close");
    while (!bedrock.stats().control_plane.GetModelInvocationJob) await delay(5);
    child.kill("SIGKILL");
    await ended;
    bedrock.passTime(3600);
    expect(await run(settings)).to.deep.equal({ enriched: 12 });
    expect(bedrock.stats().bill.batch?.calls).to.equal(100);
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(1);
  });
});
