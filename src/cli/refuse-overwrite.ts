import { fstatSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Arguments } from "./command.js";
import { wrongUsage } from "./failure.js";

/** Throws wrong usage when --output is the ledger or a file that is also read: it would be emptied. Links count. */
export const refuseOverwrite = async (
  { values }: Arguments,
  {
    output: path,
    ledger,
    summary,
  }: { output?: string | undefined; ledger?: string | undefined; summary?: string | undefined },
): Promise<void> => {
  if (path === undefined || path === "-") return;
  for (const [name, other] of [
    ["the ledger", ledger],
    ["--summary", summary],
  ] as const)
    if (other !== undefined && resolve(other) === resolve(path)) throw wrongUsage(sameAs(name));
  const output = await statsOf(path);
  if (!output?.isFile()) return;
  const same = (read: Stats | undefined): boolean => read?.ino === output.ino && read.dev === output.dev;
  for (const name of ["input", "config", "sync-config"]) {
    if (same(await statsOf(values[name]))) {
      throw wrongUsage(sameAs(`--${name}`));
    }
  }
  if (same(await statsOf(ledger))) throw wrongUsage(sameAs("the ledger"));
  if (same(fstatSync(0))) throw wrongUsage(sameAs("stdin"));
};

const sameAs = (other: string): string => `--output and ${other} are the same file; write to another one`;

const statsOf = async (path: string | undefined): Promise<Stats | undefined> =>
  path === undefined ? undefined : stat(path).catch(() => undefined);
