import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { parseExact, writeJson } from "../core/exact-json.js";
import { FileFailure, fileFailure } from "../core/file-failure.js";
import type { Encode, Table } from "./encoder.js";
import { type FileKind, outputKind } from "./format.js";
import { splitLines } from "./lines.js";
import { claimPlace, type Place } from "./place.js";
import type { Layout } from "./row.js";
import { flatten, type Shape } from "./shape.js";
import { createSurvey, type Survey } from "./survey.js";
import type { WritableRow } from "./writable-row.js";
import { csvEncoder } from "./write-csv.js";
import { jsonEncoder, ndjsonEncoder } from "./write-json.js";
import { writeParquet } from "./write-parquet.js";

type Columns = Record<string, unknown>;

/** An output whose place is taken, and that nothing was written to. */
export interface Claim {
  /** Opens it for rows. Throws a FileFailure. */
  open(options: OutputOptions): Promise<Sink>;
  /** Gives the place back; what stands there stays as it is. */
  release(): void;
}

/** How an output is written. */
interface OutputOptions {
  /** What the input says of its columns: an output of the same kind is laid out alike. */
  readonly layout?: Layout | undefined;
  readonly shape: Shape;
  readonly escapeFormulas?: boolean;
  readonly guard: WritableRow;
  /** Takes one line about the output; never a row's content. */
  warn(line: string): void;
}

/** An output that is being written. */
export interface Sink {
  write(data: Columns): Promise<void>;
  /**
   * Puts the output in its place, whole. `example` is a row that was not written, for the header of a table without
   * rows.
   */
  end(example?: Columns): Promise<void>;
  /** Leaves the output as it was; resolves to the file that holds what was written, one JSON object a line. */
  leave(): Promise<string>;
}

/**
 * Takes the place of an output, so that no other run writes it; its ending chooses the format. Throws a FileFailure
 * where it cannot be written or its ending is not known.
 */
export const claimOutput = async (output: string): Promise<Claim> => {
  const kind = outputKind(output);
  const place = await claimPlace(output);
  return { open: (options) => openSink(output, { kind, place, ...options }), release: place.release };
};

interface Opening extends OutputOptions {
  readonly kind: FileKind;
  readonly place: Place;
}

/** Rows go to the part file, one JSON object a line; the output is made of it when its columns are all known. */
const openSink = async (output: string, opening: Opening): Promise<Sink> => {
  const { kind, place, layout, shape, guard, warn } = opening;
  const failed = (error: unknown): never => {
    throw error instanceof FileFailure ? error : fileFailure("write", output, error);
  };
  const isTable = kind.format !== "json" && kind.format !== "ndjson";
  const ofTable = (row: Columns): Columns => (isTable && shape.names === undefined ? flatten(row) : row);
  const types = kind.format === "parquet" ? (layout?.types ?? new Map()) : null;
  const survey = createSurvey(shape.names ?? (isTable ? (layout?.header ?? []) : []), types);
  if (existsSync(place.part)) warn(`${place.part} is what a run left that was ended early; it is replaced`);
  const part = await open(place.part, "w").catch(failed);
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  /** Why the part file takes no more, such as a full disk. Nobody waits for a flush of the timer's. */
  let broken: { cause: unknown } | undefined;
  let isOpen = true;
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = "";
    if (text !== "")
      writing = writing.then(async () => {
        if (broken) return;
        await part.appendFile(text).catch((cause: unknown) => {
          broken = { cause };
        });
      });
    return writing;
  };
  const refuseBroken = (): void => {
    if (broken) failed(broken.cause);
  };
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await flush();
    await part.close();
  };
  return {
    async write(data) {
      refuseBroken();
      guard(data, (row) => {
        const shaped = shape.apply(row);
        waiting += `${writeJson(shaped)}\n`;
        if (isTable) survey.note(ofTable(shaped));
      });
      if (waiting.length > mostWaiting) await flush();
      else timer ??= setTimeout(flush, flushMs).unref();
    },
    async end(example) {
      await close().catch(failed);
      refuseBroken();
      if (example) survey.note(ofTable(shape.apply(example)));
      if (kind.format === "ndjson" && !kind.gzip) await place.finish(place.part).catch(failed);
      else {
        const rows = (async function* () {
          for await (const line of splitLines(createReadStream(place.part)))
            yield ofTable(parseExact(line.toString()) as Columns);
        })();
        await encode(opening, { names: survey.names(), rows }, survey).catch(failed);
        await place.finish(place.whole).catch(failed);
        await rm(place.part, { force: true });
      }
      place.release();
    },
    async leave() {
      await close().catch(() => undefined);
      place.release();
      return place.part;
    },
  };
};

const flushMs = 100;
const mostWaiting = 65_536;

const encode = async (
  { kind, place, ...options }: Opening,
  table: Table,
  { typeOf }: Survey,
): Promise<void> => {
  if (kind.format === "parquet") return writeParquet(place.whole, table, typeOf);
  const text = Readable.from(inPieces(encoderOf(kind.format, options)(table)));
  const file = createWriteStream(place.whole);
  await (kind.gzip ? pipeline(text, createGzip(), file) : pipeline(text, file));
};

const encoderOf = (
  format: Exclude<FileKind["format"], "parquet">,
  { layout, escapeFormulas = false }: Pick<OutputOptions, "layout" | "escapeFormulas">,
): Encode => {
  if (format === "json") return jsonEncoder;
  if (format === "ndjson") return ndjsonEncoder;
  const usual = format === "tsv" ? "\t" : ",";
  const { delimiter, lineEnd, bom } = layout?.dialect ?? { delimiter: usual, lineEnd: "\n", bom: false };
  return csvEncoder({
    delimiter: layout?.format === format ? delimiter : usual,
    lineEnd,
    bom,
    escapeFormulas,
  });
};

/** Some kilobytes at a time. */
async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const text of texts) {
    piece += text;
    if (piece.length < mostWaiting) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
