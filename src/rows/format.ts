import { extname } from "node:path";

export type Format = "csv" | "tsv" | "json" | "ndjson";

/** The format of a file by its ending. What has none of the known ones is NDJSON, as stdin is. */
export const formatOf = (path: string): Format => byEnding[extname(path).toLowerCase()] ?? "ndjson";

const byEnding: Readonly<Record<string, Format>> = { ".csv": "csv", ".tsv": "tsv", ".json": "json" };
