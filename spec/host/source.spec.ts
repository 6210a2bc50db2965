import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { writeJson } from "../../src/core/exact-json.js";
import { openInput } from "../../src/rows/open-input.js";
import { fakeConnector } from "../support/fake-connector.js";
import { hostRuns, pipelineOf, withHost } from "./run-host.js";

type Type = "csv" | "ndjson";

describe("a file as the source of a sync", () => {
  const { folder, freshState } = hostRuns();
  let number = 0;

  const fileOf = (type: Type, content: string | Buffer): string => {
    const path = join(folder, `source-${++number}.${type}`);
    writeFileSync(path, content);
    return path;
  };
  /** Runs a sync of a file; returns how it failed, the connector's calls and what it was warned of. */
  const syncOf = async (type: Type, path: string) => {
    const { connector, calls } = fakeConnector();
    const pipeline = pipelineOf(folder, [], { source: { type, path, primary_key: "id" } });
    const warnings: string[] = [];
    const onWarning = (line: string): unknown => warnings.push(line);
    const failure = await withHost(freshState(), connector, (host) =>
      host.sync(pipeline, { onWarning }),
    ).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { failure, calls, warnings };
  };

  it("is NDJSON of any size and line end, whatever its texts hold", async () => {
    const rows = ["\u2028 and \u2029", "x".repeat(200_000), "é".repeat(100_000)].map((text, id) => ({
      id,
      text,
    }));
    const path = fileOf("ndjson", `\uFEFF${rows.map((row) => JSON.stringify(row)).join("\r\n\r\n")}`);
    const { calls } = await syncOf("ndjson", path);
    expect(calls).to.have.deep.members(rows.map((row) => [row]));
  });

  it("is CSV", async () => {
    const { calls } = await syncOf("csv", fileOf("csv", '\uFEFFid,text\n1,"a ""b"", c"\n2,\n'));
    expect(calls).to.have.deep.members([[{ id: "1", text: 'a "b", c' }], [{ id: "2", text: "" }]]);
  });

  it("is read as its type says, whatever its ending", async () => {
    const path = join(folder, "rows.txt");
    writeFileSync(path, "id,text\n1,a\n");
    const { calls } = await syncOf("csv", path);
    expect(calls).to.deep.equal([[{ id: "1", text: "a" }]]);
  });

  const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
  const refused: [what: string, type: Type, content: string | Buffer, words: string][] = [
    [
      "a header that has a name twice",
      "csv",
      "id,text,text\n1,a,b\n",
      'FILE: the header has "text" twice; rename one',
    ],
    [
      "a header with an empty name",
      "csv",
      "id,,text\n1,a,b\n",
      "FILE: column 2 of the header has no name; give it one",
    ],
    [
      "a header of semicolons that nothing else has",
      "csv",
      "id;text\n1\n",
      `FILE: the header is one column, "id;text"; say what separates its names, as in --delimiter ';'`,
    ],
    [
      "a spreadsheet",
      "csv",
      "PK\u0003\u0004",
      "FILE cannot be read as text: it is a zip file, as spreadsheets (.xlsx) are; save it as CSV",
    ],
    [
      "pretty-printed JSON",
      "ndjson",
      '[\n{"id":1}\n]\n',
      "FILE: this looks like pretty-printed JSON: write one object a line, or an array of objects in a file named .json",
    ],
  ];
  for (const [what, type, content, words] of refused)
    it(`is refused before any call in the words of write: ${what}`, async () => {
      const path = fileOf(type, content);
      const { failure, calls } = await syncOf(type, path);
      expect(failure).to.equal(words.replace("FILE", path));
      expect(calls).to.deep.equal([]);
      const asInput = openInput(path, {
        stdin: Readable.from([]),
        stdinSize: undefined,
        signal: new AbortController().signal,
        encoding: undefined,
        delimiter: undefined,
        warn: () => undefined,
      });
      expect(await asInput.catch((error: Error) => error.message)).to.equal(failure);
    });

  const notUtf8 =
    "it is not UTF-8; if the file is of another encoding, say which, as in --encoding windows-1252";
  const broken: [what: string, type: Type, content: string | Buffer, words: string][] = [
    ["a line that is not JSON", "ndjson", '{"id":1}\n{"id":"private"', "FILE, line 2: not JSON"],
    [
      "a line in another encoding",
      "ndjson",
      latin1('{"id":1}\n{"id":2,"text":"private caf\xe9"}\n'),
      `FILE, line 2: ${notUtf8}`,
    ],
    [
      "CSV in another encoding, wherever the bad byte is",
      "csv",
      latin1(`id,text\n${"1,plain\n".repeat(20_000)}2,caf\xe9\n`),
      `FILE, line 20002: ${notUtf8}`,
    ],
    [
      "a quote that is not closed",
      "csv",
      'id,text\n1,a\n2,"private\n',
      "FILE, line 3: a quote in it is never closed",
    ],
    ["an uneven row", "csv", "id,text\n1\n", "FILE, line 2: it has 1 cell, and the header has 2"],
  ];
  for (const [what, type, content, words] of broken)
    it(`fails the sync before any call, with the line and none of its content: ${what}`, async () => {
      const path = fileOf(type, content);
      const { failure, calls } = await syncOf(type, path);
      expect(failure).to.equal(words.replace("FILE", path));
      expect(calls).to.deep.equal([]);
    });

  for (const type of ["csv", "ndjson"] as const)
    it(`fails the sync of a ${type} file that is not there or a folder`, async () => {
      const missing = join(folder, "missing");
      expect(await syncOf(type, missing)).to.include({
        failure: `cannot read ${missing}: no such file or folder`,
      });
      expect(await syncOf(type, folder)).to.include({ failure: `cannot read ${folder}: it is a folder` });
    });

  it("keeps the digits of its keys and values", async () => {
    const lines = ["1234567890123456781", "1234567890123456782", "1.0", "1e400"].map(
      (id) => `{"id":${id}}\n`,
    );
    const { failure, calls } = await syncOf("ndjson", fileOf("ndjson", lines.join("")));
    expect(failure).to.equal(undefined);
    expect(
      calls
        .flat()
        .map((row) => writeJson(row))
        .sort(),
    ).to.deep.equal(lines.map((line) => line.trim()).sort());
  });

  it("warns of what it sees for itself", async () => {
    const path = fileOf("csv", "id;text\n1;a\n");
    const { calls, warnings } = await syncOf("csv", path);
    expect(calls).to.deep.equal([[{ id: "1", text: "a" }]]);
    expect(warnings).to.deep.equal([`${path}: cells are separated by ";"`]);
  });
});
