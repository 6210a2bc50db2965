import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { exampleRow } from "../../src/cli/commands/example-row.js";
import { AwsBedrockModel } from "../../src/index.js";
import { openOutput } from "../../src/rows/open-output.js";
import { createWritableRow } from "../../src/rows/writable-row.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("output", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cli-output-"));
  });
  after(() => rm(folder, { recursive: true }));

  const good = { status: "enriched", model: "m", attempts: 1, request_id: null, error: null };
  const bad = {
    status: "failed",
    model: "m",
    attempts: 0,
    request_id: null,
    error: { code: "missing_column", message: "no text", retryable: false },
  };
  const stray = {
    value: "not json",
    completion: null,
    _bedrock: { ...bad, error: { ...bad.error, code: "not_an_object" } },
  };

  const written = async (
    name: string,
    rows: Record<string, unknown>[],
    example?: Record<string, unknown>,
  ) => {
    const path = join(folder, name);
    const warnings: string[] = [];
    const sink = await openOutput(
      path,
      createWritableRow((line) => warnings.push(line)),
    );
    for (const row of rows) await sink.write(row);
    await sink.end(example);
    return { text: await readFile(path, "utf8"), loss: sink.loss(), warnings };
  };
  const table = (text: string, delimiter = ","): Record<string, string>[] =>
    parse(text, { columns: true, delimiter });

  it("writes one JSON object a line, also for an ending it does not know", async () => {
    const rows = [{ id: 1, text: "two\nlines" }, { id: 2 }];
    const lines = '{"id":1,"text":"two\\nlines"}\n{"id":2}\n';
    expect((await written("rows.ndjson", rows)).text).to.equal(lines);
    expect((await written("rows.out", rows)).text).to.equal(lines);
  });

  it("writes a JSON array, also an empty one", async () => {
    const rows = [{ id: 1 }, { id: 2, nested: { a: [1] } }];
    expect(JSON.parse((await written("rows.json", rows)).text)).to.deep.equal(rows);
    expect(JSON.parse((await written("none.json", [])).text)).to.deep.equal([]);
  });

  it("keeps rows on disk as they come", async () => {
    const path = join(folder, "live.ndjson");
    const sink = await openOutput(path, createWritableRow(expect.fail));
    await sink.write({ id: 1 });
    expect(await readFile(path, "utf8")).to.equal('{"id":1}\n');
    await sink.end();
  });

  for (const [ending, delimiter] of [
    ["csv", ","],
    ["tsv", "\t"],
  ] as const) {
    it(`gives every text back from ${ending}`, async () => {
      const texts = [
        'a "quote"',
        "two\nlines",
        "cr\rlf\r\n",
        "a, b;\tc",
        "  outer  ",
        "東京 👩‍👩‍👧",
        "",
        "=1+1",
      ];
      const { text } = await written(
        `texts.${ending}`,
        texts.map((value, id) => ({ id, text: value, _bedrock: good })),
      );
      expect(table(text, delimiter).map((row) => row.text)).to.deep.equal(texts);
    });
  }

  it("flattens _bedrock into the same columns for good and bad rows, and nests the rest as JSON", async () => {
    const { text, loss } = await written("rows.csv", [
      { id: 1, tags: ["a", { b: 1 }], ok: true, completion: "yes", _bedrock: good },
      { id: 2, tags: null, ok: false, completion: null, _bedrock: bad },
    ]);
    expect(text.split("\n")[0]).to.equal(
      "id,tags,ok,completion,_bedrock.status,_bedrock.model,_bedrock.attempts,_bedrock.request_id," +
        "_bedrock.error.code,_bedrock.error.message,_bedrock.error.retryable",
    );
    const [first, second] = table(text);
    expect(first).to.include({
      tags: '["a",{"b":1}]',
      ok: "true",
      completion: "yes",
      "_bedrock.error.code": "",
    });
    expect(second).to.include({ tags: "", completion: "", "_bedrock.error.code": "missing_column" });
    expect(second).to.include({ "_bedrock.error.retryable": "false", "_bedrock.status": "failed" });
    expect(loss).to.equal(undefined);
  });

  it("takes the header from the first row that was an object, and loses none before it", async () => {
    const { text, loss } = await written("stray.csv", [stray, { id: 1, completion: "yes", _bedrock: good }]);
    const rows = table(text);
    expect(rows.map((row) => row.id)).to.deep.equal(["", "1"]);
    expect(rows[0]).to.include({ value: "not json", "_bedrock.error.code": "not_an_object" });
    expect(loss).to.equal(undefined);
    expect(table((await written("strays.csv", [stray, stray])).text)).to.have.length(2);
  });

  it("says which columns of later rows the header lacks", async () => {
    const { text, loss } = await written("late.csv", [
      { id: 1, _bedrock: good },
      { id: 2, late: "x", _bedrock: good },
    ]);
    expect(table(text)).to.have.length(2);
    expect(loss).to.match(/^1 row has columns .*: late;/);
  });

  it("keeps a row whose column is too deep for JSON, with null in its place, and says so once", async () => {
    const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    const rows = [
      { id: 1, _bedrock: good },
      { id: 2, deep, completion: "paid for", _bedrock: good },
      { value: deep, _bedrock: bad },
    ];
    for (const [name, parsed] of [
      [
        "deep.ndjson",
        (text: string) =>
          text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
      ],
      ["deep.json", JSON.parse],
    ] as const) {
      const { text, warnings } = await written(name, rows);
      expect(parsed(text)).to.deep.equal([
        rows[0],
        { ...rows[1], deep: null },
        { value: null, _bedrock: bad },
      ]);
      expect(warnings).to.deep.equal([
        "row 2: nested too deeply to be written, null instead: deep; so in later rows",
      ]);
    }
    const { text } = await written("deep.csv", rows.slice(1));
    expect(table(text)[0]).to.include({ id: "2", deep: "", completion: "paid for" });
  });

  it("gives a table without rows the header that rows would have had", async () => {
    const config = localConfig("http://127.0.0.1:1", {
      response_format:
        '{"output":{"message":{"content":[{"text":"{{ value }}"}]}},"stopReason":"{{ text }}"}',
    });
    const example = await exampleRow(new AwsBedrockModel(), syncConfig(config), ["id", "text"]);
    const { text } = await written("header.csv", [], example);
    expect(text).to.match(/^id,text,value,_bedrock\.status,.*,_bedrock\.error\.retryable\n$/);
    expect((await written("header.ndjson", [], example)).text).to.equal("");
    expect((await written("no-header.csv", [])).text).to.equal("");
  });

  it("names a path that cannot be written, and the reason", async () => {
    const path = join(folder, "missing", "rows.csv");
    const error = await openOutput(path, createWritableRow(expect.fail)).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).to.equal(`cannot write ${path}: no such file or folder`);
  });
});
