import { fstatSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { Arguments } from "./command.js";
import { wrongUsage } from "./failure.js";

/** Throws wrong usage when --output is a file that is also read: it would be emptied first. Links count. */
export const refuseOverwrite = async ({ values }: Arguments): Promise<void> => {
  if (values.output === undefined) return;
  if (values.output === "-") throw wrongUsage("leave --output out to write messages to stdout");
  const output = await statsOf(values.output);
  if (!output?.isFile()) return;
  const same = (read: Stats | undefined): boolean => read?.ino === output.ino && read.dev === output.dev;
  for (const name of ["input", "config", "sync-config"]) {
    if (same(await statsOf(values[name]))) {
      throw wrongUsage(`--output and --${name} are the same file; write to another one`);
    }
  }
  if (same(fstatSync(0))) throw wrongUsage("--output and stdin are the same file; write to another one");
};

const statsOf = async (path: string | undefined): Promise<Stats | undefined> =>
  path === undefined ? undefined : stat(path).catch(() => undefined);
