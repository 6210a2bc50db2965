import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { addedColumns } from "../../src/cli/commands/added-columns.js";
import { ExactNumber } from "../../src/core/exact-number.js";
import { AwsBedrockModel } from "../../src/index.js";
import { claimOutput } from "../../src/rows/open-output.js";
import type { Layout } from "../../src/rows/row.js";
import { createShape, type TraceSize } from "../../src/rows/shape.js";
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

  interface Way {
    example?: Record<string, unknown>;
    layout?: Layout;
    columns?: string;
    trace?: TraceSize;
    escapeFormulas?: boolean;
  }
  const openSink = async (
    path: string,
    { layout, columns, trace = "full", escapeFormulas }: Way = {},
    warnings: string[] = [],
  ) => {
    const warn = (line: string): void => void warnings.push(line);
    const claim = await claimOutput(path);
    return claim.open({
      layout,
      shape: createShape(columns, trace),
      ...(escapeFormulas && { escapeFormulas }),
      guard: createWritableRow(warn),
      warn,
    });
  };
  const written = async (name: string, rows: Record<string, unknown>[], way: Way = {}) => {
    const path = join(folder, name);
    const warnings: string[] = [];
    const sink = await openSink(path, way, warnings);
    for (const row of rows) await sink.write(row);
    await sink.end(way.example);
    const bytes = await readFile(path);
    return { text: (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString(), warnings };
  };
  const table = (text: string, delimiter = ","): Record<string, string>[] =>
    parse(text, { columns: true, delimiter, bom: true });
  const refusal = async (opening: Promise<unknown>): Promise<string> =>
    opening.then(
      () => "",
      (error: Error) => error.message,
    );

  it("writes one JSON object a line, also packed", async () => {
    const rows = [{ id: 1, text: "two\nlines" }, { id: 2 }];
    const lines = '{"id":1,"text":"two\\nlines"}\n{"id":2}\n';
    for (const name of ["rows.ndjson", "rows.jsonl", "rows.ndjson.gz", "rows"])
      expect((await written(name, rows)).text, name).to.equal(lines);
  });

  it("writes a JSON array, also an empty one", async () => {
    const rows = [{ id: 1 }, { id: 2, nested: { a: [1] } }];
    expect(JSON.parse((await written("rows.json", rows)).text)).to.deep.equal(rows);
    expect(JSON.parse((await written("none.json", [])).text)).to.deep.equal([]);
  });

  it("writes numbers as their source wrote them, and those that JSON has no word for as text", async () => {
    const row = {
      a: new ExactNumber("1234567890123456781"),
      b: [new ExactNumber("1.0")],
      c: new ExactNumber("NaN"),
    };
    expect((await written("exact.ndjson", [row])).text).to.equal(
      '{"a":1234567890123456781,"b":[1.0],"c":"NaN"}\n',
    );
    expect((await written("exact.csv", [row])).text).to.equal("a,b,c\n1234567890123456781,[1.0],NaN\n");
  });

  it("refuses an ending that it does not know, and a folder", async () => {
    for (const name of ["y.xlsx", "y.out", "y.parquet.gz", "y.avro.gz"])
      expect(await refusal(claimOutput(join(folder, name))), name).to.match(
        /no format is known by the ending \.\w+/,
      );
    expect(await refusal(claimOutput(folder))).to.contain("it is a folder");
    expect(await refusal(claimOutput(join(folder, "no", "out.csv")))).to.contain("no such file or folder");
  });

  it("shows the output whole at its end; until then rows stand in a part file", async () => {
    const path = join(folder, "whole.csv");
    await writeFile(path, "an older result\n");
    await chmod(path, 0o640);
    const sink = await openSink(path);
    for (let id = 0; id < 5000; id++) await sink.write({ id, text: "some words for this row" });
    expect(await readFile(path, "utf8")).to.equal("an older result\n");
    expect(await readFile(`${path}.part`, "utf8")).to.match(/^\{"id":0,"text":"some words for this row"\}\n/);
    await sink.end();
    expect(table(await readFile(path, "utf8"))).to.have.length(5000);
    expect((await stat(path)).mode & 0o777).to.equal(0o640);
    expect((await readdir(folder)).filter((name) => name.startsWith("whole"))).to.deep.equal(["whole.csv"]);
  });

  it("leaves an output as it was where the run breaks, and names what is ready", async () => {
    const path = join(folder, "left.csv");
    await writeFile(path, "an older result\n");
    const sink = await openSink(path);
    await sink.write({ id: 1 });
    const part = await sink.leave();
    expect(await readFile(part, "utf8")).to.equal('{"id":1}\n');
    expect(await readFile(path, "utf8")).to.equal("an older result\n");
    expect((await written("left.csv", [{ id: 2 }])).warnings).to.deep.equal([
      `${part} is what a run left that was ended early; it is replaced`,
    ]);
  });

  it("takes no more rows once the disk does not", async () => {
    await symlink("/dev/full", join(folder, "full.ndjson.part"));
    const sink = await openSink(join(folder, "full.ndjson"));
    const row = { text: "x".repeat(70_000) };
    await sink.write(row);
    expect(await refusal(sink.write(row))).to.match(
      /^cannot write .*full\.ndjson: no space left on the disk$/,
    );
    expect(await refusal(sink.end())).to.contain("no space left on the disk");
    await sink.leave();
  });

  it("goes where a link leads, also where nothing is there yet", async () => {
    await symlink("behind.ndjson", join(folder, "first.ndjson"));
    await symlink("first.ndjson", join(folder, "second.ndjson"));
    await written("second.ndjson", [{ id: 1 }]);
    expect(await readFile(join(folder, "behind.ndjson"), "utf8")).to.equal('{"id":1}\n');
    expect((await lstat(join(folder, "second.ndjson"))).isSymbolicLink()).to.equal(true);
  });

  it("is no place of a kind that nobody knows", async () => {
    expect(await refusal(claimOutput("gs://bucket/x.csv"))).to.equal(
      "gs://bucket/x.csv: nothing is known of gs://; give a path, file:///path or s3://bucket/key",
    );
  });

  it("is one run's alone, whatever link leads to it", async () => {
    const path = join(folder, "alone.csv");
    await writeFile(path, "kept");
    await symlink(path, join(folder, "link.csv"));
    const claim = await claimOutput(path);
    expect(await refusal(claimOutput(join(folder, "link.csv")))).to.match(
      /another run writes it; .* is held by process/,
    );
    expect(await readFile(path, "utf8")).to.equal("kept");
    claim.release();
    (await claimOutput(join(folder, "link.csv"))).release();
  });

  it("goes to a pipe when all is done", async () => {
    const pipe = join(folder, "pipe.csv");
    execFileSync("mkfifo", [pipe]);
    const read = readFile(pipe, "utf8");
    const sink = await openSink(pipe);
    await sink.write({ id: 1 });
    await sink.end();
    expect(await read).to.equal("id\n1\n");
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
        "\u0000",
      ];
      const { text } = await written(
        `texts.${ending}`,
        texts.map((value, id) => ({ id, text: value, _bedrock: good })),
      );
      expect(table(text, delimiter).map((row) => row.text)).to.deep.equal(texts);
    });
  }

  it("lays a table out as the input was", async () => {
    const dialect = { delimiter: ";", lineEnd: "\r\n", bom: true };
    const layout: Layout = { format: "csv", header: ["2020", "id"], dialect };
    const { text } = await written("like.csv", [{ id: "a;b", 2020: "x,y" }], { layout });
    expect(text).to.equal('\uFEFF2020;id\r\nx,y;"a;b"\r\n');
    const tabs = { ...layout, format: "tsv", dialect: { ...dialect, delimiter: "\t", bom: false } } as const;
    expect((await written("from-tsv.csv", [{ id: 1 }], { layout: tabs })).text).to.equal("2020,id\r\n,1\r\n");
  });

  it("keeps a table's only cell where it is empty", async () => {
    expect((await written("one.csv", [{ a: "" }, { a: "x" }])).text).to.equal('a\n""\nx\n');
  });

  it("escapes formulas where that is asked for, and no numbers", async () => {
    const cells = [
      '=HYPERLINK("http://x/?"&A1)',
      "+1",
      "-2.5e3",
      "-cmd|' /C calc'!A0",
      "@SUM(1)",
      "\tx",
      "＝1+1",
      "plain",
    ];
    const rows = cells.map((a) => ({ a, b: 1 }));
    const read = async (escapeFormulas: boolean) =>
      table((await written("formulas.csv", rows, { escapeFormulas })).text).map(({ a }) => a);
    expect(await read(false)).to.deep.equal(cells);
    expect(await read(true)).to.deep.equal(
      cells.map((cell) => (/^[+-][\d.]+/.test(cell) || cell === "plain" ? cell : `'${cell}`)),
    );
  });

  it("flattens _bedrock into the same columns for good and bad rows, and nests the rest as JSON", async () => {
    const { text } = await written("rows.csv", [
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
  });

  it("has a column for whatever any row holds, wherever it first comes", async () => {
    const { text } = await written("late.csv", [
      stray,
      { id: 1, completion: "yes", _bedrock: good },
      { id: 2, late: "x", _bedrock: good },
    ]);
    const rows = table(text);
    expect(rows.map(({ id }) => id)).to.deep.equal(["", "1", "2"]);
    expect(rows[0]).to.include({ value: "not json", "_bedrock.error.code": "not_an_object", late: "" });
    expect(rows[2]).to.include({ late: "x", value: "" });
  });

  it("chooses, orders and renames columns", async () => {
    const columns = 'answer=completion,id,"a,b",state=_bedrock.status,why=_bedrock.error.code';
    const rows = [
      { id: 1, "a,b": 2, c: 3, completion: "yes", _bedrock: good },
      { id: 2, completion: null, _bedrock: bad },
    ];
    expect((await written("chosen.csv", rows, { columns })).text).to.equal(
      'answer,id,"a,b",state,why\nyes,1,2,enriched,\n,2,,failed,missing_column\n',
    );
    expect((await written("chosen.ndjson", rows, { columns })).text.split("\n")[0]).to.equal(
      '{"answer":"yes","id":1,"a,b":2,"state":"enriched","why":null}',
    );
    for (const wrong of ["", "a,,b", 'a,"b', "a=x,a=y"])
      expect(() => createShape(wrong, "full"), wrong).to.throw();
  });

  it("leaves the trace off, or most of it", async () => {
    const row = { id: 1, completion: null, _bedrock: bad };
    const header = async (trace: TraceSize) =>
      (await written("trace.csv", [row], { trace })).text.split("\n")[0];
    expect(await header("none")).to.equal("id,completion");
    expect(await header("short")).to.equal(
      "id,completion,_bedrock.status,_bedrock.error.code,_bedrock.error.message,_bedrock.error.retryable",
    );
    expect((await written("trace.ndjson", [row], { trace: "none" })).text).to.equal(
      '{"id":1,"completion":null}\n',
    );
  });

  it("keeps a row whose column is too deep for JSON, with null in its place, and says so once", async () => {
    const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    const rows = [
      { id: 1, _bedrock: good },
      { id: 2, deep, completion: "paid for", _bedrock: good },
      { value: deep, _bedrock: bad },
    ];
    const { text, warnings } = await written("deep.json", rows);
    expect(JSON.parse(text)).to.deep.equal([
      rows[0],
      { ...rows[1], deep: null },
      { ...rows[2], value: null },
    ]);
    expect(warnings).to.deep.equal([
      "row 2: nested too deeply to be written, null instead: deep; so in later rows",
    ]);
  });

  it("has the header that a row would have had, for a table without rows", async () => {
    const config = localConfig("http://127.0.0.1:9", {});
    const added = await addedColumns(new AwsBedrockModel(), syncConfig(config));
    const { text } = await written("empty.csv", [], { example: { id: null, text: null, ...added } });
    expect(text).to.match(/^id,text,completion,_bedrock\.status,.*,_bedrock\.error\.retryable\n$/);
  });
});
