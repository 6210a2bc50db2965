import { expect } from "chai";
import { parseExact, writeJson } from "../../src/core/exact-json.js";
import { ExactNumber } from "../../src/core/exact-number.js";
import { openTable } from "../../src/tables/open-table.js";
import { isRefused } from "../../src/tables/put-row.js";
import { readTable } from "../../src/tables/read-table.js";
import { type Database, openDatabase } from "../support/postgres.js";

describe("values in PostgreSQL's columns", () => {
  let server: Database;
  before(async function () {
    const started = await openDatabase();
    if (typeof started === "string") return this.skip();
    server = started;
    await server.query(`
      ALTER ROLE host SET timezone = 'America/New_York'; ALTER ROLE host SET datestyle = 'SQL, DMY';
      CREATE EXTENSION IF NOT EXISTS citext; CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE DOMAIN short AS varchar(5); CREATE DOMAIN shorter AS short CHECK (value <> 'never')`);
  });
  after(() => server?.stop());

  let number = 0;
  /** Writes a value into a column of a type; the server's own text of what is there then, or why it was refused. */
  const put = async (type: string, value: unknown): Promise<string | null> => {
    const table = `values_${++number}`;
    await server.query(`CREATE TABLE ${table} (id int PRIMARY KEY, cell ${type})`);
    const target = { url: server.connectionString, table, key: "id", columns: { cell: "value" } };
    const open = await openTable({ ...target, mode: "upsert" });
    try {
      const result = await open.put(1, { value });
      if (isRefused(result)) return `refused: ${result.sentence}`;
      const [row] = await server.query(`SELECT cell::text FROM ${table}`);
      return `${result.cleaned.length > 0 ? "cleaned: " : ""}${row?.cell}`;
    } finally {
      await open.close();
    }
  };

  const cases: readonly (readonly [type: string, value: unknown, stored: string])[] = [
    ["text[]", ["a", "b, c", 'd"e', null, ""], '{a,"b, c","d\\"e",NULL,""}'],
    ["text[]", [], "{}"],
    [
      "int[]",
      [
        [1, 2],
        [3, 4],
      ],
      "{{1,2},{3,4}}",
    ],
    ["text[]", '["a","b"]', "{a,b}"],
    ["text[]", "{a,b}", "{a,b}"],
    ["mood[]", ["good"], "{good}"],
    ["jsonb[]", [{ a: 1 }, [2], "x", null], '{"{\\"a\\": 1}",[2],"\\"x\\"",NULL}'],
    ["text[]", "one, two", "refused: column cell takes a list (text[]), not a text"],
    ["text[]", 5, "refused: column cell takes a list (text[]), not a number"],
    ["jsonb", "plain text", '"plain text"'],
    ["jsonb", "42", '"42"'],
    ["jsonb", '{"a": [1, 2]}', '{"a": [1, 2]}'],
    ["jsonb", { a: "x\0y", "k\0": 1 }, 'cleaned: {"a": "xy", "k": 1}'],
    ["jsonb", '{"a":"x\\u0000y\\\\u0000"}', 'cleaned: {"a": "xy\\\\u0000"}'],
    ["jsonb", ["half \ud800"], 'cleaned: ["half \ufffd"]'],
    ["json", true, "true"],
    ["jsonb", parseExact('{"id":1234567890123456781,"n":1.0}'), '{"n": 1.0, "id": 1234567890123456781}'],
    ["bigint", new ExactNumber("1234567890123456781"), "1234567890123456781"],
    ["numeric[]", "[1.0, 1e2]", "{1.0,100}"],
    ["text", "x\0y", "cleaned: xy"],
    ["text", { a: 1 }, '{"a":1}'],
    ["text", ["a"], '["a"]'],
    ["citext", "Ab", "Ab"],
    ["mood", "good", "good"],
    ["mood", "meh", "refused: column cell takes one of good, bad (mood), and the value is none of them"],
    ["varchar(5)", "héllo", "héllo"],
    ["varchar(5)", "🌊🌊🌊🌊🌊", "🌊🌊🌊🌊🌊"],
    [
      "varchar(5)",
      "hello!",
      "refused: column cell takes at most 5 characters (character varying(5)), and the value has 6",
    ],
    [
      "char(3)",
      "abcd",
      "refused: column cell takes at most 3 characters (character(3)), and the value has 4",
    ],
    ["shorter", "hello!", "refused: column cell takes at most 5 characters (shorter), and the value has 6"],
    [
      "shorter",
      "never",
      'refused: column cell (shorter): value for domain shorter violates check constraint "shorter_check" (23514)',
    ],
    ["int", "12", "12"],
    ["int", "twelve", "refused: column cell (integer): a value is not of its column's type (22P02)"],
    ["int", 1.5, "refused: column cell (integer): a value is not of its column's type (22P02)"],
    ["int", { a: 1 }, "refused: column cell takes integer, not an object"],
    ["smallint", 70_000, "refused: column cell (smallint): a number is out of its column's range (22003)"],
    ["bigint", "1234567890123456789", "1234567890123456789"],
    ["numeric", 1e21, "1000000000000000000000"],
    ["numeric", "1234567890.1234567890123", "1234567890.1234567890123"],
    ["numeric", "NaN", "NaN"],
    ["float8", Number.NaN, "NaN"],
    ["float8", "-Infinity", "-Infinity"],
    ["float8", 0.1, "0.1"],
    ["boolean", true, "true"],
    ["boolean", "maybe", "refused: column cell (boolean): a value is not of its column's type (22P02)"],
    ["timestamptz", "2026-02-03 10:00", "2026-02-03 10:00:00+00"],
    ["timestamptz", "2026-02-03T10:00:00.123456+02:00", "2026-02-03 08:00:00.123456+00"],
    ["date", "02/03/2026", "2026-02-03"],
    ["date", "soon", "refused: column cell (date): a value is no date or time (22007)"],
    ["uuid", "no-uuid", "refused: column cell (uuid): a value is not of its column's type (22P02)"],
    ["text", null, "null"],
    [
      "text NOT NULL DEFAULT 'x'",
      null,
      'refused: null value in column "cell" of relation "T" violates not-null constraint (23502)',
    ],
  ];
  for (const [type, value, stored] of cases)
    it(`${type} takes ${JSON.stringify(value) ?? "nothing"} as ${stored}`, async () => {
      expect((await put(type, value))?.replace(`"values_${number}"`, '"T"')).to.equal(stored);
    });

  it("are read as they are, whatever the role is set to", async () => {
    await server.query(`
      ALTER ROLE host SET bytea_output = 'escape'; ALTER ROLE host SET intervalstyle = 'iso_8601';
      CREATE TABLE source (id bigint, mood mood, moods mood[], name citext, names citext[], price numeric, odd float8,
        odds float4[], flag bool, flags bool[], doc jsonb, docs jsonb[], nothing jsonb, moment timestamptz, spans interval[], file bytea,
        spot point, bounds int[], uuids uuid[], shorts shorter[], boxes box[]);
      INSERT INTO source VALUES (1234567890123456789, 'good', '{good,bad}', 'Ab', '{Ab}', 1.50, 'NaN', '{-Infinity,1.5,NULL}',
        true, '{t,f}', '{"a": [1, null, 1234567890123456781]}', ARRAY['{"a": 1}'::jsonb], 'null', '2026-02-03 10:00+02', '{1 day}', 'abc', '(1,2)', '[0:1]={5,6}',
        '{7c9e6679-7425-40de-944b-e07fc1f90ae7}', '{"a\\"b",NULL}', '{(1,1),(0,0)}')`);
    const rows = [];
    for await (const row of readTable(server.connectionString, "source"))
      rows.push({ ...row, doc: writeJson(row.doc) });
    expect(rows).to.deep.equal([
      {
        ...{ id: "1234567890123456789", mood: "good", moods: ["good", "bad"], name: "Ab", names: ["Ab"] },
        ...{ price: "1.50", odd: "NaN", odds: ["-Infinity", 1.5, null], flag: true, flags: [true, false] },
        ...{
          doc: '{"a":[1,null,1234567890123456781]}',
          docs: [{ a: 1 }],
          nothing: null,
          moment: "2026-02-03 08:00:00+00",
        },
        ...{ spans: ["1 day"], file: "\\x616263", spot: "(1,2)", bounds: [5, 6] },
        ...{ uuids: ["7c9e6679-7425-40de-944b-e07fc1f90ae7"], shorts: ['a"b', null], boxes: "{(1,1),(0,0)}" },
      },
    ]);
  });

  it("a source that cannot be read says so in the server's words", async () => {
    const first = readTable(server.connectionString, "nowhere").next();
    expect(await first.catch(String)).to.equal(
      'Error: cannot read nowhere: relation "nowhere" does not exist (42P01)',
    );
  });
});
