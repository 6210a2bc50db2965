/** What ends a command early: a sentence for stderr and the exit code (1 could not run, 2 wrong usage). */
export class Failure extends Error {
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.name = "Failure";
    this.exitCode = exitCode;
  }
}

export const cannotRun = (message: string): Failure => new Failure(1, message);

export const wrongUsage = (message: string): Failure => new Failure(2, message);

/** A file system error in words: the path, what was tried, and the reason. Never holds file content. */
export const fileFailure = (verb: string, path: string, error: unknown): Failure => {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return cannotRun(`cannot ${verb} ${path}: ${reasons[code] ?? (code || String(error))}`);
};

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
  ENOSPC: "no space left on the disk",
  EROFS: "the file system is read-only",
};
