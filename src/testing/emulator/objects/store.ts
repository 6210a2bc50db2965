import { createHash } from "node:crypto";

/** The objects of a local S3, by bucket and key, and uploads that are not complete yet, by their id. */
export interface ObjectStore {
  readonly buckets: Map<string, Map<string, Stored>>;
  readonly uploads: Map<string, Upload>;
}

export interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly at: Date;
  /** What the client says the bytes are. */
  readonly contentType?: string | undefined;
}

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string | undefined;
  readonly parts: Map<number, Buffer>;
}

export const createObjectStore = (): ObjectStore => ({ buckets: new Map(), uploads: new Map() });

/** Puts an object by its address, `s3://bucket/key`, into a bucket that is there. */
export const putObject = ({ buckets }: ObjectStore, address: string, bytes: Buffer, at: number): void => {
  const [bucket, key] = takeApart(address);
  buckets.get(bucket)?.set(key, { bytes, etag: etagOf(bytes), at: new Date(at) });
};

/**
 * The objects at an address: the one of this key, or all in the folder, by their names below it, in order. `null` where
 * there is no such bucket.
 */
export const objectsUnder = (
  { buckets }: ObjectStore,
  address: string,
): { name: string; bytes: Buffer }[] | null => {
  const [bucket, key] = takeApart(address);
  const objects = buckets.get(bucket);
  if (!objects) return null;
  const exact = objects.get(key);
  if (exact) return [{ name: key.slice(key.lastIndexOf("/") + 1), bytes: exact.bytes }];
  const folder = key === "" || key.endsWith("/") ? key : `${key}/`;
  return sortedKeys(objects, folder).map((name) => ({
    name: name.slice(folder.length),
    bytes: (objects.get(name) as Stored).bytes,
  }));
};

/** The keys that begin so, in the order of their bytes. */
export const sortedKeys = (objects: ReadonlyMap<string, Stored>, prefix: string): string[] =>
  [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);

export const byBytes = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** An object's own, or of one that was uploaded in parts the digest of theirs. */
export const etagOf = (...parts: readonly Buffer[]): string => {
  const [only] = parts;
  if (only && parts.length === 1) return `"${md5(only).toString("hex")}"`;
  return `"${md5(Buffer.concat(parts.map(md5))).toString("hex")}-${parts.length}"`;
};

const md5 = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

const takeApart = (address: string): [bucket: string, key: string] => {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address) ?? [];
  return [bucket, key];
};
