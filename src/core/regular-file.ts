import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";

/** What is at a path that is no regular file; `null` for one. Only a regular file ends, and can be read in time. */
export const kindOf = (stats: Stats): string | null => {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
};

/** The same of a path; `null` also where nothing is, or where one may not look. */
export const kindAt = (path: string): string | null => {
  try {
    return kindOf(statSync(path));
  } catch {
    return null;
  }
};

/**
 * A text of a regular file, which is not waited for whatever stands at the path. @throws the system's error, or one with
 * the code `EFTYPE` that says what it is.
 */
export const readRegularFile = (path: string | URL): string => {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    const kind = kindOf(stats);
    if (kind !== null)
      throw Object.assign(new Error(`it is ${kind}, not a regular file`), { code: notRegular });
    if (stats.size > mostBytes)
      throw Object.assign(new Error("it has more than 64 MB"), { code: notRegular });
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
};

/** The system's own word for a file of the wrong kind, where it has one. */
export const notRegular = "EFTYPE";

/** Settings, prices and certificates are small. */
const mostBytes = 64 * 2 ** 20;
