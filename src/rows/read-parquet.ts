import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from "hyparquet";
import { ExactNumber } from "../core/exact-number.js";
import { FileFailure } from "../core/file-failure.js";
import type { ByteSource } from "./byte-source.js";
import { writeDate, writeMoment } from "./moments.js";
import { type ParquetType, typeOf } from "./parquet-types.js";
import type { Columns, Reading, Row } from "./row.js";

/** Opens a Parquet file and reads its rows, some megabytes at a time. Throws a FileFailure for what is none. */
export const readParquet = async (
  name: string,
  source: ByteSource,
  warn: (line: string) => void,
): Promise<Reading> => {
  const file: AsyncBuffer = {
    byteLength: source.size ?? 0,
    async slice(start, end = source.size ?? 0) {
      const bytes = await source.slice(start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
  const { parquetMetadataAsync } = await import("hyparquet");
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch(async (cause: unknown) => {
    await source.close();
    throw cause instanceof FileFailure ? cause : unreadable(name, cause);
  });
  const { types, header, raw, nestedDecimals } = columnsOf(metadata);
  if (nestedDecimals)
    warn(`${name}: decimals inside of lists and structs are read as floating point numbers`);
  const twice = header.find((title, index) => header.indexOf(title) !== index);
  if (twice !== undefined)
    throw new FileFailure(`${name}: there are two columns ${JSON.stringify(twice)}; rename one`);
  const total = Number(metadata.num_rows);
  return {
    rows: (async function* () {
      try {
        yield* parquetRows(name, { file, metadata: raw, header, types });
      } finally {
        await source.close();
      }
    })(),
    shareAt: (end) => (total === 0 ? 1 : Math.min(1, end / total)),
    layout: () => ({ format: "parquet", header, types }),
  };
};

interface Opened {
  readonly file: AsyncBuffer;
  /** Its schema without what the types here read themselves. */
  readonly metadata: FileMetaData;
  readonly header: readonly string[];
  readonly types: Columns;
}

async function* parquetRows(name: string, { file, metadata, header, types }: Opened): AsyncGenerator<Row> {
  const { parquetRead } = await import("hyparquet");
  const compressors = await compressorsOf(name, metadata);
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const batches = Math.min(mostBatches, Math.ceil(Number(group.total_byte_size) / batchBytes));
    const batch = Math.max(1, Math.ceil(rows / Math.max(1, batches)));
    for (let from = 0; from < rows; from += batch) {
      const rowStart = groupStart + from;
      const rowEnd = Math.min(rowStart + batch, groupStart + rows);
      const options = {
        file,
        metadata,
        compressors,
        rowStart,
        rowEnd,
        utf8: false,
        parsers,
        useOffsetIndex: true,
      };
      const cells = await new Promise<unknown[][]>((onComplete, reject) => {
        parquetRead({ ...options, columns: [...header], rowFormat: "array", onComplete }).catch(reject);
      }).catch((cause: unknown) => {
        throw cause instanceof FileFailure ? cause : unreadable(name, cause);
      });
      for (const [index, values] of cells.entries())
        yield { value: rowOf(header, values, types), end: rowStart + index + 1 };
    }
    groupStart += rows;
  }
}

/** The bytes of a row group, before they are packed, that are taken at once. */
const batchBytes = 4_000_000;
/** Without an index of its pages, a group is read from its start for each batch. */
const mostBatches = 16;

/** Defined, not assigned: a column may be called `__proto__`. */
const rowOf = (
  header: readonly string[],
  values: readonly unknown[],
  types: Columns,
): Record<string, unknown> =>
  Object.fromEntries(
    header.map((name, index) => {
      const raw = values[index];
      const type = types.get(name);
      if (raw === null || raw === undefined) return [name, null];
      return [name, type ? type.read(raw) : nested(raw)];
    }),
  );

/** What a list or a struct holds, as JSON has it. */
const nested = (value: unknown): unknown => {
  if (typeof value === "bigint") return ExactNumber.of(String(value));
  if (typeof value === "number") return ExactNumber.of(Object.is(value, -0) ? "-0" : String(value));
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], nested);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, nested(inner)]));
};

const parsers = {
  timestampFromMilliseconds: (units: bigint) => writeMoment(units, 3, true),
  timestampFromMicroseconds: (units: bigint) => writeMoment(units, 6, true),
  timestampFromNanoseconds: (units: bigint) => writeMoment(units, 9, true),
  dateFromDays: (days: number) => writeDate(BigInt(days)),
};

/** The columns that have a type here, and the schema in which they stand without theirs, so that they come as they are. */
const columnsOf = (metadata: FileMetaData) => {
  const types = new Map<string, ParquetType>();
  const header: string[] = [];
  const schema = [...metadata.schema];
  let nestedDecimals = false;
  for (let at = 1; at < schema.length; at = afterSubtree(schema, at)) {
    nestedDecimals ||= schema.slice(at + 1, afterSubtree(schema, at)).some(isDecimal);
    const element = schema[at] as SchemaElement;
    header.push(element.name);
    const type = typeOf(element);
    if (!type) continue;
    types.set(element.name, type);
    const { converted_type: _, logical_type: __, ...bare } = element;
    schema[at] = bare;
  }
  return { types, header, nestedDecimals, raw: { ...metadata, schema } };
};

const afterSubtree = (schema: readonly SchemaElement[], at: number): number => {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = afterSubtree(schema, next);
  return next;
};

const isDecimal = ({ converted_type }: SchemaElement): boolean => converted_type === "DECIMAL";

/** How pages are unpacked, beside Snappy. Throws a FileFailure for what is packed in another way. */
const compressorsOf = async (name: string, { row_groups }: FileMetaData): Promise<Compressors> => {
  const codecs = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec));
  const strange = codecs.find((codec) => codec !== undefined && !known.has(codec));
  if (strange)
    throw new FileFailure(
      `cannot read ${name}: it is packed with ${strange}; write it with Snappy, zstd or gzip`,
    );
  const zstd = codecs.includes("ZSTD") ? await import("fzstd") : undefined;
  return {
    GZIP: (input) => gunzipSync(input),
    BROTLI: (input) => brotliDecompressSync(input),
    ...(zstd && { ZSTD: (input) => zstd.decompress(input) }),
  };
};

const known = new Set<string>(["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD"]);

/** A library's words may quote what a file holds. */
const unreadable = (name: string, cause: unknown): FileFailure => {
  const failure = new FileFailure(
    `cannot read ${name}: it is no Parquet file, or is damaged or of a kind not known here`,
  );
  failure.cause = cause;
  return failure;
};
