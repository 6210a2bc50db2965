import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FileFailure, fileFailure } from "../core/file-failure.js";
import { untilQuiet } from "./until-quiet.js";

/** Where the bytes of an input come from. */
export interface ByteSource {
  /** In bytes; undefined for a pipe. */
  readonly size: number | undefined;
  /** All of them, from the start. */
  stream(): AsyncIterable<Buffer>;
  /** Those from `start` up to `end`; not of a pipe. */
  slice(start: number, end: number): Promise<Buffer>;
  /** Once no more bytes are asked for. */
  close(): Promise<void>;
}

/**
 * Opens what a path, a `file:` address or an `s3:` address names. Throws a FileFailure where it cannot be read.
 * @param signal once aborted, a pipe that stays silent is no longer waited for
 */
export const openBytes = async (place: string, signal: AbortSignal | undefined): Promise<ByteSource> => {
  if (!isS3(place)) return openFile(localPath(place), signal);
  const { openObject } = await import("../bedrock/objects.js");
  return openObject(place);
};

export const isS3 = (place: string): boolean => place.startsWith("s3://");

/** The path of a file that may be named by a `file:` address. */
export const localPath = (place: string): string => {
  const [, scheme] = /^([a-z][\w+.-]+):\/\//i.exec(place) ?? [];
  if (scheme !== undefined && scheme !== "file")
    throw new FileFailure(
      `${place}: nothing is known of ${scheme}://; give a path, file:///path or s3://bucket/key`,
    );
  if (!place.startsWith("file:")) return place;
  try {
    return fileURLToPath(place);
  } catch {
    throw new FileFailure(`${place} names no file of this machine; write file:///path or the path alone`);
  }
};

const openFile = async (path: string, signal: AbortSignal | undefined): Promise<ByteSource> => {
  const failed = (error: unknown): never => {
    throw fileFailure("read", path, error);
  };
  const stats = await stat(path).catch(failed);
  if (stats.isDirectory()) throw new FileFailure(`cannot read ${path}: it is a folder`);
  const isPipe = !stats.isFile();
  let file: FileHandle | undefined;
  return {
    size: isPipe ? undefined : stats.size,
    stream: () => (isPipe && signal ? untilQuiet(createReadStream(path), signal) : createReadStream(path)),
    async slice(start, end) {
      if (isPipe)
        throw new FileFailure(`cannot read ${path}: Parquet is read from its end, which a pipe cannot be`);
      file ??= await open(path).catch(failed);
      const { buffer, bytesRead } = await file
        .read(Buffer.alloc(end - start), 0, end - start, start)
        .catch(failed);
      return buffer.subarray(0, bytesRead);
    },
    close: async () => file?.close(),
  };
};
