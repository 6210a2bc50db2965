import { copyFileSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { deliverRecords } from "../../src/batch/deliver.js";
import type { DeliverOptions } from "../../src/batch/delivery.js";
import type { Moment } from "../../src/batch/door.js";
import { openSession } from "../../src/enrich/session.js";
import { type BatchJob, closeLedger, manageJobs } from "../../src/index.js";
import type { Fault, LocalAccount } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { batchConfig, createBucket, few, hurriedClock, letters } from "./batches.js";

type Counts = Readonly<Record<string, number>>;

/** One way through the table of the room's README: what befalls a job of 12 rows, and what holds then. */
interface Cell {
  readonly what: string;
  readonly account?: LocalAccount;
  readonly auto?: true;
  /** What befalls the first process, which does not wait, and where it is gone; how far its clock is ahead, in milliseconds. */
  readonly first?: readonly Fault[];
  readonly gone?: Moment;
  readonly ahead?: number;
  /** The ledger is put back to what it was at that moment. */
  readonly copied?: Moment;
  /** What befalls a second process, so much later; in whose account, and what it is told. */
  readonly second?: readonly Fault[];
  readonly later?: number;
  readonly served?: number;
  readonly other?: LocalAccount;
  readonly options?: DeliverOptions;
  readonly stops?: true;
  /** The stage of the job by then, what is said of it, and what became of the rows. */
  readonly stage: BatchJob["stage"];
  readonly says?: RegExp;
  readonly rows?: Counts;
  /** What becomes of the rows when nothing befalls them any more; all are enriched where nothing is said. */
  readonly last?: Counts;
}

const error = (operation: string, status: number, type: string): Fault => ({
  ...{ kind: "error", operation, status, type, message: "It is so" },
});
const denied = (operation: string): Fault => error(operation, 403, "AccessDeniedException");
const throttled = (operation: string): Fault => error(operation, 429, "ThrottlingException");
const lost = (operation: string): Fault => ({ kind: "reset_after", operation });
const body = (operation: string, text: string): Fault => ({ kind: "body", operation, body: text });
const page = (operation: string): Fault => body(operation, "<html>Sign in</html>");

const put = "PutObject";
const look = "ListModelInvocationJobs";
const create = "CreateModelInvocationJob";
const get = "GetModelInvocationJob";
const stop = "StopModelInvocationJob";
const read = "ListObjectsV2";

const lagging = body(look, '{"invocationJobSummaries":[]}');
const noObjects = body(read, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
const gone = error(get, 404, "ResourceNotFoundException");

/** Limits are of no interest here. */
const noQuotas = ["ListServiceQuotas"];
const minute = 60_000;
const day = 24 * 60 * minute;
const waits = { not_sent: 12 };
const enriched = { enriched: 12 };
const held = { held: 12 };
const hours = (count: number) => ({ ...few, seconds: { InProgress: count * 3600 } });
const conflicts: LocalAccount = { batch: { ...hours(1), token_repeats: "conflict" } };
const silent: LocalAccount = { batch: { ...hours(1), token_repeats: "no_arn" } };

const cells: readonly Cell[] = [
  { what: "planned, put: refused", first: [denied(put)], stage: "planned", says: /s3:PutObject/ },
  { what: "planned, put: refused, auto", auto: true, first: [denied(put)], stage: "refused", rows: enriched },
  { what: "planned, look: refused", first: [denied(look)], stage: "planned", says: /bedrock:ListModel/ },
  { what: "planned, look: passing", first: [throttled(look)], stage: "planned", says: /429/ },
  { what: "planned, look: lost", first: [lost(look)], stage: "planned" },
  { what: "planned, look: odd", first: [page(look)], stage: "planned" },
  { what: "planned, look: there (a ledger put back)", copied: "looked", second: [], stage: "submitted" },
  {
    what: "planned, no time for it",
    first: [throttled(look)],
    second: [],
    options: { deadlineMs: minute },
    stage: "refused",
    rows: enriched,
  },

  { what: "creating, create: made", stage: "submitted" },
  {
    what: "creating, create: refused",
    first: [error(create, 400, "ValidationException")],
    stage: "refused",
    says: /400/,
  },
  { what: "creating, create: denied", first: [denied(create)], stage: "refused", says: /iam:PassRole/ },
  {
    what: "creating, create: refused, auto",
    auto: true,
    first: [denied(create)],
    stage: "refused",
    rows: enriched,
  },
  { what: "creating, create: throttled", first: [throttled(create)], stage: "planned", says: /429/ },
  {
    what: "creating, create: no place",
    first: [error(create, 400, "ServiceQuotaExceededException")],
    stage: "planned",
    says: /It is so/,
  },
  { what: "creating, create: lost, made", first: [lost(create), lagging], stage: "creating" },
  {
    what: "creating, create: lost, not made",
    first: [{ kind: "reset_before", operation: create }],
    stage: "creating",
  },
  {
    what: "creating, create: 500",
    first: [error(create, 500, "InternalServerException")],
    stage: "creating",
  },
  {
    what: "creating, create: 503",
    first: [error(create, 503, "ServiceUnavailableException")],
    stage: "creating",
  },
  { what: "creating, create: odd", first: [page(create), lagging], stage: "creating" },
  {
    what: "creating, create: known, ARN unsaid (a ledger put back, a list that lags)",
    account: silent,
    copied: "looked",
    second: [lagging],
    stage: "submitted",
  },
  {
    what: "creating, create: known, refused (a ledger put back, a list that lags)",
    account: conflicts,
    copied: "looked",
    second: [lagging],
    stage: "submitted",
  },

  { what: "creating, look: there", gone: "created", second: [], stage: "submitted" },
  { what: "creating, look: absent, early", gone: "created", second: [lagging], stage: "creating" },
  {
    what: "creating, look: absent, late, made",
    account: conflicts,
    gone: "created",
    second: [lagging],
    later: 10 * minute,
    stage: "submitted",
  },
  {
    what: "creating, look: absent, late, not made",
    gone: "marked",
    second: [],
    later: 10 * minute,
    stage: "submitted",
  },
  {
    what: "creating, look: absent, late, then refused",
    gone: "marked",
    second: [error(create, 400, "ValidationException")],
    later: 10 * minute,
    stage: "refused",
  },
  {
    what: "creating, look: refused",
    gone: "created",
    second: [denied(look)],
    later: day,
    stage: "creating",
    says: /bedrock:ListModel/,
  },
  {
    what: "creating, look: passing",
    gone: "created",
    second: [throttled(look)],
    later: day,
    stage: "creating",
  },
  { what: "creating, look: lost", gone: "created", second: [lost(look)], later: day, stage: "creating" },
  { what: "creating, look: odd", gone: "created", second: [page(look)], later: day, stage: "creating" },
  {
    what: "creating, look: absent, by another account",
    gone: "created",
    second: [lagging],
    later: day,
    other: { id: "999999999999" },
    stage: "creating",
    says: /account 123456789012/,
  },
  {
    what: "creating, marked by a clock a day ahead",
    gone: "created",
    ahead: day,
    second: [lagging],
    stage: "creating",
  },
  {
    what: "creating, marked by a clock a day behind",
    account: conflicts,
    gone: "created",
    ahead: -day,
    second: [lagging],
    stage: "submitted",
  },
  {
    what: "creating, no time for it",
    gone: "created",
    second: [lagging],
    options: { deadlineMs: minute },
    stage: "creating",
  },
  { what: "creating, batch stop", gone: "created", second: [], stops: true, stage: "refused" },

  { what: "submitted, get: refused", second: [denied(get)], stage: "submitted", says: /bedrock:GetModel/ },
  { what: "submitted, get: passing", second: [throttled(get)], stage: "submitted", says: /429/ },
  { what: "submitted, get: lost", second: [lost(get)], stage: "submitted" },
  { what: "submitted, get: odd", second: [page(get)], stage: "submitted" },
  {
    what: "submitted, get: gone, its results there",
    served: 3600,
    second: [gone],
    stage: "settled",
    rows: enriched,
  },
  { what: "submitted, get: gone, no results", second: [gone], stage: "submitted", says: /no such job/ },
  {
    what: "submitted, get: gone, two days later",
    second: [gone],
    later: 3 * day,
    stage: "settled",
    rows: held,
    last: held,
  },
  { what: "submitted, get: gone, batch stop", second: [gone], stops: true, stage: "settled", last: held },
  {
    what: "submitted, stop: refused",
    second: [denied(stop)],
    options: { deadlineMs: minute },
    stage: "submitted",
    says: /bedrock:StopModel/,
  },
  {
    what: "submitted, stop: lost",
    second: [lost(stop)],
    options: { deadlineMs: minute },
    auto: true,
    stage: "submitted",
  },
  {
    what: "submitted, read: refused",
    served: 3600,
    second: [denied(read)],
    stage: "submitted",
    says: /s3:ListBucket/,
  },
  { what: "submitted, read: whole", served: 3600, second: [], stage: "settled", rows: enriched },
  {
    what: "submitted, read: partly",
    served: 3600,
    second: [noObjects],
    stage: "settled",
    rows: held,
    last: held,
  },
  {
    what: "submitted, read: untouched",
    account: { batch: { ...few, end: "Expired" } },
    second: [],
    stage: "refused",
  },
];

describe("a job, by its stage, what was asked for it, what came of that, and who comes back", () => {
  const bedrock = useBedrock();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-moves-"));
    await createBucket(bedrock);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [index, cell] of cells.entries())
    it(`${cell.what}: ${cell.stage}`, async () => {
      const { account = { batch: hours(1) }, auto, gone, copied, second, later = 0, stops } = cell;
      const settings = batchConfig(bedrock, join(folder, `${index}.jsonl`), auto && { delivery: "auto" });
      const rows = letters(12).map((row) => ({ ...row, text: `${index}: ${row.text}` }));
      const copy = join(folder, `${index}.copy`);
      let session: Awaited<ReturnType<typeof openSession>> | undefined;
      let job: BatchJob | undefined;
      const onBatch: DeliverOptions["onBatch"] = ({ jobs }) => {
        job = jobs[0];
      };
      const run = async (ahead: number, options: DeliverOptions, at?: (moment: Moment) => void) => {
        const counts: Record<string, number> = {};
        const parts = { clock: hurriedClock(ahead), limits: { leastRecords: 10 }, ...(at && { at }) };
        session ??= await openSession(settings, "enrich");
        try {
          const run = deliverRecords(session, rows, { ...options, onBatch }, undefined, parts);
          for await (const { trace } of run) counts[trace.status] = (counts[trace.status] ?? 0) + 1;
          return counts;
        } catch (error) {
          expect(error).to.have.property("message", "gone");
          return {};
        }
      };
      /** The process goes away, and another one comes. */
      const end = async (): Promise<void> => {
        session = undefined;
        await closeLedger(String(settings.ledger));
      };
      const before = bedrock.stats();
      bedrock.setAccount({ ...account, denied: noQuotas });
      bedrock.setFaults(cell.first ?? []);
      let counts: Counts = await run(cell.ahead ?? 0, { detach: true }, (moment) => {
        if (moment === gone) throw new Error("gone");
        if (moment === copied) copyFileSync(String(settings.ledger), copy);
      });
      if (gone ?? copied ?? stops) await end();
      if (second) {
        bedrock.setFaults(second);
        bedrock.passTime(cell.served ?? 0);
        if (cell.other) bedrock.setAccount({ ...account, ...cell.other, denied: noQuotas });
        if (copied) await copyFile(copy, String(settings.ledger));
        if (stops) {
          [job] = await manageJobs(settings, "stop");
          await end();
        } else counts = await run(later, { detach: true, ...cell.options });
      }
      expect(job?.stage).to.equal(cell.stage);
      if (cell.says) expect(job?.message).to.match(cell.says);
      if (!stops) expect(counts).to.deep.equal(cell.rows ?? waits);
      bedrock.setFaults([]);
      bedrock.setAccount({ batch: few, denied: noQuotas });
      bedrock.passTime(3600);
      expect(await run(later, {})).to.deep.equal(cell.last ?? enriched);
      await end();
      const { billed, distinct_billed } = bedrock.stats();
      expect(billed - before.billed, "paid for").to.equal(distinct_billed - before.distinct_billed);
    });

  it("that is known by its token alone is looked for until it is shown, and `batch stop` loses none of it", async () => {
    bedrock.setAccount({ ...conflicts, denied: noQuotas });
    const settings = batchConfig(bedrock, join(folder, "token.jsonl"));
    const rows = letters(12).map((row) => ({ ...row, text: `token: ${row.text}` }));
    const run = async (later: number, options: DeliverOptions = {}) => {
      const parts = { clock: hurriedClock(later), limits: { leastRecords: 10 } };
      const counts: Record<string, number> = {};
      const outcomes = deliverRecords(await openSession(settings, "enrich"), rows, options, undefined, parts);
      for await (const { trace } of outcomes) counts[trace.status] = (counts[trace.status] ?? 0) + 1;
      await closeLedger(String(settings.ledger));
      return counts;
    };
    const before = bedrock.stats().billed;
    bedrock.setFaults([lost(create), lagging]);
    expect(await run(0, { detach: true })).to.deep.equal(waits);
    bedrock.setFaults([lagging]);
    expect(await run(10 * minute, { detach: true })).to.deep.equal(waits);
    expect(await run(11 * minute, { detach: true })).to.deep.equal(waits);
    const said = await manageJobs(settings, "stop").catch((error: Error) => error.message);
    expect(said).to.match(/does not list it yet/);
    const [job] = await manageJobs(settings, "list");
    expect(job?.stage).to.equal("submitted");
    bedrock.setFaults([{ ...lagging, times: 3 }]);
    bedrock.passTime(3600);
    expect(await run(12 * minute)).to.deep.equal(enriched);
    expect(bedrock.stats().billed - before).to.equal(12);
  });
});
