import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { identify } from "../../src/tables/identify.js";
import { openTable } from "../../src/tables/open-table.js";
import { readTable } from "../../src/tables/read-table.js";
import { type Bouncer, startBouncer } from "../support/bouncer.js";
import { type Server, startPostgres } from "../support/postgres.js";

const ca = fileURLToPath(new URL("../../fixtures/tls/authority.pem", import.meta.url));

describe("ways to a PostgreSQL server", () => {
  let server: Server;
  before(async function () {
    const started = await startPostgres({ tls: true });
    if (typeof started === "string") return this.skip();
    server = started;
    await server.query(`
      CREATE TABLE rows (id int PRIMARY KEY, day date, word text);
      INSERT INTO rows SELECT i, '2026-02-03' FROM generate_series(1, 2500) AS i`);
  });
  after(() => server?.stop());

  describe("sslmode, as psql understands it", () => {
    /** How a connection came about: with TLS or without, or why not. */
    const connect = async (query: string, host = "localhost"): Promise<string> => {
      const url = `postgresql://host@${host}:${server.port}/postgres?${query}&application_name=${++number}`;
      const rows = readTable(url, "pg_stat_ssl_now", ["ssl"]);
      try {
        const { value } = await rows.next();
        return value.ssl ? "TLS" : "plain";
      } catch (error) {
        return (error as Error).message;
      } finally {
        await rows.return(undefined);
      }
    };
    let number = 0;
    before(() =>
      server?.query(
        "CREATE VIEW pg_stat_ssl_now AS SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
      ),
    );

    const ways: readonly (readonly [query: string, outcome: string | RegExp, host?: string])[] = [
      ["", "TLS"],
      ["sslmode=prefer", "TLS"],
      ["sslmode=allow", "plain"],
      ["sslmode=disable", "plain"],
      ["sslmode=require", "TLS"],
      ["ssl=true", "TLS"],
      ["sslmode=require&channel_binding=prefer", "TLS"],
      [`sslmode=require&sslrootcert=${ca}`, "TLS", "127.0.0.2"],
      [`sslmode=verify-ca&sslrootcert=${ca}`, "TLS", "127.0.0.2"],
      [`sslmode=verify-full&sslrootcert=${ca}`, "TLS"],
      [`sslmode=verify-full&sslrootcert=${ca}`, /sslmode=verify-ca/, "127.0.0.2"],
      ["sslmode=verify-full", /name its CA by sslrootcert=FILE in the URL/],
      ["sslmode=verify-ca&sslrootcert=/nowhere.pem", /sslrootcert: cannot read \/nowhere\.pem: no such file/],
      [
        "sslmode=on",
        /sslmode is "on"; it must be one of disable, allow, prefer, require, verify-ca, verify-full/,
      ],
    ];
    for (const [query, outcome, host] of ways)
      it(`${query.replace(ca, "ca.pem") || "nothing said"}${host ? ` to ${host}` : ""}: ${outcome}`, async () => {
        const came = await connect(query, host);
        if (typeof outcome === "string") expect(came).to.equal(outcome);
        else expect(came).to.match(outcome);
      });
  });

  it("a URL that is none is told without what stands in it", async () => {
    for (const url of [
      "postgresql://me:ge#heim@db/x",
      "host=db password=geheim",
      "mysql://geheim@db/x",
      "postgresql://me:a/geheim@db",
    ]) {
      const said = await identify(url, "rows").catch(String);
      expect(said, url)
        .to.match(/^Error: rows: the connection string is no URL such as postgresql:/)
        .and.not.include("geheim");
    }
  });

  it("a connection that breaks between two rows is replaced", async () => {
    const url = server.connectionString;
    const table = await openTable({
      url,
      table: "rows",
      key: "id",
      columns: { word: "word" },
      mode: "update",
    });
    await table.put(1, { word: "before" });
    await server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE \"rows\"%'",
    );
    expect(await table.put(1, { word: "after" })).to.deep.equal({ cleaned: [] });
    await table.close();
  });

  describe("through PgBouncer", () => {
    let bouncer: Bouncer | null = null;
    const urls: Record<string, string> = {};

    before(async function () {
      bouncer = await startBouncer(server);
      if (!bouncer) return this.skip();
      for (const mode of ["transaction", "statement"]) urls[mode] = `${bouncer.url}/${mode}`;
    });
    after(() => bouncer?.stop());

    it("in transaction mode rows are read and written, many at once", async () => {
      const url = urls.transaction;
      let read = 0;
      for await (const { day } of readTable(url, "rows")) if (day === "2026-02-03") read++;
      expect(read).to.equal(2500);
      const columns = { word: "word", day: "day" };
      const table = await openTable({ url, table: "rows", key: "id", columns, mode: "upsert" });
      const results = await Promise.all(
        Array.from({ length: 60 }, (_, id) => table.put(id, { word: `word ${id}`, day: "2026-03-04" })),
      );
      await table.close();
      expect(results).to.deep.equal(results.map(() => ({ cleaned: [] })));
      const [row] = await server.query("SELECT count(*)::int AS count FROM rows WHERE word = 'word ' || id");
      expect(row).to.deep.equal({ count: 60 });
    });

    it("which has no TLS here, none is wanted but where it has to be", async () => {
      expect(await identify(`${urls.transaction}?sslmode=prefer`, "rows"))
        .to.have.property("columns")
        .with.length(3);
      expect(await identify(`${urls.transaction}?sslmode=require`, "rows").catch(String)).to.match(
        /does not support SSL/,
      );
    });

    it("in statement mode what needs a transaction says what to set", async () => {
      const advice = /set the pooler's pool_mode to transaction/;
      const url = urls.statement;
      expect(await readTable(url, "rows").next().catch(String)).to.match(advice);
      const target = { url, table: "rows", key: "id", mode: "upsert" as const };
      expect(await openTable({ ...target, columns: { day: "day" } }).catch(String)).to.match(advice);
      const table = await openTable({ ...target, columns: { word: "word" } });
      expect(await table.put(7, { word: "seven" })).to.deep.equal({ cleaned: [] });
      await table.close();
    });
  });
});
