import { createHash } from "node:crypto";
import { BadLine } from "../core/bad-line.js";
import { writeJson } from "../core/exact-json.js";
import { beforeEndings } from "../rows/format.js";
import type { Arguments } from "./command.js";
import type { Fields } from "./config.js";
import { wrongUsage } from "./failure.js";

/** One of `of` parts of the rows, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The shard of `--shard 2/8`. Throws wrong usage. */
export const readShard = ({ values }: Arguments): Shard | undefined => {
  const { shard } = values;
  if (shard === undefined) return undefined;
  const [, index = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(shard) ?? []).map(Number);
  if (index < 1 || index > of)
    throw wrongUsage(
      `option --shard is I/N, such as 1/4 for the first of four, not ${JSON.stringify(shard)}`,
    );
  return { index, of };
};

/** A file's name for one shard, the same on every run: `out.csv` is `out.shard-2-of-8.csv`. */
export const shardFile = (path: string, { index, of }: Shard): string =>
  beforeEndings(path, `shard-${index}-of-${of}`);

/** The rows of one shard: each row belongs to the shard that a hash of it says, whatever stands around it. */
export async function* shardRows(
  rows: AsyncIterable<unknown>,
  { index, of }: Shard,
): AsyncGenerator<unknown> {
  for await (const row of rows) {
    const digest = createHash("sha256").update(textOf(row)).digest();
    if ((digest.readUIntBE(0, 6) % of) + 1 === index) yield row;
  }
}

/** One n-th of what the settings allow all shards together: told quotas and ceilings. */
export const shardSettings = (connection: Fields, { of }: Shard): Fields =>
  Object.fromEntries(
    Object.entries(connection).map(([name, value]) => {
      const number = shared.has(name) && value !== "" && value !== null ? Number(value) : Number.NaN;
      if (!Number.isFinite(number)) return [name, value];
      return [name, name === "max_spend_usd" ? number / of : Math.max(1, Math.floor(number / of))];
    }),
  );

const shared = new Set([
  "tokens_per_minute",
  "requests_per_minute",
  "max_rows",
  "max_tokens_total",
  "max_spend_usd",
]);

const textOf = (row: unknown): string => {
  if (row instanceof BadLine) return row.text;
  try {
    return writeJson(row) ?? "";
  } catch {
    // Nested too deeply to be written, and to be sent.
    return "";
  }
};
