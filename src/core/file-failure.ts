/**
 * A file, or what is read in its place, that cannot be used: one sentence for its user, with the name and the reason.
 * It never holds content, which may be secret.
 */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
}

/** A file system error in words: what was tried ("read", "write"), the path, and the reason. */
export const fileFailure = (verb: string, path: string, error: unknown): FileFailure => {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return new FileFailure(`cannot ${verb} ${path}: ${reasons[code] ?? (code || String(error))}`);
};

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
  ENOSPC: "no space left on the disk",
  EROFS: "the file system is read-only",
};
