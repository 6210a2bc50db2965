import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearest } from "./nearest.js";

/**
 * A file, or what is read in its place, that cannot be used: one sentence for its user, with the name and the reason.
 * It never holds content, which may be secret.
 */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
}

/**
 * A file system error in words: what was tried ("read", "write"), the path, the reason, and for a file that is not there
 * the one beside it that was perhaps meant.
 */
export const fileFailure = (verb: string, path: string, error: unknown): FileFailure => {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const meant = code === "ENOENT" ? neighbourLike(path) : undefined;
  return new FileFailure(
    `cannot ${verb} ${path}: ${reasons[code] ?? (code || String(error))}${meant ? `; did you mean "${meant}"?` : ""}`,
  );
};

const neighbourLike = (path: string): string | undefined => {
  const folder = dirname(path);
  try {
    const name = nearest(basename(path), readdirSync(folder));
    return name && (folder === "." ? name : join(folder, name));
  } catch {
    return undefined;
  }
};

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
  ENOSPC: "no space left on the disk",
  EFTYPE: "it is a pipe, a device or the like, or very large",
  EROFS: "the file system is read-only",
};
