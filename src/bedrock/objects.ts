import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import { FileFailure } from "../core/file-failure.js";
import { failed } from "./object-failure.js";
import { machineStore, type Store } from "./object-store.js";

/** An object of S3 by its address. */
interface Address {
  readonly bucket: string;
  readonly key: string;
}

/** Takes `s3://bucket/key` apart. Throws a FileFailure for what is none. */
const readAddress = (address: string): Address => {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(address) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith("/"))
    throw new FileFailure(`${address} names no object; write s3://bucket/key`);
  return { bucket, key };
};

/** An object whose bytes are read in ranges: all of them belong to the object as it was when it was opened. */
export const openObject = async (address: string, store: Store = machineStore) => {
  const { bucket: Bucket, key: Key } = readAddress(address);
  const { client, sdk } = await store();
  const ask = <Answer>(answer: Promise<Answer>): Promise<Answer> => answer.catch(failed("read", address));
  const { ContentLength: size = 0, ETag } = await ask(
    client.send(new sdk.HeadObjectCommand({ Bucket, Key })),
  );
  const slice = async (start: number, end: number): Promise<Buffer> => {
    const range = { Bucket, Key, Range: `bytes=${start}-${end - 1}`, ...(ETag && { IfMatch: ETag }) };
    const { Body } = await ask(client.send(new sdk.GetObjectCommand(range)));
    // As the transport has it, without the copies that the client would make.
    const pieces: Buffer[] = await ask((Body as Readable).toArray());
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  };
  return {
    size,
    slice,
    close: async () => undefined,
    async *stream(): AsyncGenerator<Buffer> {
      for (let start = 0; start < size; start += rangeBytes)
        yield await slice(start, Math.min(size, start + rangeBytes));
    },
  };
};

/**
 * Sees that there are credentials and the bucket of an object that is to be written. Throws a FileFailure. What only the
 * writing itself can tell passes: who may put an object need not be allowed to see its bucket.
 */
export const checkBucket = async (address: string, store: Store = machineStore): Promise<void> => {
  const { bucket: Bucket } = readAddress(address);
  const { client, sdk } = await store();
  await client.send(new sdk.HeadBucketCommand({ Bucket })).catch((error) => {
    const status: number | undefined = error.$metadata?.httpStatusCode;
    if (status === undefined || status === 404)
      failed("write", address)(status ? { name: "NoSuchBucket", $metadata: error.$metadata } : error);
  });
};

/**
 * Sees that there are credentials, and a bucket in which a folder may be listed. Resolves to the bucket's region, `null` where S3
 * does not say. Throws a FileFailure.
 */
export const lookAtFolder = async (
  folder: string,
  store: Store,
  options: { readonly abortSignal: AbortSignal },
): Promise<{ readonly region: string | null }> => {
  const { bucket: Bucket, key } = readAddress(`${folder}x`);
  const { client, sdk } = await store();
  // Who may list a folder need not be allowed to see the whole bucket.
  const { BucketRegion = null } = await client
    .send(new sdk.HeadBucketCommand({ Bucket }), options)
    .catch(() => ({ BucketRegion: undefined }));
  const page = { Bucket, Prefix: key.slice(0, -1), MaxKeys: 1 };
  await client.send(new sdk.ListObjectsV2Command(page), options).catch(failed("list", folder));
  return { region: BucketRegion };
};

/** The objects below an address that ends in a slash: their addresses and bytes. Throws a FileFailure. */
export async function* listObjects(
  folder: string,
  store: Store = machineStore,
): AsyncGenerator<{ readonly address: string; readonly bytes: number }> {
  const { bucket: Bucket, key: Prefix } = readAddress(`${folder}x`);
  const { client, sdk } = await store();
  for (let after: string | undefined; ; ) {
    const page = { Bucket, Prefix: Prefix.slice(0, -1), ...(after && { ContinuationToken: after }) };
    const listed = await client.send(new sdk.ListObjectsV2Command(page)).catch(failed("list", folder));
    for (const { Key, Size = 0 } of listed.Contents ?? [])
      if (Key !== undefined) yield { address: `s3://${Bucket}/${Key}`, bytes: Size };
    after = listed.NextContinuationToken;
    if (!after) return;
  }
}

