import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { BadLine } from "../../src/core/bad-line.js";
import { FileFailure } from "../../src/core/file-failure.js";
import { openInput } from "../../src/rows/open-input.js";

describe("rows that are read", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rows-read-"));
  });
  after(() => rm(folder, { recursive: true }));

  interface Way {
    encoding?: string;
    delimiter?: string;
  }
  /** Opens a path, or stdin made of the given chunks, and reads all rows. */
  const read = async (path: string | undefined, chunks: (string | Buffer)[] = [], way: Way = {}) => {
    const warnings: string[] = [];
    const source = await openInput(path, {
      stdin: Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))),
      stdinSize: undefined,
      signal: new AbortController().signal,
      encoding: way.encoding,
      delimiter: way.delimiter,
      warn: (line) => warnings.push(line),
    });
    const rows: unknown[] = [];
    for await (const row of source.rows) rows.push(row);
    const { columns, layout } = source;
    const bad = rows.filter((row) => row instanceof BadLine);
    return {
      rows,
      bad,
      columns,
      layout,
      warnings,
      failure: source.failure()?.message,
      fraction: source.fraction(),
    };
  };
  const readText = async (name: string, content: string | Buffer, way?: Way) => {
    await writeFile(join(folder, name), content);
    return read(join(folder, name), [], way);
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
  const line = ({ text, place, fault }: BadLine) => [text, Number(/\d+$/.exec(place)?.[0]), fault];

  describe("NDJSON", () => {
    it("keeps every line that is not blank, those that are no rows as they are, with their numbers", async () => {
      const { rows, bad, warnings } = await fixture("messy.ndjson");
      expect(rows).to.have.length(8);
      expect(rows[2]).to.deep.equal({ id: 3, text: "naïve 東京 👩‍👩‍👧 end" });
      expect(bad.map(line)).to.deep.equal([
        ['{"id": 4, "text": "cut off', 6, "not JSON"],
        ['[5, "an array"]', 7, "not a JSON object"],
        ['"just text"', 8, "not a JSON object"],
      ]);
      expect(warnings[0]).to.equal(
        "fixtures/records/messy.ndjson, line 6: not JSON; it will come out as a failed row",
      );
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

    it("makes a bad line of a row that has a name twice, at any depth, since one of the values would be lost", async () => {
      const twice = ['{"id":1,"id":2}', '{"a":[{"b c":1,"\\u0062 c":2}]}', '{"a":"x\\":","a":2}'];
      const once = ['{"a":"\\"b\\":1, \\"b\\":2","b":{"a":1},"c":[{"a":1},{"a":2}]}'];
      const content = [...twice, ...once].join("\n");
      const { rows, bad } = await readText("twice.ndjson", content);
      expect(bad.map(line)).to.deep.equal(
        twice.map((text, index) => [
          text,
          index + 1,
          `it has "${["id", "b c", "a"][index]}" twice, and one of the values would be lost`,
        ]),
      );
      expect(rows[3]).to.deep.equal(JSON.parse(once[0] ?? ""));
      const { bad: elements } = await readText("twice.json", `[${twice[0]}]`);
      expect(elements).to.have.length(1);
    });

    it("takes a byte order mark before a line, as where files were joined", async () => {
      const { rows } = await readText("joined.ndjson", '\uFEFF{"id":1}\n\uFEFF{"id":2}\r\n');
      expect(rows).to.deep.equal([{ id: 1 }, { id: 2 }]);
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

    it("hands over a line of another encoding whole, and says what helps", async () => {
      const { rows, bad } = await read("-", ['{"id":1}\n', Buffer.from('{"a":"caf\xe9"}\n', "latin1")]);
      expect(rows[0]).to.deep.equal({ id: 1 });
      expect(bad.map(line)).to.deep.equal([
        [
          '{"a":"café"}',
          2,
          "it is not UTF-8; if the file is of another encoding, say which, as in --encoding windows-1252",
        ],
      ]);
    });

    it("warns about bad lines without flooding, and never with their content", async () => {
      const { rows, warnings } = await read("-", ["SECRET\n".repeat(500)]);
      expect(rows).to.have.length(500);
      expect(warnings).to.have.length(11);
      expect(warnings.at(-1)).to.equal("stdin: 490 more lines are no rows");
      expect(warnings.join()).not.to.contain("SECRET");
    });

    it("hands over a value of any depth", async () => {
      const deep = `${"[".repeat(20_000)}12345678901234567890${"]".repeat(20_000)}`;
      const { rows, bad } = await read("-", [`{"deep":${deep}}\n`]);
      expect([rows.length, bad.length]).to.deep.equal([1, 0]);
    });

    it("refuses pretty-printed JSON, and an array", async () => {
      const array = await refusal(readText("array.ndjson", '[\n{"id":1}\n]\n'));
      expect(array.message).to.match(/array\.ndjson: this looks like pretty-printed JSON: .*\.json$/);
      const object = await refusal(read("-", ['\uFEFF\n { \r\n  "id": 1\n}\n']));
      expect(object.message).to.match(/^stdin: this looks like pretty-printed JSON: write one object a line/);
      const line = await refusal(readText("line.ndjson", '[{"id":1},{"id":2}]\n'));
      expect(line.message).to.match(
        /its first line begins a JSON array; name a file that holds one array \.json$/,
      );
    });

    it("sees an array of several lines, and a table, in the place of NDJSON", async () => {
      expect((await refusal(readText("lines.ndjson", '[{"id":1},\n{"id":2}]\n'))).message).to.contain(
        "begins a JSON array; name a file that holds one array .json",
      );
      const { bad } = await readText("table", "id,text\n1,a\n");
      expect(bad.map(line)[0]?.[2]).to.equal(
        "not JSON; if it is a table, give it as a file that ends in .csv or .tsv",
      );
    });

    it("takes an empty file as no rows", async () => {
      expect((await readText("empty.ndjson", "")).rows).to.deep.equal([]);
    });
  });

  describe("CSV and TSV", () => {
    it("keeps quotes, newlines, unicode and loose quotes; a row that is too short is a bad line", async () => {
      const { rows, bad } = await fixture("messy.csv");
      expect(rows.filter((row) => !(row instanceof BadLine))).to.deep.equal([
        { id: "1", text: "plain", note: "ok" },
        { id: "2", text: 'comma, and "quotes"', note: "two\nlines" },
        { id: "3", text: "naïve 東京 👩‍👩‍👧", note: "" },
        { id: "4", text: 'a 5" nail', note: "loose quote" },
        { id: "6", text: "{{ not_a_template }}", note: "  outer spaces  " },
      ]);
      expect(bad.map(line)).to.deep.equal([["5,short row", 8, "it has 2 cells, and the header has 3"]]);
    });

    it("separates a .tsv by tabs only", async () => {
      expect((await fixture("messy.tsv")).rows).to.deep.equal([
        { id: "1", text: "a, b and c" },
        { id: "2", text: '5" nail' },
      ]);
    });

    it("takes any mix of line ends, in chunks that cut them, and keeps those inside of quotes", async () => {
      const text = 'id,q\r\n1,Alice\n2,"Bob\r\nJunior"\r3,Carol\r\n\r\n  \n4,"x""y\r"\n5,last';
      const expected = ["Alice", "Bob\r\nJunior", "Carol", 'x"y\r', "last"];
      const names = async (content: AsyncIterable<Buffer> | string): Promise<unknown[]> => {
        const { rows } = await readText("mixed.csv", content as string);
        return rows.map((row) => (row as { q: string }).q);
      };
      expect(await names(text)).to.deep.equal(expected);
      const { splitRecords, splitCells } = await import("../../src/rows/split-records.js");
      const pieces = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
      const cells: (string | undefined)[] = [];
      for await (const { bytes } of splitRecords(Readable.from(pieces), ","))
        cells.push(splitCells(bytes.toString(), ",")?.[1]);
      expect(cells.filter((cell) => cell !== undefined)).to.deep.equal(["q", ...expected]);
    });

    it("drops a byte order mark, takes CRLF, skips blank lines, and remembers how the table was laid out", async () => {
      const { rows, layout, warnings } = await readText(
        "bom.CSV",
        "\uFEFFid,text\r\n1,a\r\n\r\n  \r\n2,b\r\n",
      );
      expect(rows).to.deep.equal([
        { id: "1", text: "a" },
        { id: "2", text: "b" },
      ]);
      expect(layout).to.deep.equal({
        format: "csv",
        header: ["id", "text"],
        dialect: { delimiter: ",", lineEnd: "\r\n", bom: true },
      });
      expect(warnings).to.deep.equal([]);
    });

    const ragged: [string, string, string][] = [
      ["a comma too many", "3,please refund order 12, it was broken", "it has 3 cells, and the header has 2"],
      ["a cell too few", "3", "it has 1 cell, and the header has 2"],
      [
        "text behind a quote",
        '3,"a"b',
        'text stands behind a closing quote; a quote inside a quoted cell is written ""',
      ],
      ["a quote that is never closed", '3,"SECRET', "a quote in it is never closed"],
      [
        "a quote that is closed by one further down",
        '3,"a\nb"c',
        'text stands behind a closing quote in a record of 2 lines: perhaps one is not closed; a quote inside a quoted cell is written ""',
      ],
      [
        "the header again, with its mark",
        "\uFEFFid,text",
        "it is the header again, as where two files were joined",
      ],
      ["the header again", "id,text", "it is the header again, as where two files were joined"],
    ];
    for (const [what, text, fault] of ragged) {
      it(`makes ${what} one bad line, kept whole, and goes on behind it`, async () => {
        const { rows, bad, failure, warnings } = await readText("ragged.csv", `id,text\n1,a\n${text}\n4,d\n`);
        expect(bad.map(line)).to.deep.equal([[text, 3, fault]]);
        expect(rows[2]).to.deep.equal({ id: "4", text: "d" });
        expect(failure).to.equal(undefined);
        expect(warnings.join()).not.to.contain("SECRET");
      });
    }

    it("gives bad bytes back as they came, one line at a time", async () => {
      const content = Buffer.concat([
        Buffer.from(`id,text\n${"1,plain\n".repeat(20_000)}`),
        Buffer.from("2,caf\xe9\n", "latin1"),
        Buffer.from("3,naïve\n"),
      ]);
      const { rows, bad } = await readText("latin1.csv", content);
      expect(rows).to.have.length(20_002);
      expect(bad.map(line)[0]?.slice(0, 2)).to.deep.equal(["2,café", 20_002]);
      expect(rows.at(-1)).to.deep.equal({ id: "3", text: "naïve" });
    });

    const headers: [string, string | Buffer, RegExp][] = [
      ["a name twice", "id,text,id\n1,a,2\n", /the header has "id" twice/],
      ["an empty name", "id,,text\n1,a,2\n", /column 2 of the header has no name/],
      ["every other byte 0", Buffer.from("имя,text\n", "utf16le"), /holds NUL characters; .* utf-16le/],
      ["semicolons, once", "id;text\n1\n", /the header is one column, "id;text"; .* as in --delimiter ';'/],
      ["quotes that make no sense", 'id,"te"xt\n1,2\n', /the quotes of the header make no sense/],
    ];
    for (const [what, content, words] of headers) {
      it(`refuses a header with ${what}`, async () => {
        expect((await refusal(readText("header.csv", content))).message).to.match(words);
      });
    }

    it("sees another delimiter where it is certain, and says so; takes one that it is told, and Excel's line", async () => {
      const rows = [{ id: "1", text: "a,b" }];
      const guessed = await readText("semi.csv", "id;text\n1;a,b\n");
      expect(guessed).to.deep.include({ rows });
      expect(guessed.warnings[0]).to.contain('semi.csv: cells are separated by ";"');
      expect(await readText("tabs.csv", "id\ttext\n1\ta,b\n")).to.deep.include({ rows });
      expect(await readText("told.csv", "id#text\n1#a,b\n", { delimiter: "#" })).to.deep.include({
        rows,
        warnings: [],
      });
      const excel = await readText("excel.csv", "sep=;\r\nid;text\r\n1;a,b\r\n2;x;y\r\n");
      expect(excel.rows[0]).to.deep.equal(rows[0]);
      expect(excel.bad.map(line)).to.deep.equal([["2;x;y", 4, "it has 3 cells, and the header has 2"]]);
    });

    it("reads a pipe", async () => {
      const pipe = join(folder, "pipe.csv");
      execFileSync("mkfifo", [pipe]);
      execFile("sh", ["-c", `printf 'id,text\\n1,a\\n' > ${pipe}`]);
      expect((await read(pipe)).rows).to.deep.equal([{ id: "1", text: "a" }]);
    });

    it("gives every column of a header its own, whatever its name", async () => {
      const { rows } = await readText("names.csv", "__proto__,2020,constructor\na,b,c\n");
      expect(Object.entries(rows[0] as object)).to.have.deep.members([
        ["__proto__", "a"],
        ["2020", "b"],
        ["constructor", "c"],
      ]);
    });
  });

  describe("encodings", () => {
    const text = "id,text\n1,café €\n";
    const rows = [{ id: "1", text: "café €" }];
    const bytes = (encoding: "utf16le", mark: boolean) =>
      Buffer.from((mark ? "\uFEFF" : "") + text, encoding);

    it("are read where they are certain, and said", async () => {
      for (const [name, content, words] of [
        ["le.csv", bytes("utf16le", true), "as its byte order mark says"],
        ["be.csv", Buffer.from(bytes("utf16le", true)).swap16(), "as its byte order mark says"],
        ["plain.csv", bytes("utf16le", false), "every other byte of its beginning is 0"],
      ] as const) {
        const found = await readText(name, content);
        expect(found.rows, name).to.deep.equal(rows);
        expect(found.warnings.join(), name).to.contain(words);
      }
    });

    it("are read as they are told", async () => {
      const windows = Buffer.from([...Buffer.from("id,text\n1,caf"), 0xe9, 0x20, 0x80, 0x0a]);
      for (const encoding of ["windows-1252", "latin1"])
        expect((await readText("w.csv", windows, { encoding })).rows, encoding).to.deep.equal(rows);
      expect((await readText("b.csv", Buffer.from(text), { encoding: "utf-8" })).rows).to.deep.equal(rows);
      const wrong = await refusal(readText("w.csv", windows, { encoding: "latin-99" }));
      expect(wrong.message).to.contain('no encoding is called "latin-99"');
    });

    it("make bad lines of what has no meaning in them", async () => {
      const broken = Buffer.concat([bytes("utf16le", true), Buffer.from("2,\uD83D!\n3,ok\n", "utf16le")]);
      const { rows: read, bad } = await readText("lone.csv", broken);
      expect(bad.map(({ fault }) => fault)).to.deep.equal(["it is not utf-16le"]);
      expect(read.at(-1)).to.deep.equal({ id: "3", text: "ok" });
    });

    it("are unpacked, by whatever name; other kinds of files are named", async () => {
      expect((await readText("p.csv.gz", gzipSync(text))).rows).to.deep.equal(rows);
      expect((await readText("p.csv", gzipSync(text))).rows).to.deep.equal(rows);
      const torn = gzipSync("id,text\n1,a\n".repeat(1000)).subarray(0, 40);
      expect((await refusal(readText("torn.csv.gz", torn))).message).to.contain(
        "its gzip is damaged or cut off",
      );
      const sheet = await refusal(readText("sheet.csv", Buffer.from("PK\u0003\u0004rest")));
      expect(sheet.message).to.contain(
        "sheet.csv cannot be read as text: it is a zip file, as spreadsheets (.xlsx) are",
      );
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

    it("makes a bad line of an element that is none, with its line, and goes on", async () => {
      const { rows, bad, failure } = await readText(
        "broken.json",
        '[\n  {"id": SECRET},\n  {"id": 2, "t": "],[\\"{"},{"id":3}}, 4,\n "x"\n, {"id":5}]\n',
      );
      expect(bad.map(line)).to.deep.equal([
        ['{"id": SECRET}', 2, "not JSON"],
        ['{"id":3}}', 3, "not JSON"],
        ["4", 3, "not a JSON object"],
        ['"x"', 4, "not a JSON object"],
      ]);
      expect(rows.filter((row) => !(row instanceof BadLine))).to.deep.equal([
        { id: 2, t: '],["{' },
        { id: 5 },
      ]);
      expect(failure).to.equal(undefined);
    });

    it("keeps the rows of an array that is cut off, and says that it is", async () => {
      const { rows, failure } = await readText("cut.json", '[{"id":1},{"id":2}');
      expect(rows).to.deep.equal([{ id: 1 }, { id: 2 }]);
      expect(failure).to.match(/cut\.json, line 1: the file ends inside its JSON array/);
    });

    it("refuses what is no array", async () => {
      expect((await refusal(readText("one.json", '{"id":1}\n{"id":2}'))).message).to.match(
        /must hold a JSON array of rows; name a file with one row a line \.ndjson/,
      );
      expect((await refusal(readText("none.json", ""))).message).to.contain("is not JSON: it is empty");
    });
  });

  it("names the first row's columns, or those of a header without rows", async () => {
    expect((await read("-", ['{"id":1,"text":"a"}\n{"other":2}\n'])).columns).to.deep.equal(["id", "text"]);
    expect((await read("-", ["[1]\n"])).columns).to.deep.equal([]);
    expect((await readText("header.csv", "id,text\n")).columns).to.deep.equal(["id", "text"]);
    expect((await readText("nothing.csv", "")).columns).to.deep.equal([]);
  });

  it("takes a file: address, and names a file that is missing or a folder", async () => {
    await writeFile(join(folder, "at a.csv"), "id\n1\n");
    expect((await read(pathToFileURL(join(folder, "at a.csv")).href)).rows).to.deep.equal([{ id: "1" }]);
    const missing = join(folder, "there-is-no-such-thing.csv");
    expect((await refusal(read(missing))).message).to.equal(`cannot read ${missing}: no such file or folder`);
    expect((await refusal(read(folder))).message).to.equal(`cannot read ${folder}: it is a folder`);
  });
});
