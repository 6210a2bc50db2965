import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import Database from "libsql";
import type { Pipeline } from "../../src/host/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig } from "../support/sync-config.js";
import { withHost } from "./run-host.js";
import { withPostgres } from "./run-postgres.js";

describe("what a sync with a table knows before the first call", () => {
  const { folder, servers, fill, sourceOf, writeBack, pipelineOf } = withPostgres(openDatabase);
  const calls = (): number => servers.bedrock.stats().requests;
  const sql = (text: string) => servers.postgres.query(text);

  /** A run on the table's state: its report or the sentence that it could not begin with, and the calls it made. */
  const runOf = async (
    table: string,
    changes: Partial<Pipeline> = {},
    settings: Record<string, unknown> = {},
  ) => {
    const before = calls();
    const warnings: string[] = [];
    const pipeline = pipelineOf(table, localConfig(servers.bedrock.url, settings), changes);
    const { report, records } = await withHost(
      join(folder, `${table}.db`),
      AwsBedrockModel,
      async (host) => ({
        report: await host
          .sync(pipeline, { onWarning: (line) => warnings.push(line) })
          .catch((error: Error) => error.message),
        records: [...host.records(pipeline.name)],
      }),
    );
    return { report, records, warnings, calls: calls() - before };
  };

  describe("refuses a run that", () => {
    const cases: Record<string, { changes: Partial<Pipeline>; says: string; ddl?: string }> = {
      "writes a field that there is not": {
        changes: { write_back: { table: "T", columns: { summary: "completin" } } },
        says: "write_back: column summary takes completin, which is neither an output column (completion, _bedrock) nor a field of the records (text); did you mean completion?",
      },
      "writes a fact that there is not": {
        changes: { write_back: { table: "T", columns: { tokens: "_bedrock.output_token" } } },
        says: "did you mean output_tokens?",
      },
      "writes an object into a number": {
        changes: { write_back: { table: "T", columns: { tokens: "_bedrock" } } },
        says: "write_back: column tokens takes _bedrock, which is object, and its type is integer",
      },
      "names a primary key that the source lacks": {
        changes: { source: { type: "postgres", table: "T", primary_key: "ide" } },
        says: "source.primary_key is ide; did you mean id?; the source has the columns id, body,",
      },
      "maps a column that the source lacks": {
        changes: { mapping: [{ from: "bdy", to: "text" }] },
        says: "mapping.from is bdy; did you mean body?",
      },
      "reads in a template a column that the source lacks": {
        changes: {
          mapping: [
            {
              from: "{% assign x = 1 %}{{ x }} {{ body }} {% if bdy %}y{% endif %}",
              to: "text",
              mapping_type: "template",
            },
          ],
        },
        says: "mapping.from reads bdy; did you mean body?; the source has",
      },
      "writes into a column that does not exist": {
        changes: { write_back: { table: "T", columns: { sumary: "completion" } } },
        says: "write_back: T cannot take the update: it has no column sumary; did you mean summary?",
      },
      "may not write": {
        ddl: "CREATE ROLE only_reads LOGIN; GRANT SELECT ON T TO only_reads",
        changes: { write_back: { table: "T", columns: { summary: "completion" } } },
        says: 'permission denied for table T (42501); as its owner: GRANT SELECT ("id"), UPDATE ("summary") ON "T" TO "only_reads"',
      },
      "updates a table that has none of the rows": {
        ddl: "CREATE TABLE T_results (id bigint PRIMARY KEY, summary text)",
        changes: { write_back: { table: "T_results", columns: { summary: "completion" } } },
        says: "write_back: none of 3 rows can be written: T_results has no row with this id, so it was not sent; write_back.mode upsert creates rows",
      },
      "has keys that the table's key cannot hold": {
        ddl: "CREATE TABLE T_keys (id uuid PRIMARY KEY, summary text)",
        changes: { write_back: { table: "T_keys", columns: { summary: "completion" } } },
        says: "write_back: none of 3 rows can be written: T_keys has no row with this id",
      },
      "inserts rows that lack a value": {
        ddl: "CREATE TABLE T_strict (id bigint PRIMARY KEY, summary text, day date NOT NULL)",
        changes: { write_back: { table: "T_strict", mode: "insert", columns: { summary: "completion" } } },
        says: "T_strict cannot take the insert: a new row needs a value for its column day, which is not among the columns",
      },
    };
    for (const [index, [what, { changes, says, ddl }]] of Object.entries(cases).entries())
      it(what, async () => {
        const table = `refused_${index}`;
        const named = <Value>(value: Value): Value =>
          JSON.parse(JSON.stringify(value).replaceAll(/\bT(?=_|\b)/g, table));
        await fill(table, 3);
        if (ddl) await sql(named(ddl));
        const { source, write_back, ...others } = named(changes);
        const connection_string = servers.postgres.connectionString.replace(
          "host@",
          ddl?.includes("ROLE") ? "only_reads@" : "host@",
        );
        const run = await runOf(table, {
          ...others,
          ...(source && { source: { ...sourceOf(table), ...source, connection_string } }),
          ...(write_back && { write_back: { ...write_back, connection_string } }),
        });
        expect(run.report).to.include(named(says));
        expect(run.calls).to.equal(0);
      });

    it("reads a file whose columns are others", async () => {
      await fill("filed", 2);
      const path = join(folder, "filed.csv");
      writeFileSync(path, "id,text\n1,One.\n2,Two.\n");
      const source = { type: "csv", path, primary_key: "id" } as const;
      const write_back = {
        ...writeBack("filed"),
        key: "id",
        connection_string: servers.postgres.connectionString,
      };
      const wrong = await runOf("filed", {
        source,
        mapping: [],
        write_back: { ...write_back, columns: { summary: "txt" } },
      });
      expect(wrong).to.include({ calls: 0 });
      expect(wrong.report).to.include("column summary takes txt, which is neither");
      expect(
        (await runOf("filed", { source: { ...source, primary_key: "key" }, mapping: [], write_back })).report,
      ).to.equal("no row has a value in key, which source.primary_key names");
      expect((await runOf("filed", { source, mapping: [], write_back })).report).to.include({ success: 2 });
    });
  });

  it("sends no row that the table cannot take, and the others", async () => {
    await fill("partly", 4);
    await sql(
      "CREATE TABLE partly_results (id bigint PRIMARY KEY, summary text); INSERT INTO partly_results VALUES (1), (2), (3)",
    );
    const into = (mode: "update" | "insert" | "upsert") => ({
      table: "partly_results",
      mode,
      columns: { summary: "completion" },
    });
    const updated = await runOf("partly", { write_back: into("update") });
    expect(updated.report).to.include({ status: "success", success: 3, failed: 1 });
    expect(updated.calls).to.equal(3);
    expect(updated.records.find(({ status }) => status === "failed")?.enriched?._bedrock).to.deep.include({
      status: "failed",
    });
    await sql("DELETE FROM partly_results WHERE id > 1");
    const inserted = await runOf("partly", { write_back: into("insert"), sync_mode: "full_refresh" });
    expect(inserted.report).to.include({ success: 3, failed: 1 });
    expect(inserted.calls).to.equal(3);
    const all = await runOf("partly", { write_back: into("upsert"), sync_mode: "full_refresh" });
    expect(all.report).to.include({ success: 4, failed: 0 });
    const [row] = await sql("SELECT count(summary)::int AS count FROM partly_results");
    expect(row).to.deep.equal({ count: 4 });
  });

  it("ends a run when five rows in a row are refused alike; what was paid for waits in the ledger", async () => {
    await fill("refusing", 60);
    await sql(`
      CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret of row %', NEW.id; END $$;
      CREATE TRIGGER refuses BEFORE UPDATE ON refusing FOR EACH ROW EXECUTE FUNCTION no()`);
    const settings = { ledger: join(folder, "refusing.jsonl") };
    const first = await runOf("refusing", { load: { threads: 2 } }, settings);
    expect(first.report).to.include({ status: "failed", success: 0 });
    const { reasons } = first.report as { reasons: Record<string, { count: number; message: string }> };
    expect(reasons.write_back_failed?.message).to.equal(
      "a trigger or function of the database refused it (P0001)",
    );
    expect(reasons.run_broken?.message).to.match(
      /^the run was ended, since rows could not be written back .*P0001/,
    );
    // Five in a row, and the one that is on its way by then.
    expect(first.calls).to.be.within(5, 6);
    await sql("DROP TRIGGER refuses ON refusing");
    const second = await runOf("refusing", {}, settings);
    expect(second.report).to.include({ status: "success", success: 60 });
    expect(first.calls + second.calls).to.equal(60);
  });

  it("keeps the state of another source, key or target apart", async () => {
    await fill("one", 2);
    await fill("other", 3);
    const asOne = { name: "one" };
    expect((await runOf("one")).report).to.include({ queued: 2 });
    await sql("CREATE TABLE elsewhere AS SELECT id, summary, outcome, tokens FROM one");
    const changed = await runOf("one", {
      source: sourceOf("other"),
      write_back: writeBack("other"),
      ...asOne,
    });
    expect(changed.report).to.include({ queued: 3, unchanged: 0 });
    expect(changed.warnings).to.deep.equal([
      "one has another source, key or target than before, so all of its rows count as new",
    ]);
    expect(changed.records).to.have.length(3);
    expect((await runOf("one", { write_back: writeBack("elsewhere") })).report).to.include({ queued: 2 });
    const back = await runOf("one", { write_back: writeBack("public.one") });
    expect(back.report).to.include({ queued: 0, unchanged: 2 });
    expect(back.records).to.have.length(2);
  });

  it("rows that left the source leave what the sync shows, and cost nothing when they come back", async () => {
    await fill("leaving", 3);
    await runOf("leaving");
    await sql(
      "CREATE TABLE left_rows AS SELECT * FROM leaving WHERE id = 2; DELETE FROM leaving WHERE id = 2",
    );
    const without = await runOf("leaving");
    expect(without.records.map(({ primary_key }) => primary_key)).to.deep.equal(["1", "3"]);
    await sql("INSERT INTO leaving SELECT * FROM left_rows");
    const again = await runOf("leaving");
    expect(again.report).to.include({ unchanged: 3, queued: 0 });
    expect(again.records).to.have.length(3);
  });

  it("ids of a file keep every digit, in the key that is written to", async () => {
    await sql("CREATE TABLE long_ids (id bigint PRIMARY KEY, summary text)");
    const path = join(folder, "long.ndjson");
    writeFileSync(
      path,
      '{"id":1234567890123456781,"text":"One."}\n{"id":1234567890123456782,"text":"Two."}\n',
    );
    const connection_string = servers.postgres.connectionString;
    const write_back = {
      table: "long_ids",
      mode: "insert",
      columns: { summary: "text" },
      connection_string,
    } as const;
    const run = await runOf("long", {
      source: { type: "ndjson", path, primary_key: "id" },
      mapping: [],
      write_back,
    });
    expect(run.report).to.include({ success: 2 });
    expect(await sql("SELECT id::text, summary FROM long_ids ORDER BY id")).to.deep.equal([
      { id: "1234567890123456781", summary: "One." },
      { id: "1234567890123456782", summary: "Two." },
    ]);
  });

  it("a NUL in a text is left out, and the report says in which column", async () => {
    await sql("CREATE TABLE with_nul (id bigint PRIMARY KEY, summary text)");
    const path = join(folder, "nul.ndjson");
    writeFileSync(path, '{"id":1,"text":"One\\u0000."}\n');
    const connection_string = servers.postgres.connectionString;
    const write_back = {
      table: "with_nul",
      mode: "upsert",
      columns: { summary: "text" },
      connection_string,
    } as const;
    const run = await runOf("nul", {
      source: { type: "ndjson", path, primary_key: "id" },
      mapping: [],
      write_back,
    });
    expect(run.report)
      .to.have.property("remarks")
      .that.deep.equals({
        text_cleaned: {
          count: 1,
          message: "summary was written without its NUL or broken characters, which PostgreSQL cannot keep",
        },
      });
    expect(await sql("SELECT summary FROM with_nul")).to.deep.equal([{ summary: "One." }]);
  });

  it("takes over a state that kept rows by their sync's name alone, and sends none of them again", async () => {
    await fill("older", 2);
    await runOf("older");
    const state = new Database(join(folder, "older.db"));
    state.exec(
      "UPDATE sync_records SET sync = 'older'; DROP TABLE syncs; ALTER TABLE sync_records DROP COLUMN seen",
    );
    state.close();
    const again = await runOf("older");
    expect(again.report).to.include({ queued: 0, unchanged: 2 });
    expect(again.records).to.have.length(2);
  });

  it("numbers that are none keep their text", async () => {
    await sql(
      "CREATE TABLE odd (id int PRIMARY KEY, n float8, summary text); INSERT INTO odd VALUES (1, 'NaN'), (2, '-Infinity')",
    );
    const run = await runOf("odd", {
      mapping: [{ from: "Is {{ n }} a number?", to: "text", mapping_type: "template" }],
      write_back: { table: "odd", columns: { summary: "text" } },
    });
    expect(run.report).to.include({ success: 2 });
    expect(await sql("SELECT summary FROM odd ORDER BY id")).to.deep.equal([
      { summary: "Is NaN a number?" },
      { summary: "Is -Infinity a number?" },
    ]);
  });
});
