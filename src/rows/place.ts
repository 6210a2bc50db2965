import { createReadStream, createWriteStream } from "node:fs";
import {
  access,
  chmod,
  constants,
  mkdtemp,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { FileFailure, fileFailure } from "../core/file-failure.js";
import { LockHeld, takeLock } from "../core/lock.js";
import { isS3, localPath } from "./byte-source.js";

/** A place for an output that nobody else writes to, and where it is made before it is whole. */
export interface Place {
  /** Where the rows are gathered: beside the output, or in a folder of its own where that is no file here. */
  readonly part: string;
  /** Where the file is made of them. */
  readonly whole: string;
  /** Puts a finished file in its place, in one step. */
  finish(file: string): Promise<void>;
  /** Gives the place back to others. It is safe at process exit, and may be called twice. */
  release(): void;
}

/** Takes a place and touches nothing there. Throws a FileFailure where nothing can be written, or another run writes. */
export const claimPlace = async (output: string): Promise<Place> => {
  if (isS3(output)) return claimObject(output);
  const path = localPath(output);
  const failed = (error: unknown): never => {
    throw fileFailure("write", path, error);
  };
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : failed(error),
  );
  if (stats?.isDirectory()) throw new FileFailure(`cannot write ${path}: it is a folder`);
  if (stats && !stats.isFile()) return claimDevice(path);
  const file = stats ? await realpath(path) : await behindLinks(path);
  await access(dirname(file), constants.W_OK).catch(failed);
  if (stats) await access(file, constants.W_OK).catch(failed);
  const lock = await takeLock(file).catch(failed);
  if (lock instanceof LockHeld)
    throw new FileFailure(`cannot write ${path}: another run writes it; ${lock.sentence}`);
  process.once("exit", lock);
  return {
    part: `${file}.part`,
    whole: `${file}.whole.part`,
    async finish(made) {
      if (stats) await chmod(made, stats.mode).catch(() => undefined);
      await toDisk(made).catch(failed);
      await rename(made, file).catch(failed);
    },
    release() {
      process.off("exit", lock);
      lock();
    },
  };
};

/** What a link leads to that may lead to nothing yet. */
const behindLinks = async (path: string): Promise<string> => {
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : behindLinks(resolve(await realpath(dirname(path)), target));
};

/** A pipe or a device is written to when all is done. */
const claimDevice = async (path: string): Promise<Place> =>
  elsewhere((made) => pipeline(createReadStream(made), createWriteStream(path)));

const claimObject = async (address: string): Promise<Place> => {
  const { checkBucket, putObject } = await import("../bedrock/objects.js");
  await checkBucket(address);
  return elsewhere((made) => putObject(address, made));
};

/** Its rows are gathered in a folder of the system's. */
const elsewhere = async (finish: (made: string) => Promise<void>): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), "bedrock-model-"));
  return {
    part: join(folder, "rows.part"),
    whole: join(folder, "whole.part"),
    async finish(made) {
      await finish(made);
      await rm(folder, { recursive: true, force: true });
    },
    release: () => undefined,
  };
};

const toDisk = async (path: string): Promise<void> => {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};
