import { isAscii, isUtf8 } from "node:buffer";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileFailure, fileFailure } from "../core/file-failure.js";

/** The text of a file as UTF-8, without a byte order mark. Bytes that are no text stay what is not UTF-8. */
export interface Text {
  readonly chunks: AsyncIterable<Buffer>;
  readonly bom: boolean;
  /** Its encoding as messages name it. */
  readonly encoding: string;
  /** Bytes handed over, and bytes taken for them. */
  readonly read: { decoded: number; raw: number };
}

/** What is known of a file's text before it is read. */
interface Known {
  readonly name: string;
  /** A name of an encoding, as browsers know them; without one it is UTF-8, unless its first bytes say another. */
  readonly encoding: string | undefined;
  warn(line: string): void;
}

/** Opens a stream of bytes as text, unpacked where it is gzip. Throws a FileFailure for what is no text. */
export const openText = async (bytes: AsyncIterable<Buffer>, known: Known): Promise<Text> => {
  const { name } = known;
  const read = { decoded: 0, raw: 0 };
  const packed = await peek(counted(bytes, read, name));
  const { head, chunks } = startsWith(packed.head, gzipMagic)
    ? await peek(unpacked(packed.chunks, name))
    : packed;
  refuseBinary(head, name);
  const { label, bom } = encodingOf(head, known);
  const decoded = label === "utf-8" ? withoutBom(chunks, bom) : recoded(chunks, label);
  return { chunks: tallied(decoded, read), bom, encoding: label === "utf-8" ? "UTF-8" : label, read };
};

/** A line as a string; bytes that are no text come out one character each, so that none is lost. */
export const textOf = (line: Buffer): string => line.toString(isUtf8(line) ? "utf8" : "latin1");

const encodingOf = (head: Buffer, { name, encoding, warn }: Known): { label: string; bom: boolean } => {
  const marked = boms.find(({ bytes }) => startsWith(head, bytes));
  if (encoding !== undefined) {
    const { encoding: label } = decoderOf(encoding);
    return { label, bom: marked?.label === label };
  }
  if (marked) {
    if (marked.label !== "utf-8") warn(`${name} is read as ${marked.label}, as its byte order mark says`);
    return { label: marked.label, bom: true };
  }
  const guess = withoutMark(head);
  if (guess) warn(`${name} is read as ${guess}: every other byte of its beginning is 0`);
  return { label: guess ?? "utf-8", bom: false };
};

/** Throws a FileFailure for a name that is no encoding's. */
const decoderOf = (label: string) => {
  try {
    return new TextDecoder(label);
  } catch {
    throw new FileFailure(
      `no encoding is called ${JSON.stringify(label)}; such as utf-8, utf-16le, utf-16be, latin1, windows-1252`,
    );
  }
};

const boms = [
  { label: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { label: "utf-16le", bytes: [0xff, 0xfe] },
  { label: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

/** UTF-16 of a text that begins with plain letters: nothing else has a 0 in every other place and none between. */
const withoutMark = (head: Buffer): string | undefined => {
  if (head.length < 4) return undefined;
  const start = head.subarray(0, 16);
  const places = (odd: number) => start.filter((_, index) => index % 2 === odd);
  const isPlain = (bytes: Uint8Array) => isAscii(bytes) && bytes.every((byte) => byte > 0);
  if (places(1).every((byte) => byte === 0) && isPlain(places(0))) return "utf-16le";
  return places(0).every((byte) => byte === 0) && isPlain(places(1)) ? "utf-16be" : undefined;
};

const gzipMagic = [0x1f, 0x8b];
const formats: readonly (readonly [string, readonly number[]])[] = [
  ["a zip file, as spreadsheets (.xlsx) are; save it as CSV", [0x50, 0x4b, 3, 4]],
  ["a spreadsheet (.xls); save it as CSV", [0xd0, 0xcf, 0x11, 0xe0]],
  ["Parquet; name it .parquet", [0x50, 0x41, 0x52, 0x31]],
  ["UTF-32; save it as UTF-8", [0xff, 0xfe, 0, 0]],
  ["UTF-32; save it as UTF-8", [0, 0, 0xfe, 0xff]],
  ["packed with gzip twice; unpack it once", gzipMagic],
  ["packed with zstd; unpack it first", [0x28, 0xb5, 0x2f, 0xfd]],
  ["packed with bzip2; unpack it first", [0x42, 0x5a, 0x68]],
  ["packed with xz; unpack it first", [0xfd, 0x37, 0x7a, 0x58]],
];

const refuseBinary = (head: Buffer, name: string): void => {
  const known = formats.find(([, magic]) => startsWith(head, magic));
  if (known) throw new FileFailure(`${name} cannot be read as text: it is ${known[0]}`);
};

const startsWith = (head: Buffer, bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

/** The first bytes of a stream, and the whole of it. */
const peek = async (
  stream: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; chunks: AsyncGenerator<Buffer> }> => {
  const iterator = stream[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let step = await iterator.next();
  for (; !step.done; step = await iterator.next()) {
    head = head.length === 0 ? step.value : Buffer.concat([head, step.value]);
    if (head.length >= 4) break;
  }
  const chunks = (async function* () {
    try {
      if (head.length > 0) yield head;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
  return { head, chunks };
};

/** Throws a FileFailure where the chunks break off. */
async function* counted(bytes: AsyncIterable<Buffer>, read: Text["read"], name: string) {
  try {
    for await (const chunk of bytes) {
      read.raw += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof FileFailure ? error : fileFailure("read", name, error);
  }
}

async function* tallied(chunks: AsyncIterable<Buffer>, read: Text["read"]) {
  for await (const chunk of chunks) {
    read.decoded += chunk.length;
    yield chunk;
  }
}

async function* unpacked(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // The loop below throws what the pipeline reports.
  pipeline(Readable.from(chunks), gunzip, () => undefined);
  try {
    yield* gunzip;
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    throw new FileFailure(`cannot read ${name}: its gzip is damaged or cut off`);
  }
}

async function* withoutBom(chunks: AsyncIterable<Buffer>, bom: boolean): AsyncGenerator<Buffer> {
  let skip = bom ? 3 : 0;
  for await (const chunk of chunks) {
    yield chunk.subarray(skip);
    skip = 0;
  }
}

/** Text of another encoding. What has no meaning in it becomes a byte that is not UTF-8, so that its line shows. */
async function* recoded(chunks: AsyncIterable<Buffer>, label: string): AsyncGenerator<Buffer> {
  const decoder = decoderOf(label);
  const bytesOf = (text: string): Buffer => {
    if (!text.includes("\uFFFD")) return Buffer.from(text);
    const parts = text.split("\uFFFD").flatMap((part) => [Buffer.from([0xff]), Buffer.from(part)]);
    return Buffer.concat(parts.slice(1));
  };
  for await (const chunk of chunks) yield bytesOf(decoder.decode(chunk, { stream: true }));
  yield bytesOf(decoder.decode());
}
