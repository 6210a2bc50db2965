import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Store } from "../bedrock/object-store.js";
import { listFolders, listObjects, openObject } from "../bedrock/objects.js";

/** A file of logs, in S3 or here, by its address or path. */
type LogFile = string;

/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The files that may hold records of calls in some stretches of time: below the place of a logging configuration
 * (`s3://bucket/prefix/`), those of their hours; below any other folder, in S3 or here, all.
 */
export async function* logFiles(
  place: string,
  region: string,
  stretches: readonly Stretch[],
  store: Store,
): AsyncGenerator<LogFile> {
  if (!isInS3(place)) yield* filesBelow(place);
  else if (isFile(place)) yield place;
  else if (place.includes(marker)) yield* objectsBelow(place, store);
  else
    for await (const account of listFolders(`${folder(place)}AWSLogs/`, store))
      for (const hour of hoursOf(stretches))
        yield* objectsBelow(`${account}${marker}/${region}/${hour}/`, store);
}

const marker = "BedrockModelInvocationLogs";
const isInS3 = (place: string): boolean => place.startsWith("s3://");
const isFile = (name: string): boolean => /\.(?:json|jsonl|ndjson|log|txt)(?:\.gz)?$/.test(name);
const folder = (place: string): string => (place.endsWith("/") ? place : `${place}/`);

/** Bodies in files of their own lie among the records, and are read where a record names them. */
const isOfBodies = (name: string): boolean => /(?:^|\/)data\/[^/]*$/.test(name);

async function* objectsBelow(place: string, store: Store): AsyncGenerator<LogFile> {
  for await (const { address } of listObjects(folder(place), store))
    if (isFile(address) && !isOfBodies(address)) yield address;
}

async function* filesBelow(path: string): AsyncGenerator<LogFile> {
  if (!(await stat(path)).isDirectory()) {
    yield path;
    return;
  }
  for (const name of (await readdir(path, { recursive: true })).sort())
    if (isFile(name) && !isOfBodies(name)) yield join(path, name);
}

/** The hours of some stretches as folders are named by them, in UTC and in order. */
const hoursOf = (stretches: readonly Stretch[]): string[] => {
  const hours = new Set<number>();
  for (const { from, to } of stretches)
    for (let hour = Math.floor(from / hourMs); hour <= Math.floor(to / hourMs); hour++) hours.add(hour);
  return [...hours]
    .sort((one, other) => one - other)
    .map((hour) => new Date(hour * hourMs).toISOString().slice(0, 13).replace(/[-T]/g, "/"));
};

const hourMs = 3_600_000;

/** The bytes of a file, unpacked where it is gzipped, whatever its name says. */
export async function* bytesOf(file: LogFile, store: Store): AsyncGenerator<Buffer> {
  const chunks = isInS3(file) ? (await openObject(file, store)).stream() : createReadStream(file);
  const iterator = (chunks as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) yield* whole();
  // What breaks the unpacking off is thrown where it is read.
  else yield* pipeline(whole, createGunzip(), () => undefined);
}
