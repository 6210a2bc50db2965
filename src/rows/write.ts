import { open } from "node:fs/promises";
import { extname } from "node:path";
import { fileFailure } from "../cli/failure.js";
import type { WritableRow } from "./writable-row.js";
import { csvEncoder } from "./write-csv.js";

/** Turns enriched rows into the text of one file format, in order. Every part is complete text. */
export interface Encoder {
  row(data: Record<string, unknown>): string;
  /** What closes the file. `example` is a row that was not written, for the header of a table without rows. */
  end(example?: Record<string, unknown>): string;
  /** A sentence about what the format could not keep, if anything. */
  loss?(): string | undefined;
}

/** A file being written row by row, so that a killed run keeps what it wrote. */
export interface Sink {
  write(data: Record<string, unknown>): Promise<void>;
  end(example?: Record<string, unknown>): Promise<void>;
  loss(): string | undefined;
}

/** Creates or empties `path`; its ending chooses the format. Throws "cannot run" with the path and the reason. */
export const openOutput = async (path: string, guard: WritableRow): Promise<Sink> => {
  const failed = (error: unknown): never => {
    throw fileFailure("write", path, error);
  };
  const encoder = encoderFor(path);
  const file = await open(path, "w").catch(failed);
  const put = async (text: string): Promise<void> => {
    if (text !== "") await file.appendFile(text).catch(failed);
  };
  return {
    write: (data) => put(guard(data, encoder.row)),
    async end(example) {
      await put(encoder.end(example));
      await file.close().catch(failed);
    },
    loss: () => encoder.loss?.(),
  };
};

/** One JSON object a line. */
export const ndjsonEncoder = (): Encoder => ({
  row: (data) => `${JSON.stringify(data)}\n`,
  end: () => "",
});

/** One JSON array, one row a line. */
export const jsonEncoder = (): Encoder => {
  let opening = "[\n";
  return {
    row(data) {
      const text = opening + JSON.stringify(data);
      opening = ",\n";
      return text;
    },
    end: () => (opening === ",\n" ? "\n]\n" : "[]\n"),
  };
};

function encoderFor(path: string): Encoder {
  const ending = extname(path).toLowerCase();
  if (ending === ".json") return jsonEncoder();
  if (ending !== ".csv" && ending !== ".tsv") return ndjsonEncoder();
  return csvEncoder(ending === ".csv" ? "," : "\t");
}
