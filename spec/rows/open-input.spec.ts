import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { FileFailure } from "../../src/core/file-failure.js";
import { openInput } from "../../src/rows/open-input.js";

describe("rows that are read", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rows-read-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Opens a path, or stdin made of the given chunks, and reads all rows. */
  const read = async (path: string | undefined, chunks: (string | Buffer)[] = []) => {
    const warnings: string[] = [];
    const source = await openInput(path, {
      stdin: Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))),
      stdinSize: undefined,
      signal: new AbortController().signal,
      warn: (line) => warnings.push(line),
    });
    const rows: unknown[] = [];
    for await (const row of source.rows) rows.push(row);
    const { columns } = source;
    return { rows, columns, warnings, failure: source.failure()?.message, fraction: source.fraction() };
  };
  const readText = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return read(join(folder, name));
  };
  const refusal = async (reading: Promise<unknown>): Promise<FileFailure> => {
    const error = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(FileFailure);
    return error as FileFailure;
  };
  const fixture = (name: string) => read(`fixtures/records/${name}`);

  describe("NDJSON", () => {
    it("keeps every line that is not blank, with bad lines as text", async () => {
      const { rows, warnings } = await fixture("messy.ndjson");
      expect(rows).to.have.length(8);
      expect(rows[2]).to.deep.equal({ id: 3, text: "naïve 東京 👩‍👩‍👧 end" });
      expect(rows[3]).to.equal('{"id": 4, "text": "cut off');
      expect(rows.slice(4, 6)).to.deep.equal([[5, "an array"], "just text"]);
      expect(warnings).to.deep.equal([
        "fixtures/records/messy.ndjson, line 6: not JSON; it will come out as a failed row",
      ]);
    });

    it("reads stdin in chunks that cut lines, characters and CRLF, and a last line without an end", async () => {
      const bytes = Buffer.from('\uFEFF{"a":"é"}\r\n{"a":"👍"}\r\n\r\n{"a":3}');
      const { rows, warnings, fraction } = await read(
        undefined,
        [...bytes].map((byte) => Buffer.from([byte])),
      );
      expect(rows).to.deep.equal([{ a: "é" }, { a: "👍" }, { a: 3 }]);
      expect(warnings).to.deep.equal([]);
      expect(fraction).to.equal(undefined);
    });

    it("ends a line at a line feed alone", async () => {
      const texts = ["a\u2028b", "a\u2029b", "a\u0085b"];
      const { rows } = await read("-", [texts.map((text) => `{"text":"${text}"}\r\n`).join("")]);
      expect(rows).to.deep.equal(texts.map((text) => ({ text })));
    });

    it("keeps a line of several megabytes whole", async () => {
      const text = "x".repeat(3_000_000);
      const { rows, fraction } = await readText("long.jsonl", `{"text":"${text}"}\n{"id":2}\n`);
      expect(rows).to.deep.equal([{ text }, { id: 2 }]);
      expect(fraction).to.equal(1);
    });

    it("hands over a line of another encoding as text and says so", async () => {
      const { rows, warnings } = await read("-", ['{"id":1}\n', Buffer.from('{"a":"caf\xe9"}\n', "latin1")]);
      expect(rows[0]).to.deep.equal({ id: 1 });
      expect(rows[1]).to.be.a("string");
      expect(warnings).to.deep.equal(["stdin, line 2: not UTF-8; it will come out as a failed row"]);
    });

    it("warns about bad lines without flooding, and never with their content", async () => {
      const { rows, warnings } = await read("-", ["SECRET\n".repeat(500)]);
      expect(rows).to.have.length(500);
      expect(warnings).to.have.length(11);
      expect(warnings.at(-1)).to.equal("stdin: 490 more lines are not JSON or not UTF-8");
      expect(warnings.join()).not.to.contain("SECRET");
    });

    it("hands over a value of any depth", async () => {
      const deep = `${"[".repeat(20_000)}12345678901234567890${"]".repeat(20_000)}`;
      const { rows, warnings } = await read("-", [`{"deep":${deep}}\n`]);
      expect(rows).to.have.length(1);
      expect(warnings).to.have.length(1);
    });

    it("warns once that a number lost digits", async () => {
      const { warnings } = await read("-", [
        '{"id":"12345678901234567890"}\n',
        '{"id":12345678901234567890}\n'.repeat(2),
      ]);
      expect(warnings).to.deep.equal([
        "stdin, line 2: a whole number over 2^53 is not kept exactly; write such ids as strings",
      ]);
    });

    it("refuses pretty-printed JSON and text with NULs before any row", async () => {
      const array = await refusal(readText("array.ndjson", '[\n{"id":1}\n]\n'));
      expect(array.message).to.match(/array\.ndjson: this looks like pretty-printed JSON: .*\.json$/);
      const object = await refusal(read("-", ['\uFEFF\n { \r\n  "id": 1\n}\n']));
      expect(object.message).to.match(/^stdin: this looks like pretty-printed JSON: write one object a line/);
      const utf16 = await refusal(readText("utf16.ndjson", Buffer.from('{"id":1}\n', "utf16le")));
      expect(utf16.message).to.contain("is not UTF-8 text");
    });

    it("takes an empty file as no rows", async () => {
      expect((await readText("empty.ndjson", "")).rows).to.deep.equal([]);
    });
  });

  describe("CSV and TSV", () => {
    it("keeps quotes, newlines, unicode and loose quotes, and warns of an uneven row", async () => {
      const { rows, warnings } = await fixture("messy.csv");
      expect(rows).to.deep.equal([
        { id: "1", text: "plain", note: "ok" },
        { id: "2", text: 'comma, and "quotes"', note: "two\nlines" },
        { id: "3", text: "naïve 東京 👩‍👩‍👧", note: "" },
        { id: "4", text: 'a 5" nail', note: "loose quote" },
        { id: "5", text: "short row" },
        { id: "6", text: "{{ not_a_template }}", note: "  outer spaces  " },
      ]);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain("more or fewer cells than the header");
    });

    it("separates a .tsv by tabs only", async () => {
      expect((await fixture("messy.tsv")).rows).to.deep.equal([
        { id: "1", text: "a, b and c" },
        { id: "2", text: '5" nail' },
      ]);
    });

    it("drops a byte order mark, takes CRLF, and skips blank lines", async () => {
      const { rows, warnings } = await readText("bom.CSV", "\uFEFFid,text\r\n1,a\r\n\r\n  \r\n2,b\r\n");
      expect(rows).to.deep.equal([
        { id: "1", text: "a" },
        { id: "2", text: "b" },
      ]);
      expect(warnings).to.deep.equal([]);
    });

    const headers: [string, string, RegExp][] = [
      ["a name twice", "id,text,id\n1,a,2\n", /the header has "id" twice/],
      ["an empty name", "id,,text\n1,a,2\n", /column 2 of the header has no name/],
      ["semicolons", "id;text\n1;a\n", /separate its names by commas/],
    ];
    for (const [what, content, words] of headers) {
      it(`refuses a header with ${what}`, async () => {
        expect((await refusal(readText("header.csv", content))).message).to.match(words);
      });
    }

    it("refuses another encoding before the first row, wherever the bad byte is", async () => {
      const content = Buffer.from(`id,text\n${"1,plain\n".repeat(20_000)}2,caf\xe9\n`, "latin1");
      expect((await refusal(readText("latin1.csv", content))).message).to.contain("is not UTF-8");
    });

    it("refuses a pipe, which could not be read twice", async () => {
      const pipe = join(folder, "pipe.csv");
      execFileSync("mkfifo", [pipe]);
      expect((await refusal(read(pipe))).message).to.equal(
        `cannot read ${pipe}: CSV is read twice, which a pipe cannot be`,
      );
    });

    it("ends at an error in the middle, keeping the rows before it", async () => {
      const { rows, failure } = await readText("open.csv", `id,text\n${"1,plain\n".repeat(5000)}2,"SECRET\n`);
      expect(rows).to.have.length(5000);
      expect(failure).to.match(/open\.csv, line 500\d: quote not closed$/);
    });
  });

  describe("JSON", () => {
    it("reads an array", async () => {
      const { rows, fraction } = await fixture("rows.json");
      expect(rows).to.deep.equal([
        { id: 1, text: "one" },
        { id: 2, text: "two", tags: ["a", "b"] },
      ]);
      expect(fraction).to.equal(1);
    });

    it("refuses anything else, with the place and without the content", async () => {
      expect((await refusal(readText("one.json", '{"id":1}'))).message).to.contain("must hold a JSON array");
      const broken = await refusal(readText("broken.json", '[\n  {"id": SECRET}\n]'));
      expect(broken.message).to.match(/broken\.json is not JSON: line 2, column 10/);
      expect(broken.message).not.to.contain("SECRET");
    });
  });

  it("names the first row's columns, or those of a header without rows", async () => {
    expect((await read("-", ['{"id":1,"text":"a"}\n{"other":2}\n'])).columns).to.deep.equal(["id", "text"]);
    expect((await read("-", ["[1]\n"])).columns).to.deep.equal([]);
    expect((await readText("header.csv", "id,text\n")).columns).to.deep.equal(["id", "text"]);
    expect((await readText("nothing.csv", "")).columns).to.deep.equal([]);
  });

  it("names a file that is missing or a folder", async () => {
    const missing = join(folder, "missing.csv");
    expect((await refusal(read(missing))).message).to.equal(`cannot read ${missing}: no such file or folder`);
    expect((await refusal(read(folder))).message).to.equal(`cannot read ${folder}: it is a folder`);
  });
});
