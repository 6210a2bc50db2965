import { FileFailure } from "../core/file-failure.js";

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

/** Whatever a command has thrown, as what ends it. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  return cannotRun(error instanceof FileFailure ? error.message : `unexpected error: ${error}`);
};
