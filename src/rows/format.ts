import { basename, extname } from "node:path";
import { FileFailure } from "../core/file-failure.js";

export type Format = "csv" | "tsv" | "json" | "ndjson" | "parquet";

/** The format that a file's ending tells, and whether it is compressed: `rows.csv.gz` is CSV. */
export interface FileKind {
  readonly format: Format;
  readonly gzip: boolean;
}

/** What a file to be read is, by its ending. What has none of the known ones is NDJSON, as stdin is. */
export const inputKind = (path: string): FileKind => {
  const { ending, gzip } = endingOf(path);
  return { format: byEnding[ending] ?? "ndjson", gzip };
};

/** What a file to be written is, by its ending; without one, NDJSON. Throws a FileFailure for an unknown one. */
export const outputKind = (path: string): FileKind => {
  const { ending, gzip } = endingOf(path);
  const format = ending === "" ? "ndjson" : byEnding[ending];
  if (format === undefined || (gzip && format === "parquet"))
    throw new FileFailure(
      `cannot write ${path}: no format is known by the ending ${ending}${gzip ? ".gz" : ""}; ` +
        `end it in ${Object.keys(byEnding).join(", ")}, or in .gz after one of these but .parquet`,
    );
  return { format, gzip };
};

/** A path with a word before its endings: `out.csv.gz` and `shard-1-of-4` make `out.shard-1-of-4.csv.gz`. */
export const beforeEndings = (path: string, word: string): string => {
  const { ending, gzip } = endingOf(path);
  const endings = (byEnding[ending] ? ending.length : 0) + (gzip ? 3 : 0);
  const at = path.length - endings;
  return `${path.slice(0, at)}.${word}${path.slice(at)}`;
};

const byEnding: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".json": "json",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".parquet": "parquet",
};

const endingOf = (path: string): { ending: string; gzip: boolean } => {
  const name = basename(path).toLowerCase();
  const gzip = name.endsWith(".gz");
  return { ending: extname(`x${gzip ? name.slice(0, -3) : name}`), gzip };
};
