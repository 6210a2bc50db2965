import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ExactNumber } from "../../src/core/exact-number.js";
import { AwsBedrockModel } from "../../src/index.js";
import { runProgram } from "../cli/run-cli.js";
import { withPostgres } from "../host/run-postgres.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("a table that takes the enriched rows", () => {
  const { folder, servers } = withPostgres(openDatabase);
  const connector = new AwsBedrockModel();

  const configOf = (table: string, changes: Record<string, unknown> = {}) =>
    localConfig(servers.bedrock.url, {
      write_back_url: servers.postgres.connectionString,
      write_back_table: table,
      write_back_key: "id",
      ...changes,
    });
  const make = (table: string, columns = "id bigint PRIMARY KEY, completion text") =>
    servers.postgres.query(`CREATE TABLE ${table} (${columns})`);
  const rowsOf = (table: string) => servers.postgres.query(`SELECT * FROM ${table} ORDER BY 1`);
  const calls = (): number => servers.bedrock.stats().requests;
  const write = async (config: unknown, records: unknown[], run = "1") =>
    (await connector.write(syncConfig(config, { sync_run_id: run }), records)).tracking;
  const records = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: String(index + 1), text: `Mail ${index + 1}.` }));

  it("gets a row for each record, over the row that is there, from many threads by one pool", async () => {
    await make("mails");
    await servers.postgres.query("INSERT INTO mails VALUES (2, 'old')");
    const answers = await Promise.all(records(40).map((record) => write(configOf("mails"), [record])));
    expect(answers.map(({ success }) => success)).to.deep.equal(answers.map(() => 1));
    const given = answers.map(({ meta }) => meta.records?.[0]?.completion);
    const rows = await rowsOf("mails");
    expect(rows).to.deep.equal(given.map((completion, index) => ({ id: String(index + 1), completion })));
    const [used] = await servers.postgres.query(
      "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE query LIKE 'INSERT INTO \"mails\"%'",
    );
    expect(used?.connections).to.be.within(1, 10);
  });

  it("takes the columns that are named, from the record, its answer and its facts", async () => {
    await make("named", "mail text PRIMARY KEY, said text, tokens int, facts jsonb, subject text");
    const columns = {
      mail: "id",
      said: "completion",
      tokens: "_bedrock.output_tokens",
      facts: "_bedrock",
      subject: "head",
    };
    const config = configOf("named", {
      write_back_key: "mail",
      write_back_columns: JSON.stringify(columns),
      undouble_apostrophes: true,
    });
    const { success } = await write(config, [{ id: "O''Brien", head: "It''s", text: "A." }]);
    expect(success).to.equal(1);
    const [row] = await rowsOf("named");
    expect(row).to.include({ mail: "O'Brien", subject: "It's" });
    expect(row?.tokens).to.be.above(0);
    expect(row?.facts).to.have.property("status", "enriched");
  });

  it("refuses a record without its key or a field of the table before it is sent", async () => {
    await make("keyless", "id int PRIMARY KEY, completion text, head text");
    const before = calls();
    const config = configOf("keyless", { write_back_columns: { completion: "completion", head: "head" } });
    const { meta } = await write(config, [
      { text: "A." },
      { id: null, head: "h", text: "A." },
      { id: 1, text: "A." },
    ]);
    const messages = meta.records?.map(
      ({ _bedrock }) => (_bedrock as { error: { message: string } }).error.message,
    );
    expect(messages?.map((message) => message.split(". ").slice(1).join(". "))).to.deep.equal([
      "write_back_columns and write_back_key need id.",
      "id, by which write_back_table knows the row, has no value.",
      "write_back_columns and write_back_key need head.",
    ]);
    expect(calls()).to.equal(before);
  });

  it("takes ids of 64 bits by every digit, texts without their NUL, and no row that had nothing to work on", async () => {
    await make("ids", "id bigint PRIMARY KEY, completion text, text text");
    const config = configOf("ids", { write_back_columns: { completion: "completion", text: "text" } });
    const id = new ExactNumber("1234567890123456781");
    const { success, meta, logs } = await write(config, [
      { id, text: "A.\0" },
      { id: 2, text: " " },
    ]);
    expect(success).to.equal(2);
    const remark = "written to text without its NUL or broken characters, which PostgreSQL cannot keep";
    expect(meta.records?.[0]?._bedrock).to.deep.include({ status: "enriched", remarks: [remark] });
    expect(logs?.[0]?.message).to.include(remark);
    const rows = (await rowsOf("ids")).map(({ id, text }) => ({ id, text }));
    expect(rows).to.deep.equal([{ id: "1234567890123456781", text: "A." }]);
  });

  it("publishes the key and the fields that it takes as columns of the stream", async () => {
    const config = configOf("any", {
      write_back_columns: { mail: "head", completion: "completion" },
      write_back_url: "*****",
    });
    const { catalog } = await connector.discover(config);
    expect(Object.keys(catalog.streams[0]?.json_schema.properties as object)).to.have.members([
      "text",
      "id",
      "head",
    ]);
  });

  it("keeps the answer of a row that it refuses in the ledger, and writes it without a call once it is mended", async () => {
    await make("strict", "id int PRIMARY KEY, completion varchar(5)");
    const config = configOf("strict", { ledger: join(folder, "strict.jsonl") });
    const before = calls();
    const first = await write(config, records(1));
    expect(first).to.include({ success: 0, failed: 1 });
    const [record] = first.meta.records ?? [];
    expect(record?.completion, "the answer").to.be.a("string");
    expect(record?._bedrock).to.include({ status: "failed", billed: "yes" });
    expect(first.logs?.[0]?.message).to.match(
      /column completion takes at most 5 characters \(character varying\(5\)\), and the value has \d+\. It waits in the ledger: mend the table and send the row again, which writes it without a call\./,
    );
    expect(first.logs?.[0]?.message).to.not.include(String(record?.completion));
    await servers.postgres.query("ALTER TABLE strict ALTER completion TYPE text");
    expect(await write(config, records(1), "2")).to.include({ success: 1 });
    expect(calls() - before).to.equal(1);
    expect(await rowsOf("strict")).to.deep.equal([{ id: 1, completion: record?.completion }]);
  });

  it("is left by a command that has ended, with no connection open", async () => {
    await make("commanded");
    const config = join(folder, "commanded.json");
    writeFileSync(config, JSON.stringify(configOf("commanded", { ledger: join(folder, "commanded.jsonl") })));
    const input = records(3)
      .map((record) => JSON.stringify(record))
      .join("\n");
    const { code, stderr } = await runProgram(["write", "--config", config], input, { cwd: folder });
    expect(code, stderr).to.equal(0);
    expect(await rowsOf("commanded")).to.have.length(3);
    // The server takes a moment to see that a client has gone; a pool that stays would be seen for ever.
    const open = async () => {
      const [left] = await servers.postgres.query(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE query LIKE '%\"commanded\"%' AND pid <> pg_backend_pid()",
      );
      return (left as { count: number }).count;
    };
    while ((await open()) > 0);
  });

  it("ends the run after five equal refusals, so that no more is paid for", async () => {
    await make("checked", "id int PRIMARY KEY, completion text CHECK (completion = '')");
    const before = calls();
    const config = configOf("checked", { max_concurrency: "1" });
    const { meta } = await write(config, records(40));
    // Those in a row, and the rows that are on their way by then: one call and ten that write.
    expect(calls() - before).to.be.within(5, 16);
    expect(meta.summary.errors.run_broken?.message).to.match(/checked_completion_check/);
    expect(meta.summary.not_sent).to.be.at.least(24);
  });

  const unusable: Record<string, { table?: string; changes?: Record<string, unknown>; says: RegExp }> = {
    "no table": { says: /there is no table none in the database database_/ },
    "no column": {
      table: "id int PRIMARY KEY, completions text",
      says: /it has no column completion; did you mean completions\?/,
    },
    "no unique key": {
      table: "id int, completion text",
      says: /42P10\); upsert needs a unique index on the key column alone/,
    },
    "a column that a new row needs": {
      table: "id int PRIMARY KEY, completion text, day date NOT NULL",
      says: /a new row needs a value for its column day/,
    },
    "a generated column": {
      table: "id int PRIMARY KEY, completion text GENERATED ALWAYS AS ('x') STORED",
      says: /its column completion is generated/,
    },
  };
  for (const [index, [what, { table, changes, says }]] of Object.entries(unusable).entries())
    it(`is looked at before any call: ${what}`, async () => {
      const name = table ? `unusable_${index}` : "none";
      if (table) await make(name, table);
      const config = configOf(name, changes);
      const before = calls();
      const { status, message } = (await connector.checkConnection(config)).connection_status;
      expect(status).to.equal("failed");
      expect(message).to.match(says);
      const { meta } = await write(config, records(2));
      expect(meta.summary).to.include({ not_sent: 2 });
      expect(meta.summary.errors.write_back_unusable?.message).to.match(says);
      expect(calls()).to.equal(before);
    });

  it("says which right is missing, and what gives it", async () => {
    await make("guarded");
    await servers.postgres.query("CREATE ROLE reader LOGIN; GRANT SELECT ON guarded TO reader");
    const url = servers.postgres.connectionString.replace("host@", "reader@");
    const { message } = (await connector.checkConnection(configOf("guarded", { write_back_url: url })))
      .connection_status;
    expect(message).to.include(
      'permission denied for table guarded (42501); as its owner: GRANT SELECT ("id"), UPDATE ("completion"), INSERT ("id", "completion") ON "guarded" TO "reader"',
    );
    await servers.postgres.query(
      'GRANT SELECT ("id"), UPDATE ("completion"), INSERT ("id", "completion") ON "guarded" TO "reader"',
    );
    const again = (await connector.checkConnection(configOf("guarded", { write_back_url: url })))
      .connection_status;
    expect(again.status).to.equal("succeeded");
    expect(again.message).to.include(
      "Enriched rows are written to guarded by id: completion; without a ledger,",
    );
  });

  it("says that nobody answers, without the URL", async () => {
    const url = "postgresql://someone:geheim@127.0.0.1:1/db?sslmode=disable";
    const { message } = (await connector.checkConnection(configOf("x", { write_back_url: url })))
      .connection_status;
    expect(message)
      .to.match(/x: cannot connect: .*ECONNREFUSED/)
      .and.not.include("geheim");
  });

  it("names settings that are missing, and facts that there are not", async () => {
    const { write_back_url: _, ...config } = configOf("x", {
      write_back_columns: { a: "_bedrock.output_token" },
    });
    const { message } = (await connector.checkConnection(config)).connection_status;
    expect(message).to.include("write_back_url is required with write_back_table");
    expect(message).to.include(
      "write_back_columns takes _bedrock.output_token, which there is not; did you mean _bedrock.output_tokens?",
    );
  });
});
