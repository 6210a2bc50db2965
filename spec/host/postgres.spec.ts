import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { endLeftovers, finished, runCli, startCli } from "../cli/run-cli.js";
import { fakeConnector } from "../support/fake-connector.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig } from "../support/sync-config.js";
import { withHost } from "./run-host.js";
import { withPostgres } from "./run-postgres.js";

describe("a sync from a PostgreSQL table and back", () => {
  const { folder, servers, fill, pipelineOf } = withPostgres(openDatabase);
  after(endLeftovers);

  it("enriches the table in place, and the second run sends only what changed", async () => {
    await fill("mails", 30);
    const pipeline = pipelineOf("mails", localConfig(servers.bedrock.url));
    await withHost(join(folder, "mails.db"), AwsBedrockModel, async (host) => {
      expect(await host.sync(pipeline)).to.include({ extracted: 30, queued: 30, success: 30, calls: 30 });
      await servers.postgres.query(
        "UPDATE mails SET body = 'Changed.' WHERE id = 7; INSERT INTO mails VALUES (31, 'New.')",
      );
      expect(await host.sync(pipeline)).to.include({ extracted: 31, queued: 2, success: 2, calls: 2 });
      expect(await host.sync(pipeline)).to.include({ queued: 0, unchanged: 31, calls: 0 });
    });
    const rows = await servers.postgres.query(
      "SELECT count(*)::int AS rows, count(summary)::int AS summaries, sum(tokens)::int > 0 AS tokens FROM mails WHERE outcome ->> 'status' = 'enriched'",
    );
    expect(rows).to.deep.equal([{ rows: 31, summaries: 31, tokens: true }]);
  });

  it("hands dates over as the server writes them", async () => {
    await fill("dated", 1);
    await withHost(join(folder, "dated.db"), AwsBedrockModel, async (host) => {
      await host.sync(pipelineOf("dated", localConfig(servers.bedrock.url)));
      const [row] = host.records("dated");
      expect(row?.record).to.deep.equal({
        ...{ id: "1", body: "Mail 1 of dated: it's late.", opened: "2026-02-03", tags: ["a"] },
        ...{ summary: null, outcome: null, tokens: null },
      });
    });
  });

  it("reads a row alike in every time zone, arrays too", async () => {
    await servers.postgres.query(`
      CREATE TABLE zoned (id int PRIMARY KEY, day date, days date[], times timestamp[], moments timestamptz[],
        spans interval[], price numeric, prices numeric[], file bytea, files bytea[], counts int[], words text[]);
      INSERT INTO zoned VALUES (1, '2026-02-03', '{2026-02-03,NULL}', '{2026-02-03 10:00}', '{2026-02-03 10:00+02}',
        '{1 day}', 1.50, '{1.50}', 'abc', '{abc}', '{1,2}', '{"a, b"}')`);
    const { write_back: _, mapping: __, ...pipeline } = pipelineOf("zoned", {});
    const { connector, calls } = fakeConnector();
    const zone = process.env.TZ;
    try {
      process.env.TZ = "America/New_York";
      await withHost(join(folder, "zoned.db"), connector, (host) => host.sync(pipeline));
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    expect(calls).to.deep.equal([
      [
        {
          ...{ id: 1, day: "2026-02-03", days: ["2026-02-03", null], times: ["2026-02-03 10:00:00"] },
          ...{ moments: ["2026-02-03 08:00:00+00"], spans: ["1 day"], price: "1.50", prices: ["1.50"] },
          ...{ file: "\\x616263", files: ["\\x616263"], counts: [1, 2], words: ["a, b"] },
        },
      ],
    ]);
  });

  it("upserts into another table", async () => {
    await fill("inbox", 3);
    await servers.postgres.query("CREATE TABLE results (mail bigint PRIMARY KEY, summary text)");
    await servers.postgres.query("INSERT INTO results VALUES (2, 'old')");
    const write_back = {
      table: "public.results",
      key: "mail",
      mode: "upsert",
      columns: { summary: "completion" },
    } as const;
    await withHost(join(folder, "inbox.db"), AwsBedrockModel, (host) =>
      host.sync(pipelineOf("inbox", localConfig(servers.bedrock.url), { write_back })),
    );
    const rows = await servers.postgres.query(
      "SELECT mail FROM results WHERE summary <> 'old' ORDER BY mail",
    );
    expect(rows).to.deep.equal([{ mail: "1" }, { mail: "2" }, { mail: "3" }]);
  });

  it("fails a row that cannot be written back, keeps its values out of the log, and sends it again", async () => {
    await fill("strict", 2);
    await servers.postgres.query("ALTER TABLE strict ADD CHECK (id <> 2 OR summary IS NULL)");
    const connection = localConfig(servers.bedrock.url, { ledger: join(folder, "strict.jsonl") });
    await withHost(join(folder, "strict.db"), AwsBedrockModel, async (host) => {
      const first = await host.sync(pipelineOf("strict", connection));
      expect(first).to.include({ success: 1, failed: 1, calls: 2 });
      expect(first.reasons).to.deep.equal({
        write_back_failed: {
          count: 1,
          message: 'new row for relation "strict" violates check constraint "strict_check" (23514)',
        },
      });
      expect(await host.sync(pipelineOf("strict", connection))).to.include({
        queued: 1,
        failed: 1,
        calls: 0,
      });
    });
  });

  it("fails a row whose connector gives no enriched record to write back", async () => {
    await fill("bare", 1);
    const { connector } = fakeConnector(() => ({ type: "tracking", tracking: { success: 1, failed: 0 } }));
    await withHost(join(folder, "bare.db"), connector, async (host) => {
      const { success, failed, reasons } = await host.sync(pipelineOf("bare", {}));
      const message = "the connector gave no enriched record to write back";
      expect({ success, failed, reasons }).to.deep.equal({
        ...{ success: 0, failed: 1, reasons: { write_back_failed: { count: 1, message } } },
      });
    });
  });

  it("begins no run whose table of results lacks a column", async () => {
    await fill("narrow", 1);
    const before = servers.bedrock.stats().requests;
    const write_back = { table: "narrow", columns: { nothing: "completion" } };
    const error = await withHost(join(folder, "narrow.db"), AwsBedrockModel, (host) =>
      host.sync(pipelineOf("narrow", localConfig(servers.bedrock.url), { write_back })),
    ).catch(String);
    expect(error).to.equal(
      "Error: write_back: narrow cannot take the update: it has no column nothing (it has id, body, opened, tags, summary, outcome, tokens)",
    );
    expect(servers.bedrock.stats().requests).to.equal(before);
  });

  it("fails a run whose source breaks off, before anything is sent", async () => {
    await servers.postgres.query(`CREATE VIEW dying AS SELECT i AS id, 'Mail ' || i AS body, '' AS opened,
      CASE WHEN i > 1500 THEN pg_terminate_backend(pg_backend_pid()) END AS end FROM generate_series(1, 2000) AS i`);
    const before = servers.bedrock.stats().requests;
    const { write_back: _, ...pipeline } = pipelineOf("dying", localConfig(servers.bedrock.url));
    const error = await withHost(join(folder, "dying.db"), AwsBedrockModel, (host) =>
      host.sync(pipeline),
    ).catch(String);
    expect(error).to.match(/terminat/);
    expect(servers.bedrock.stats().requests).to.equal(before);
  });

  it("killed in mid-run and started again costs no second call", async () => {
    await fill("killed", 60);
    const [pipeline, connection] = [join(folder, "pipeline.json"), join(folder, "connection.json")];
    const config = localConfig(servers.bedrock.url, { ledger: join(folder, "killed.jsonl") });
    writeFileSync(connection, JSON.stringify({ ...config, secret_access_key: "$" + "{SECRET}" }));
    const file = pipelineOf("killed", {}, { state: join(folder, "killed.db"), load: { threads: 4 } });
    const { source, destination } = file;
    writeFileSync(
      pipeline,
      JSON.stringify({
        ...file,
        source: { ...source, connection_string: "$" + "{DATABASE_URL}" },
        destination: { ...destination, connection },
      }),
    );
    const env = { DATABASE_URL: servers.postgres.connectionString, SECRET: String(config.secret_access_key) };
    const before = servers.bedrock.stats();
    const child = startCli(["sync", "--pipeline", pipeline], { env });
    const ended = finished(child);
    while (servers.bedrock.stats().requests - before.requests < 20 && child.exitCode === null) await delay(1);
    child.kill("SIGKILL");
    await ended;
    const killedAfter = servers.bedrock.stats().requests - before.requests;
    const { code, messages, stderr } = await runCli(["sync", "--pipeline", pipeline], "", { env });
    const after = servers.bedrock.stats();

    const [report] = messages();
    expect(killedAfter).to.be.within(20, 40);
    expect(after.billed - before.billed, "paid for twice").to.equal(
      after.distinct_billed - before.distinct_billed,
    );
    expect(report.success + report.failed + report.unchanged, stderr).to.equal(60);
    expect(report.unchanged, stderr).to.be.above(0);
    // At most the calls that the kill left open, whose outcome nobody knows.
    expect(report.failed).to.be.at.most(4);
    expect(code).to.equal(report.failed > 0 ? 3 : 0);
    const [row] = await servers.postgres.query("SELECT count(summary)::int AS summaries FROM killed");
    expect(row).to.deep.equal({ summaries: 60 - report.failed });
  });
});
