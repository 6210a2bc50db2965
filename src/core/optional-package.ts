import { readFileSync } from "node:fs";

/**
 * Loads a package that one door alone needs, an optional peer of this one. `door` says who needs it.
 * @throws Error, one sentence with the command that helps, where the package is not installed or does not load.
 */
export const loadOptional = async <Package>(
  name: string,
  door: string,
  load: () => Promise<Package>,
): Promise<Package> => {
  try {
    return await load();
  } catch (cause) {
    throw new Error(`${door} needs the package ${name}, which ${reason(name, cause)}`, { cause });
  }
};

const reason = (name: string, cause: unknown): string => {
  const { code, message } = cause as { code?: string; message?: string };
  if (code === "ERR_MODULE_NOT_FOUND" && message?.includes(`'${name}'`))
    return `is not installed; install it: npm install "${name}@${rangeOf(name)}"`;
  return `does not load on ${process.platform}-${process.arch}; install it anew`;
};

/** The versions that this package works with. */
const rangeOf = (name: string): string =>
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).peerDependencies[name];
