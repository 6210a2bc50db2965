import { join } from "node:path";
import { expect } from "chai";
import type { Pipeline } from "../../src/host/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig } from "../support/sync-config.js";
import { withHost } from "./run-host.js";
import { withPostgres } from "./run-postgres.js";

describe("columns that a sync writes back", () => {
  const { folder, servers, fill, sourceOf, writeBack, pipelineOf } = withPostgres(openDatabase);

  const again: Record<string, (table: string) => Promise<Partial<Pipeline>>> = {
    "the table is named with its schema": async (table) => ({ write_back: writeBack(`public.${table}`) }),
    "the table is reached by another URL": async (table) => ({
      write_back: {
        ...writeBack(table),
        connection_string: `${servers.postgres.connectionString}&application_name=write_back`,
      },
    }),
    "a view over the table is read": async (table) => {
      await servers.postgres.query(`CREATE VIEW ${table}_view AS SELECT * FROM ${table}`);
      return { source: sourceOf(`${table}_view`) };
    },
    "a table is read that it inherits": async (table) => {
      await servers.postgres.query(
        `CREATE TABLE ${table}_all (LIKE ${table}); ALTER TABLE ${table} INHERIT ${table}_all`,
      );
      return { source: sourceOf(`${table}_all`) };
    },
  };
  for (const [index, [how, changesOf]] of Object.entries(again).entries())
    it(`sends nothing twice when ${how}`, async () => {
      const table = `again_${index}`;
      await fill(table, 3);
      const pipeline = pipelineOf(table, localConfig(servers.bedrock.url), await changesOf(table));
      await withHost(join(folder, `${table}.db`), AwsBedrockModel, async (host) => {
        expect(await host.sync(pipeline)).to.include({ queued: 3, success: 3, calls: 3 });
        expect(await host.sync(pipeline)).to.include({ queued: 0, unchanged: 3, calls: 0 });
      });
    });

  it("sees that a column has changed whose namesake in another table is written", async () => {
    await fill("own", 2);
    await servers.postgres.query("CREATE TABLE own_results (id bigint PRIMARY KEY, summary text)");
    const write_back = {
      ...{ table: "own_results", mode: "upsert" as const },
      columns: { summary: "completion" },
    };
    const pipeline = pipelineOf("own", localConfig(servers.bedrock.url), { write_back });
    await withHost(join(folder, "own.db"), AwsBedrockModel, async (host) => {
      await host.sync(pipeline);
      await servers.postgres.query("UPDATE own SET summary = 'My own.' WHERE id = 2");
      expect(await host.sync(pipeline)).to.include({ queued: 1, unchanged: 1, success: 1 });
    });
  });

  it("rewrites a column in place, once", async () => {
    await fill("rewritten", 2);
    const write_back = { table: "rewritten", columns: { body: "completion" } };
    const pipeline = pipelineOf("rewritten", localConfig(servers.bedrock.url), { write_back });
    await withHost(join(folder, "rewritten.db"), AwsBedrockModel, async (host) => {
      expect(await host.sync(pipeline)).to.include({ queued: 2, success: 2 });
      expect(await host.sync(pipeline)).to.include({ queued: 0, unchanged: 2 });
      const [row] = host.records("rewritten");
      expect(row?.record).to.have.property("body", "Mail 1 of rewritten: it's late.");
    });
    const rows = await servers.postgres.query("SELECT id FROM rewritten WHERE body LIKE 'Mail %'");
    expect(rows).to.deep.equal([]);
  });
});
