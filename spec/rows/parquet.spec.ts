import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { parquetMetadataAsync, type SchemaElement } from "hyparquet";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { writeJson } from "../../src/core/exact-json.js";
import { openInput } from "../../src/rows/open-input.js";
import { claimOutput } from "../../src/rows/open-output.js";
import { createShape } from "../../src/rows/shape.js";

describe("Parquet", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "parquet-"));
  });
  after(() => rm(folder, { recursive: true }));

  type Column = [element: SchemaElement, cells: unknown[], read: string[]];
  const optional = { repetition_type: "OPTIONAL" } as const;
  /** Physical values, and how they are read, as JSON. */
  const columns: Column[] = [
    [
      { name: "big", type: "INT64", ...optional },
      [1234567890123456781n, null],
      ["1234567890123456781", "null"],
    ],
    [{ name: "small", type: "INT32", ...optional }, [-5, 7], ["-5", "7"]],
    [
      { name: "unsigned", type: "INT32", converted_type: "UINT_32", ...optional },
      [4294967295, 0],
      ["4294967295", "0"],
    ],
    [{ name: "double", type: "DOUBLE", ...optional }, [0.1, Number.NaN], ["0.1", '"NaN"']],
    [{ name: "float", type: "FLOAT", ...optional }, [0.1, -0], ["0.1", "-0"]],
    [{ name: "truth", type: "BOOLEAN", ...optional }, [true, null], ["true", "null"]],
    [
      { name: "text", type: "BYTE_ARRAY", converted_type: "UTF8", ...optional },
      ["naïve", ""],
      ['"naïve"', '""'],
    ],
    [
      { name: "price", type: "INT64", converted_type: "DECIMAL", scale: 2, precision: 18, ...optional },
      [123456789012345678n, -5n],
      ["1234567890123456.78", "-0.05"],
    ],
    [
      { name: "day", type: "INT32", converted_type: "DATE", ...optional },
      [20484, -1],
      ['"2026-01-31"', '"1969-12-31"'],
    ],
    [
      {
        name: "moment",
        type: "INT64",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
        ...optional,
      },
      [1769860800123456789n, -1n],
      ['"2026-01-31T12:00:00.123456789Z"', '"1969-12-31T23:59:59.999999999Z"'],
    ],
    [
      {
        name: "local",
        type: "INT64",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
        ...optional,
      },
      [1769860800500000n, 0n],
      ['"2026-01-31T12:00:00.5"', '"1970-01-01T00:00:00"'],
    ],
    [
      {
        name: "id",
        type: "FIXED_LEN_BYTE_ARRAY",
        type_length: 16,
        logical_type: { type: "UUID" },
        ...optional,
      },
      ["12345678-90ab-cdef-1234-567890abcdef", null],
      ['"12345678-90ab-cdef-1234-567890abcdef"', "null"],
    ],
    [
      { name: "json", type: "BYTE_ARRAY", converted_type: "JSON", ...optional },
      [{ a: [1, "x"] }, null],
      ['{"a":[1,"x"]}', "null"],
    ],
  ];

  /** zstd that packs nothing. */
  const zstd = (bytes: Uint8Array): Uint8Array => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(0xfd2fb528, 0);
    head.writeUInt8(0xa0, 4);
    head.writeUInt32LE(bytes.length, 5);
    head.writeUIntLE(1 + bytes.length * 8, 9, 3);
    return Buffer.concat([head, bytes]);
  };

  type Codec = "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD" | "LZ4";
  const make = async (name: string, codec: Codec = "SNAPPY"): Promise<string> => {
    const path = join(folder, name);
    const writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: [{ name: "root", num_children: columns.length }, ...columns.map(([element]) => element)],
      codec,
      statistics: false,
      compressors: {
        GZIP: (bytes) => gzipSync(bytes),
        BROTLI: (bytes) => brotliCompressSync(bytes),
        ZSTD: zstd,
        LZ4: (bytes) => bytes,
      },
    });
    const columnData = columns.map(([{ name }, data]) => ({ name, data }));
    // Two row groups.
    await writer.write({ columnData, rowGroupSize: 1 });
    await writer.finish();
    return path;
  };
  const open = (path: string) =>
    openInput(path, {
      stdin: Readable.from([]),
      stdinSize: undefined,
      signal: new AbortController().signal,
      encoding: undefined,
      delimiter: undefined,
      warn: expect.fail,
    });
  const read = async (path: string): Promise<string[]> => {
    const rows: string[] = [];
    for await (const row of (await open(path)).rows) rows.push(writeJson(row));
    return rows;
  };
  const expected = [0, 1].map(
    (row) => `{${columns.map(([{ name }, , cells]) => `"${name}":${cells[row]}`).join(",")}}`,
  );

  for (const codec of ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD"] as const)
    it(`is read with every digit, packed as ${codec}`, async () => {
      expect(await read(await make(`${codec}.parquet`, codec))).to.deep.equal(expected);
    });

  it("keeps the types of columns from file to file, and gives new ones theirs", async () => {
    const { rows, layout } = await open(await make("in.parquet"));
    const path = join(folder, "out.parquet");
    const claim = await claimOutput(path);
    const sink = await claim.open({
      layout,
      shape: createShape(undefined, "full"),
      guard: (row, use) => use(row),
      warn: expect.fail,
    });
    for await (const row of rows)
      await sink.write({
        ...(row as object),
        small: "no number any more",
        tokens: 5,
        cost: 0.5,
        tags: ["a"],
      });
    await sink.end();
    const text = '"small":"no number any more"';
    const more = ',"tokens":5,"cost":0.5,"tags":["a"]}';
    expect(await read(path)).to.deep.equal(
      expected.map((row) => row.replace(/"small":-?\d/, text).replace(/\}$/, more)),
    );
    const bytes = await readFile(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const { schema } = await parquetMetadataAsync(file);
    const typeOf = (name: string) => {
      const { type, converted_type, logical_type } = schema.find((element) => element.name === name) ?? {};
      return [type, converted_type ?? logical_type?.type];
    };
    for (const [{ name, type, converted_type, logical_type }] of columns)
      if (name !== "small") expect(typeOf(name)).to.deep.equal([type, converted_type ?? logical_type?.type]);
    expect(["small", "tokens", "cost", "tags"].map(typeOf)).to.deep.equal([
      ["BYTE_ARRAY", "UTF8"],
      ["INT64", undefined],
      ["DOUBLE", undefined],
      ["BYTE_ARRAY", "JSON"],
    ]);
  });

  it("is refused in words where it cannot be read", async () => {
    const refusal = async (path: string) => open(path).catch(({ message }: Error) => message);
    expect(await refusal(await make("lz4.parquet", "LZ4"))).to.contain(
      "it is packed with LZ4; write it with Snappy",
    );
    const broken = join(folder, "broken.parquet");
    await writeFile(broken, "PAR1 and no more");
    expect(await refusal(broken)).to.contain("it is no Parquet file, or is damaged");
  });
});
