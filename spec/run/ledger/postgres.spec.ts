import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { type Invoke, isFailed } from "../../../src/core/invoke.js";
import { AwsBedrockModel, closeLedger, inspectLedger, type Summary } from "../../../src/index.js";
import { createDatabaseLedger } from "../../../src/run/ledger/postgres/database-ledger.js";
import type { SharedLedger } from "../../../src/run/ledger/shared-ledger.js";
import { record, reuse } from "../../../src/run/record-and-reuse.js";
import { runCli } from "../../cli/run-cli.js";
import { withPostgres } from "../../host/run-postgres.js";
import { startBouncer } from "../../support/bouncer.js";
import { openDatabase } from "../../support/postgres.js";
import { answerOf, failureOf, readPlainly, requestOf } from "../../support/requests.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { holdsJobs, jobEntry } from "./holds-jobs.js";

const running = new AbortController().signal;
const child = fileURLToPath(new URL("child.js", import.meta.url));

describe("a ledger in PostgreSQL", () => {
  const { folder, servers } = withPostgres(openDatabase);
  const workers: SharedLedger[] = [];
  const children: ChildProcess[] = [];
  const url = () => servers.postgres.connectionString.replace(/^postgresql:/, "postgres:");
  const worker = (): SharedLedger => {
    const ledger = createDatabaseLedger(url());
    workers.push(ledger);
    return ledger;
  };
  /** One call of a worker. */
  const invokeOf = (
    ledger: SharedLedger,
    call: Invoke,
    onUnknown: "hold" | "retry" = "hold",
    leaseMs = 60_000,
  ) => reuse(ledger, readPlainly, onUnknown, record(ledger, call, leaseMs));
  const stateOf = async (key: string) =>
    (await servers.postgres.query("SELECT state, code FROM bedrock_ledger WHERE key = $1", [key]))[0];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((ledger) => ledger.close()));
    await closeLedger(url());
  });
  after(() => {
    for (const process of children) process.kill("SIGKILL");
  });

  it("keeps batch jobs and the calls in them, for all workers", async () => {
    await holdsJobs(worker(), worker());
  });

  it("takes batch jobs into a table of before, and gives up no plan that another worker is at", async () => {
    const { query } = servers.postgres;
    await worker().hold();
    await query("ALTER TABLE bedrock_ledger DROP CONSTRAINT bedrock_ledger_state_check");
    await query(
      "ALTER TABLE bedrock_ledger ADD CONSTRAINT bedrock_ledger_state_check CHECK (state IN ('intent', 'received', 'refused', 'unknown', 'run')) NOT VALID",
    );
    const job = jobEntry("f");
    expect(await worker().appendJob(job)).to.equal(true);
    const abandoned = { ...job, step: 2, stage: "abandoned" } as const;
    expect(await worker().appendJob(abandoned, 60_000)).to.equal(false);
    expect(await worker().appendJob(abandoned, 0)).to.equal(true);
    expect(await worker().appendJob({ ...job, step: 2, stage: "planned" })).to.equal(false);
  });

  it("has the second of two workers with the same request wait for the answer and pay nothing", async () => {
    const request = requestOf("shared");
    let calls = 0;
    const call: Invoke = async () => {
      calls++;
      await delay(30);
      return answerOf('{"a":"ü\\u0000"}');
    };
    const results = await Promise.all(
      Array.from({ length: 6 }, () => invokeOf(worker(), call)(request, running)),
    );
    expect(calls).to.equal(1);
    expect(results.map((result) => (isFailed(result) ? result.error.code : result.body))).to.deep.equal(
      Array(6).fill('{"a":"ü\\u0000"}'),
    );
    expect(results.map(({ attempts }) => attempts).sort()).to.deep.equal([0, 0, 0, 0, 0, 1]);
  });

  it("lets the one that waited call, where the first was refused at no cost", async () => {
    const request = requestOf("refused");
    const refusing: Invoke = async () => failureOf("invalid_request");
    expect(await invokeOf(worker(), refusing)(request, running)).to.have.nested.property("error.code");
    expect(await stateOf(request.key)).to.deep.equal({ state: "refused", code: "invalid_request" });
    const result = await invokeOf(worker(), async () => answerOf("{}"))(request, running);
    expect(result.attempts).to.equal(1);
    expect(await stateOf(request.key)).to.deep.equal({ state: "received", code: null });
  });

  it("holds what a worker had open that died, once its lease has ended, and sends it on the user's word alone", async () => {
    const request = requestOf("dead");
    const { key, body } = request;
    const dead = worker();
    await dead.append({ state: "intent", key, at: 0, model: "m", target: "t", body }, 1);
    let calls = 0;
    const call: Invoke = async () => {
      calls++;
      return answerOf("{}");
    };
    const held = await invokeOf(worker(), call)(request, running);
    expect(isFailed(held) && held.error.code).to.equal("outcome_unknown");
    expect(await stateOf(key)).to.deep.equal({ state: "unknown", code: "outcome_unknown" });
    expect(calls).to.equal(0);
    expect(isFailed(await invokeOf(worker(), call, "retry")(request, running))).to.equal(false);
    expect(calls).to.equal(1);
  });

  it("ends the wait for another worker when it is stopped", async () => {
    const request = requestOf("stopped");
    const { key, body } = request;
    await worker().append({ state: "intent", key, at: 0, model: "m", target: "t", body }, 60_000);
    const stop = AbortSignal.timeout(20);
    const result = await invokeOf(worker(), async () => answerOf("{}"))(request, stop);
    expect(isFailed(result) && result.error.code).to.equal("stopped");
  });

  it("sends nothing that it cannot record, and records later what was answered meanwhile", async () => {
    const ledger = worker();
    expect(await ledger.refusal()).to.equal(null);
    const away = () => servers.postgres.query("ALTER TABLE bedrock_ledger RENAME TO gone");
    const back = () => servers.postgres.query("ALTER TABLE gone RENAME TO bedrock_ledger");
    const answered = requestOf("answered meanwhile");
    const result = await invokeOf(ledger, async () => {
      await away();
      return answerOf("kept");
    })(answered, running);
    expect(result).to.include({ body: "kept" });
    let calls = 0;
    const refused = await record(ledger, async () => {
      calls++;
      return answerOf("{}");
    })(requestOf("not sent"), running);
    expect(isFailed(refused) && refused.error.code).to.equal("ledger_unwritable");
    expect(calls).to.equal(0);
    await back();
    expect(await invokeOf(ledger, async () => answerOf("other"))(answered, running)).to.include({
      ...{ body: "kept", attempts: 0 },
    });
    expect(await stateOf(answered.key)).to.deep.equal({ state: "received", code: null });
  });

  it("lets no outcome that the server will not have keep another one from being recorded", async () => {
    const ledger = worker();
    const bad = requestOf("unwelcome");
    const good = requestOf("behind it");
    const rule = "unwelcome_state CHECK (key <> 'KEY' OR state = 'intent')".replace("KEY", bad.key);
    expect(await ledger.refusal()).to.equal(null);
    await servers.postgres.query(`ALTER TABLE bedrock_ledger ADD CONSTRAINT ${rule}`);
    await servers.postgres.query(
      "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P03'; END $$",
    );
    await invokeOf(ledger, async () => answerOf("1"))(bad, running);
    await invokeOf(ledger, async () => {
      await servers.postgres.query(
        "CREATE TRIGGER busy BEFORE UPDATE ON bedrock_ledger EXECUTE FUNCTION busy()",
      );
      return answerOf("2");
    })(good, running);
    await servers.postgres.query("DROP TRIGGER busy ON bedrock_ledger");
    while ((await stateOf(good.key))?.state !== "received") await delay(5);
    expect(await stateOf(bad.key)).to.include({ state: "intent" });
    await servers.postgres.query("ALTER TABLE bedrock_ledger DROP CONSTRAINT unwelcome_state");
  });

  it("goes on when the server has broken its connections", async () => {
    const ledger = worker();
    const send = (body: string) => invokeOf(ledger, async () => answerOf("{}"))(requestOf(body), running);
    expect((await send("before a break")).attempts).to.equal(1);
    await servers.postgres.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%bedrock_ledger%' AND pid <> pg_backend_pid()",
    );
    expect(await send("after a break")).to.include({ attempts: 1, body: "{}" });
  });

  const config = (changes: Record<string, unknown> = {}) =>
    localConfig(servers.bedrock.url, { ledger: url(), ...changes });
  const write = async (rows: unknown[], changes: Record<string, unknown> = {}, run = "1") =>
    (await new AwsBedrockModel().write(syncConfig(config(changes), { sync_run_id: run }), rows)).tracking;

  it("answers a repeated write, a report, a replay and a check", async () => {
    const rows = ["one", "two", "three"].map((word) => ({ text: `Postgres ${word}.` }));
    servers.bedrock.setFaults([
      { kind: "error", status: 500, type: "InternalServerException", message: "x", includes: "two" },
    ]);
    expect((await write(rows)).success).to.equal(2);
    servers.bedrock.setFaults([]);
    const before = servers.bedrock.stats().requests;
    const again = await write(rows);
    expect((again.meta.summary as Summary).reused).to.equal(2);
    expect((again.meta.summary as Summary).held).to.equal(1);
    expect(servers.bedrock.stats().requests).to.equal(before);
    const report = await inspectLedger(url());
    expect(report.path).to.equal(`postgres:///${servers.postgres.name} bedrock_ledger`);
    expect(report.received).to.be.at.least(2);
    expect(report.unknown).to.be.at.least(1);
    const replayed = await new AwsBedrockModel().replay(config(), {});
    expect(replayed.tracking.success).to.equal(1);
    expect((await write(rows)).success).to.equal(3);
    const { connection_status } = await new AwsBedrockModel().checkConnection(config());
    expect(connection_status.status).to.equal("succeeded");
  });

  it("is named as the cause where it cannot be used, without its password", async () => {
    const ledger = "postgres://me:s3cret@127.0.0.1:9/none";
    const { connection_status } = await new AwsBedrockModel().checkConnection(config({ ledger }));
    expect(connection_status.status).to.equal("failed");
    expect(connection_status.message).to.contain("postgres://127.0.0.1:9/none").and.not.contain("s3cret");
  });

  it("is counted and replayed on the command line, where no password is shown", async () => {
    const secret = url().replace("host@", "host:s3cret@");
    const config = join(folder, "config.json");
    writeFileSync(config, JSON.stringify(localConfig(servers.bedrock.url, { ledger: secret })));
    servers.bedrock.setFaults([{ kind: "reset_after", includes: "held on the command line" }]);
    const row = '{"text":"held on the command line"}\n';
    const written = await runCli(["write", "--config", config], row, { cwd: folder });
    servers.bedrock.setFaults([]);
    expect(written.code).to.equal(3);
    const report = await runCli(["ledger", secret], "", { cwd: folder });
    expect(report.stdout).to.match(/ [1-9]\d* {2}held: perhaps billed/);
    const replayed = await runCli(["replay", "--config", config], "", { cwd: folder });
    expect(replayed.code).to.equal(0);
    for (const { stdout, stderr } of [written, report, replayed])
      expect(stdout + stderr)
        .to.contain("postgres://")
        .and.not.contain("s3cret");
    const repair = await runCli(["ledger", secret, "--repair"], "", { cwd: folder });
    expect(repair.stderr).to.contain("repaired by its server");
  });

  const start = (changes: Record<string, unknown>, rows: unknown[]): ChildProcess => {
    const args = [child, JSON.stringify({ config: config(changes), rows })];
    const process = spawn(globalThis.process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(process);
    return process;
  };

  it("has four processes with the same rows pay once for each", async () => {
    const rows = Array.from({ length: 25 }, (_, id) => ({ id, text: `Four processes, mail ${id}.` }));
    const before = servers.bedrock.stats();
    const all = Array.from({ length: 4 }, () => start({ max_concurrency: 4 }, rows));
    const outputs = await Promise.all(all.map(({ stdout }) => text(stdout as NodeJS.ReadableStream)));
    for (const output of outputs)
      expect(
        output
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).status),
      ).to.deep.equal(rows.map(() => "enriched"));
    expect(servers.bedrock.stats().requests - before.requests).to.equal(25);
  });

  it("holds what a killed process had open and pays for nothing twice", async () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, text: `Killed, mail ${id}.` }));
    const before = servers.bedrock.stats();
    const victim = start({ max_concurrency: 3, request_timeout_seconds: 1 }, rows);
    while (servers.bedrock.stats().requests - before.requests < 6) await delay(2);
    victim.kill("SIGKILL");
    await once(victim, "close");
    // As if the lease had ended.
    await servers.postgres.query("UPDATE bedrock_ledger SET lease_until = now() WHERE state = 'intent'");
    const tracking = await write(rows, { request_timeout_seconds: 1 });
    const { held, enriched } = tracking.meta.summary as Summary;
    expect(held + enriched).to.equal(rows.length);
    expect(held).to.be.at.most(3);
    const { billed, distinct_billed } = servers.bedrock.stats();
    expect(billed - before.billed).to.equal(distinct_billed - before.distinct_billed);
  });

  it("holds max_rows and a ceiling of tokens over the workers that share a run's id", async () => {
    const purses = [worker(), worker()].map((ledger) => {
      const ceilings = { rows: 10, tokens: 1_000, usd: null, prices: null };
      return ledger.purse?.("a".repeat(32), ceilings, 60_000);
    });
    const worst = { rows: 1, tokens: 300, usd: 0 };
    const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => purses[i % 2]?.take(worst)));
    expect(taken.filter((result) => result === null)).to.have.length(3);
    for (const result of taken)
      if (result)
        expect(result).to.include({ reason: "the next call could pass max_tokens_total, which is 1000." });
    for (let i = 0; i < 3; i++) await purses[i % 2]?.settle(worst, { rows: 1, tokens: 10, usd: 0 });
    const [left] = await servers.postgres.query(
      "SELECT run_rows, run_tokens, run_open::int FROM bedrock_ledger WHERE state = 'run' AND key = $1",
      ["a".repeat(32)],
    );
    expect(left).to.deep.equal({ run_rows: 3, run_tokens: 30, run_open: 0 });
    expect(await purses[1]?.take({ rows: 8, tokens: 0, usd: 0 })).to.deep.equal({
      ...{ reason: "max_rows is 10.", freed: null },
    });
  });

  it("counts a run's rows from several calls of write, and begins anew with another id", async () => {
    const rows = Array.from({ length: 6 }, (_, id) => ({ text: `Ceiling, mail ${id}.` }));
    const one = await write(rows.slice(0, 3), { max_rows: 4 }, "ceiling");
    const two = await write(rows.slice(3), { max_rows: 4, log_payloads: true }, "ceiling");
    expect([one.success, two.success]).to.deep.equal([3, 1]);
    expect((two.meta.summary as Summary).errors).to.have.property("budget_reached");
    expect((await write(rows, { max_rows: 4 }, "another")).success).to.equal(6);
  });

  it("works through a transaction pooler", async function () {
    const bouncer = await startBouncer(servers.postgres);
    if (!bouncer) return this.skip();
    try {
      const ledger = `${bouncer.url}/transaction`;
      const rows = Array.from({ length: 30 }, (_, id) => ({ text: `Pooled, mail ${id}.` }));
      const changes = { ledger, max_rows: 30 };
      expect((await write(rows, changes, "pooled")).success).to.equal(30);
      expect((await write(rows, { ledger }, "pooled again")).meta.summary).to.include({ reused: 30 });
      await closeLedger(ledger);
    } finally {
      await bouncer.stop();
    }
  });

  it("can be read with plain SQL", async () => {
    await write([{ text: "Plain SQL." }]);
    const [row] = await servers.postgres.query(
      "SELECT response::jsonb -> 'output' AS output, input_tokens > 0 AS counted FROM bedrock_ledger WHERE state = 'received' AND response LIKE '{\"output\"%' LIMIT 1",
    );
    expect(row?.output).to.be.an("object");
    expect(row?.counted).to.equal(true);
  });

  it("refuses a database whose encoding has no room for every answer", async () => {
    await servers.postgres.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    const ledger = createDatabaseLedger(url().replace(servers.postgres.name, "latin"));
    workers.push(ledger);
    expect((await ledger.refusal())?.message)
      .to.contain("its encoding is LATIN1")
      .and.contain("UTF8");
  });

  it("says what is wrong where its table is another one", async () => {
    await servers.postgres.query("CREATE SCHEMA other; CREATE TABLE other.bedrock_ledger (id int)");
    const ledger = createDatabaseLedger(`${url()}&options=-c%20search_path%3Dother`);
    workers.push(ledger);
    const refused = await ledger.refusal();
    expect(refused).to.be.instanceOf(ConnectorError);
    expect(refused?.message).to.contain("is another table");
  });
});
