import { fstatSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { wrongUsage } from "./failure.js";

interface Written {
  readonly output?: string | undefined;
  readonly ledger?: string | undefined;
  readonly summary?: string | undefined;
  readonly report?: string | undefined;
}

/** A file, perhaps, and what messages call it. */
type Named = readonly [name: string, path: string | undefined];

/**
 * Throws wrong usage when a file that is to be replaced, of `--output`, `--summary` or `--report`, is one of those that are `read`, or
 * is the other one, or the ledger. Links count.
 */
export const refuseOverwrite = async (
  { output, ledger, summary, report }: Written,
  read: readonly Named[],
): Promise<void> => {
  const others: Named[] = [...read, ["the ledger", ledger]];
  await refuseSame("--output", output, [...others, ["--summary", summary]]);
  await refuseSame("--summary", summary, others);
  await refuseSame("--report", report, others);
};

const refuseSame = async (
  option: string,
  path: string | undefined,
  others: readonly Named[],
): Promise<void> => {
  if (path === undefined || path === "-") return;
  const stats = await statsOf(path);
  const isSame = (other: Stats | undefined): boolean =>
    Boolean(stats?.isFile()) && other?.ino === stats?.ino && other?.dev === stats?.dev;
  for (const [name, other] of others)
    if (other !== undefined && (resolve(other) === resolve(path) || isSame(await statsOf(other))))
      throw wrongUsage(`${option} and ${name} are the same file; write to another one`);
  if (isSame(fstatSync(0))) throw wrongUsage(`${option} and stdin are the same file; write to another one`);
};

const statsOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);
