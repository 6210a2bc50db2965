import { isAscii } from "node:buffer";
import type { RowState } from "../../index.js";
import type { Shape } from "../../rows/shape.js";
import { wholeNumber } from "../arguments.js";
import type { Arguments } from "../command.js";
import type { Fields } from "../config.js";
import { wrongUsage } from "../failure.js";
import { atLedger, isFile, withLedger } from "../ledger-option.js";
import { withOverrides } from "../overrides.js";
import { speaksJson } from "../report/terminal.js";
import { readShard, type Shard, shardFile, shardSettings } from "../shard.js";
import { loadSyncConfig } from "../sync-config.js";
import { readShape } from "./output-options.js";

/** All that the command line and the files of settings say of a run. */
export interface WritePlan {
  readonly syncConfig: unknown;
  readonly connection: Fields;
  /** The connection as the config has it: what the ledger knows of a row is looked up under it. */
  readonly unchanged: Fields;
  /** The file of the config. */
  readonly config: string | undefined;
  readonly ledger: string | undefined;
  readonly input: string | undefined;
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly output: string | undefined;
  readonly shape: Shape;
  readonly columns: string | undefined;
  readonly escapeFormulas: boolean;
  readonly shard: Shard | undefined;
  readonly only: RowState | undefined;
  readonly limit: number | undefined;
  /** Not all rows of the input are to be sent. */
  readonly isPart: boolean;
  /** The most rows that may be not enriched, in percent. */
  readonly tolerate: number | undefined;
  readonly summary: string | undefined;
  readonly jsonProgress: boolean;
  /** Whether rows may go into batch jobs, and whether these are not waited for. */
  readonly mayBatch: boolean;
  readonly detach: boolean;
  /** In how many milliseconds rows are wanted. */
  readonly deadlineMs: number | undefined;
  /** Whether stdout takes messages; a person at a terminal gets plain rows and no message. */
  readonly json: boolean;
}

/** Throws wrong usage, or "cannot run". */
export const planWrite = async (given: Arguments): Promise<WritePlan> => {
  const { values, flags } = given;
  const shape = readShape(given);
  const shard = readShard(given);
  const only = readOnly(given);
  const limit = readLimit(given);
  const tolerate = readTolerate(values.tolerate);
  const delimiter = readDelimiter(given);
  if (values.progress !== undefined && values.progress !== "json")
    throw wrongUsage(`option --progress is json, not ${JSON.stringify(values.progress)}`);
  if (values.summary === "-")
    throw wrongUsage("option --summary takes a file; stdout is for rows or messages");
  const host = await loadSyncConfig(given, process.env);
  const own = host.destination.connection_specification;
  const { connection: unsharded, ledger: whole } = withLedger(given, own);
  const ledger = whole !== undefined && shard && isFile(whole) ? shardFile(whole, shard) : whole;
  const unchanged = ledger === undefined ? unsharded : atLedger(unsharded, ledger);
  const overridden = withBatch(given, await withOverrides(given, unchanged));
  const connection = shard ? shardSettings(overridden, shard) : overridden;
  const output =
    values.output !== undefined && values.output !== "-" && shard
      ? shardFile(values.output, shard)
      : values.output;
  return {
    syncConfig: { ...host, destination: { ...host.destination, connection_specification: connection } },
    connection,
    unchanged,
    config: values.config,
    ledger,
    input: values.input,
    encoding: values.encoding,
    delimiter,
    output,
    shape,
    columns: values.columns,
    escapeFormulas: flags.has("escape-formulas"),
    shard,
    only,
    limit,
    isPart: Boolean(shard || only || limit !== undefined),
    tolerate,
    summary: values.summary,
    jsonProgress: values.progress === "json",
    mayBatch: isBatched(connection),
    detach: flags.has("detach"),
    deadlineMs: readDeadline(values.deadline),
    json: speaksJson(given),
  };
};

/** The settings with what `--batch` says in place of theirs. Throws wrong usage. */
const withBatch = ({ values, flags }: Arguments, settings: Fields): Fields => {
  const batched = flags.has("batch") ? { ...settings, delivery: "batch" } : settings;
  for (const [name, given] of [
    ["detach", flags.has("detach")],
    ["deadline", values.deadline !== undefined],
  ] as const)
    if (given && !isBatched(batched))
      throw wrongUsage(`--${name} needs --batch, or the setting delivery: batch or auto`);
  return batched;
};

/** Hours and minutes, such as `6h`, `90m` or `1h30m`, in milliseconds. Throws wrong usage. */
const readDeadline = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const [, hours = "0", minutes = "0"] = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?$/.exec(text) ?? [];
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  if (ms > 0) return ms;
  throw wrongUsage(`option --deadline is a time such as 6h, 90m or 1h30m, not ${JSON.stringify(text)}`);
};

const isBatched = ({ delivery }: Fields): boolean => delivery === "batch" || delivery === "auto";

/** The number of `--limit`. Throws wrong usage. */
export const readLimit = (given: Arguments): number | undefined =>
  given.values.limit === undefined
    ? undefined
    : wholeNumber(given, "limit", { fallback: 0, least: 0, most: Number.MAX_SAFE_INTEGER });

/** Reads no further than it has to. */
export async function* firstRows(rows: AsyncIterable<unknown>, limit: number): AsyncGenerator<unknown> {
  let left = limit;
  if (left === 0) return;
  for await (const row of rows) {
    yield row;
    left -= 1;
    if (left === 0) return;
  }
}

/** What `--delimiter` says: one ASCII character, or "tab". Throws wrong usage. */
export const readDelimiter = ({ values }: Arguments): string | undefined => {
  const { delimiter } = values;
  if (delimiter === undefined) return undefined;
  if (delimiter === "tab" || delimiter === "\\t") return "\t";
  if (delimiter.length === 1 && isAscii(Buffer.from(delimiter)) && !/["\r\n]/.test(delimiter))
    return delimiter;
  throw wrongUsage(`option --delimiter is one ASCII character, or tab, not ${JSON.stringify(delimiter)}`);
};

const readOnly = ({ values, flags }: Arguments): RowState | undefined => {
  const { only } = values;
  if (only === undefined) return undefined;
  if (only !== "failed" && only !== "held" && only !== "new")
    throw wrongUsage(`option --only is failed, held or new, not ${JSON.stringify(only)}`);
  if (flags.has("no-ledger")) throw wrongUsage("--only asks the ledger, which --no-ledger leaves out");
  return only;
};

const readTolerate = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1]);
  if (percent <= 100) return percent;
  throw wrongUsage(`option --tolerate is a percentage, such as 5 or 0.5%, not ${JSON.stringify(text)}`);
};
