import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { deliverRecords } from "../../src/batch/deliver.js";
import type { Moment } from "../../src/batch/door.js";
import type { Clock } from "../../src/core/clock.js";
import { ConnectorError } from "../../src/core/errors.js";
import { compilePlan } from "../../src/enrich/plan.js";
import { createSession } from "../../src/enrich/session.js";
import { createDatabaseLedger } from "../../src/run/ledger/postgres/database-ledger.js";
import { openPool } from "../../src/tables/pool.js";
import { withPostgres } from "../host/run-postgres.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { openDatabase } from "../support/postgres.js";
import { batchConfig, createBucket, hurriedClock, letters } from "./batches.js";

describe("workers that share a ledger in PostgreSQL and have the same rows in batch jobs", () => {
  const { servers } = withPostgres(openDatabase);
  const bedrock = useFreshBedrock({ account: { batch: { min_records: 10 } } });
  beforeEach(() => createBucket(bedrock));

  const rows = letters(60);
  const work = async (
    at: (moment: Moment) => void = () => undefined,
    given: {
      clock?: Clock;
      rows?: Iterable<unknown> | AsyncIterable<unknown>;
      connect?: typeof openPool;
    } = {},
  ) => {
    const url = servers.postgres.connectionString.replace(/^postgresql:/, "postgres:");
    const { clock = hurriedClock(), connect } = given;
    const ledger = createDatabaseLedger(url, connect && { connect, clock });
    const plan = compilePlan(batchConfig(bedrock, url), "enrich");
    if (plan instanceof ConnectorError) throw plan;
    const parts = { clock, limits: { leastRecords: 10 }, at };
    const counts: Record<string, number> = {};
    const session = createSession(plan, ledger);
    try {
      for await (const { trace } of deliverRecords(session, given.rows ?? rows, {}, undefined, parts))
        counts[trace.status] = (counts[trace.status] ?? 0) + 1;
    } finally {
      await ledger.close();
    }
    return counts;
  };

  it("at the same time: each row is in one job and is paid for once", async () => {
    const all = await Promise.all([work(), work(), work()]);
    for (const counts of all) expect(counts).to.deep.equal({ enriched: 60 });
    const { bill, billed, distinct_billed, requests } = bedrock.stats();
    // A row that is in nobody's job, since two came to it at once, goes on line.
    expect([billed, distinct_billed, (bill.batch?.calls ?? 0) + requests]).to.deep.equal([60, 60, 60]);
  });

  it("one of which refuses some: the next worker tells of it without a call, and the one after sends them again", async () => {
    await servers.postgres.query("TRUNCATE bedrock_ledger");
    const refusal = { kind: "record_error" as const, status: 400, message: "Malformed." };
    bedrock.setAccount({ batch: { min_records: 10, faults: [{ ...refusal, includes: "Letter 5:" }] } });
    const gone = await work((moment) => {
      if (moment === "settled") throw new Error("gone");
    }).catch((error: Error) => error.message);
    expect(gone).to.equal("gone");
    expect(await work()).to.deep.equal({ enriched: 59, failed: 1 });
    expect(bedrock.stats()).to.include({ requests: 0, billed: 59 });
    expect(await work()).to.deep.equal({ enriched: 60 });
    expect(bedrock.stats()).to.include({ requests: 1, billed: 60 });
  });

  it("one after another, the first of which goes away with its job planned", async () => {
    await servers.postgres.query("TRUNCATE bedrock_ledger");
    const gone = await work(() => {
      throw new Error("gone");
    }).catch((error: Error) => error.message);
    expect(gone).to.equal("gone");
    await servers.postgres.query("UPDATE bedrock_ledger SET at = at - interval '1 hour' WHERE state = 'job'");
    expect(await work()).to.deep.equal({ enriched: 60 });
    expect(bedrock.stats()).to.include({ billed: 60, distinct_billed: 60, requests: 0 });
  });

  it("one of which has slow rows: its plan is not taken for dead by the other", async () => {
    const { query } = servers.postgres;
    await query("TRUNCATE bedrock_ledger");
    let renew = (): void => undefined;
    const clock: Clock = {
      ...hurriedClock(),
      after(_ms, task) {
        renew = task;
      },
    };
    const idle = async (): Promise<number> => {
      const [row] = await query(
        "SELECT count(*)::int AS idle FROM bedrock_ledger WHERE at < now() - interval '1 minute'",
      );
      return Number(row?.idle);
    };
    const slow = {
      async *[Symbol.asyncIterator]() {
        yield* rows.slice(0, 30);
        if (bedrock.stats().control_plane.CreateModelInvocationJob) return yield* rows.slice(30);
        await query("UPDATE bedrock_ledger SET at = at - interval '1 hour' WHERE state = 'job'");
        renew();
        while ((await idle()) > 0) await delay(1);
        await work(undefined, { rows: letters(80).slice(60) });
        yield* rows.slice(30);
      },
    };
    expect(await work(undefined, { clock, rows: slow })).to.deep.equal({ enriched: 60 });
    expect(bedrock.stats()).to.include({ billed: 80, distinct_billed: 80, requests: 0 });
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(2);
  });

  it("whose server is away for minutes while a job is waited for", async () => {
    await servers.postgres.query("TRUNCATE bedrock_ledger");
    let [isAway, refused] = [false, 0];
    const connect: typeof openPool = async (...given) => {
      const pool = await openPool(...given);
      const ask = pool.query.bind(pool) as (asked: unknown) => Promise<unknown>;
      const query = async (asked: unknown) => {
        if (!isAway || ++refused > 40) return ask(asked);
        throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
      };
      return Object.assign(pool, { query });
    };
    const at = (moment: Moment): void => {
      isAway ||= moment === "submitted";
    };
    expect(await work(at, { connect })).to.deep.equal({ enriched: 60 });
    expect(refused).to.be.above(40);
    expect(bedrock.stats()).to.include({ billed: 60, distinct_billed: 60, requests: 0 });
  });

  it("and get a host's rows one by one: they go into one job over its syncs, whichever worker has them", async () => {
    await servers.postgres.query("TRUNCATE bedrock_ledger");
    bedrock.setAccount({ batch: { min_records: 10, seconds: { InProgress: 3600 } } });
    const url = servers.postgres.connectionString.replace(/^postgresql:/, "postgres:");
    const sync = async (run: string): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      const worker = async (part: readonly unknown[]): Promise<void> => {
        const ledger = createDatabaseLedger(url);
        const plan = compilePlan(batchConfig(bedrock, url), "enrich");
        if (plan instanceof ConnectorError) throw plan;
        const session = createSession(plan, ledger);
        const parts = { clock: hurriedClock(), limits: { leastRecords: 10 } };
        const one = async (row: unknown): Promise<void> => {
          for await (const { trace } of deliverRecords(session, [row], { detach: true }, run, parts)) {
            const fate = trace.error?.code ?? trace.status;
            counts[fate] = (counts[fate] ?? 0) + 1;
          }
        };
        await Promise.all(part.map(one));
        await ledger.close();
      };
      await Promise.all([worker(rows.slice(0, 30)), worker(rows.slice(30))]);
      return counts;
    };
    expect(await sync("1")).to.deep.equal({ batch_pending: 60 });
    expect(await sync("2")).to.deep.equal({ batch_pending: 60 });
    bedrock.passTime(3600);
    expect(await sync("3")).to.deep.equal({ enriched: 60 });
    const { billed, distinct_billed, requests, control_plane } = bedrock.stats();
    expect([billed, distinct_billed, requests]).to.deep.equal([60, 60, 0]);
    // Two where both workers began one at the same moment.
    expect(control_plane.CreateModelInvocationJob).to.be.within(1, 2);
  });
});