/** The folders right below a folder (`s3://bucket/folder/`), by their addresses. */
export async function* listFolders(folder: string, store: Store = machineStore): AsyncGenerator<string> {
  const { bucket: Bucket, key } = readAddress(`${folder}x`);
  const { client, sdk } = await store();
  for (let after: string | undefined; ; ) {
    const page = {
      Bucket,
      Prefix: key.slice(0, -1),
      Delimiter: "/",
      ...(after && { ContinuationToken: after }),
    };
    const listed = await client.send(new sdk.ListObjectsV2Command(page)).catch(failed("list", folder));
    for (const { Prefix } of listed.CommonPrefixes ?? []) if (Prefix) yield `s3://${Bucket}/${Prefix}`;
    after = listed.NextContinuationToken;
    if (!after) return;
  }
}

interface Putting {
  readonly store?: Store;
  /** Leaves an object alone that is there already. */
  readonly once?: boolean;
  /** A key of KMS that S3 encrypts it with. */
  readonly kmsKey?: string | null;
}

/** Puts a file in the place of an object, at once: a large one in parts, which show when all of them are there. */
export const putObject = async (address: string, path: string, putting: Putting = {}): Promise<void> => {
  const file = await open(path);
  try {
    await putOpened(address, file, putting);
  } finally {
    await file.close();
  }
};

/** The same for a file that is open, and need not have a name any more. */
export const putOpened = async (address: string, file: FileHandle, putting: Putting = {}): Promise<void> => {
  const { store = machineStore, once = false } = putting;
  const { client, sdk } = await store();
  const { size } = await file.stat();
  for (let tries = 1; ; tries++)
    try {
      return await putFile({ client, sdk }, address, { file, size }, putting);
    } catch (error) {
      const { name } = error as Error;
      if (once && name === "PreconditionFailed") return;
      // Whether the object is there then, only another try tells.
      if (!once || !isConflict(error) || tries === mostTries) failed("write", address)(error);
      await sleep(firstPauseMs * 2 ** tries * (0.5 + Math.random()));
    }
};

/** Whether S3 would not say if a write that is to be the first one is, since others write at the same time. */
const isConflict = (error: unknown): boolean =>
  (error as Partial<Error>).name === "ConditionalRequestConflict";

const mostTries = 4;
const firstPauseMs = 50;

const putFile = async (
  { client, sdk }: Awaited<ReturnType<Store>>,
  address: string,
  { file, size }: { readonly file: FileHandle; readonly size: number },
  { once = false, kmsKey = null }: Putting,
): Promise<void> => {
  const { bucket: Bucket, key: Key } = readAddress(address);
  const condition = once && { IfNoneMatch: "*" };
  const encryption = kmsKey !== null && { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: kmsKey };
  if (size <= partBytes) {
    const whole = { Bucket, Key, Body: await readPart(file, 0, size), ...condition, ...encryption };
    await client.send(new sdk.PutObjectCommand(whole));
    return;
  }
  const upload = { Bucket, Key, ...encryption };
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(upload));
  const place = { Bucket, Key, UploadId };
  const length = Math.max(partBytes, Math.ceil(size / mostParts));
  const numbers = Array.from({ length: Math.ceil(size / length) }, (_, index) => index + 1);
  const put = async (PartNumber: number) => {
    const start = (PartNumber - 1) * length;
    const Body = await readPart(file, start, Math.min(length, size - start));
    const { ETag } = await client.send(new sdk.UploadPartCommand({ ...place, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  try {
    const Parts = await pMap(numbers, put, { concurrency: 3 });
    const complete = { ...place, MultipartUpload: { Parts }, ...condition };
    await client.send(new sdk.CompleteMultipartUploadCommand(complete));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(place)).catch(() => undefined);
    throw error;
  }
};

const rangeBytes = 8_000_000;
/** S3 takes 10,000 parts of an object, and 5 MiB at least in each but the last. */
const partBytes = 8_000_000;
const mostParts = 9_000;

const readPart = async (file: FileHandle, start: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
};
