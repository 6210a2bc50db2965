import { open } from "node:fs/promises";
import { fileFailure } from "../core/file-failure.js";
import type { Encoder } from "./encoder.js";
import { type Format, formatOf } from "./format.js";
import type { WritableRow } from "./writable-row.js";
import { csvEncoder } from "./write-csv.js";
import { jsonEncoder, ndjsonEncoder } from "./write-json.js";

/** A file being written row by row, so that a killed run keeps what it wrote. */
export interface Sink {
  write(data: Record<string, unknown>): Promise<void>;
  end(example?: Record<string, unknown>): Promise<void>;
  loss(): string | undefined;
}

/** Creates or empties `path`; its ending chooses the format. Throws a FileFailure with the path and the reason. */
export const openOutput = async (path: string, guard: WritableRow): Promise<Sink> => {
  const failed = (error: unknown): never => {
    throw fileFailure("write", path, error);
  };
  const encoder = encoders[formatOf(path)]();
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

const encoders: Readonly<Record<Format, () => Encoder>> = {
  csv: () => csvEncoder(","),
  tsv: () => csvEncoder("\t"),
  json: jsonEncoder,
  ndjson: ndjsonEncoder,
};
