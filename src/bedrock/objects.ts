import { type FileHandle, open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { HttpResponse } from "@smithy/core/protocols";
import pMap from "p-map";
import { ConnectorError } from "../core/errors.js";
import { FileFailure } from "../core/file-failure.js";
import { loadOptional } from "../core/optional-package.js";
import { credentialsMs } from "./client.js";
import { credentialChain } from "./credential-chain.js";
import { createTransport } from "./transport.js";

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
export const openObject = async (address: string) => {
  const { bucket: Bucket, key: Key } = readAddress(address);
  const { client, sdk } = await openClient();
  const ask = <Answer>(answer: Promise<Answer>): Promise<Answer> => answer.catch(failed("read", address));
  const { ContentLength: size = 0, ETag } = await ask(
    client.send(new sdk.HeadObjectCommand({ Bucket, Key })),
  );
  const slice = async (start: number, end: number): Promise<Buffer> => {
    const range = { Bucket, Key, Range: `bytes=${start}-${end - 1}`, ...(ETag && { IfMatch: ETag }) };
    const { Body } = await ask(client.send(new sdk.GetObjectCommand(range)));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
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
export const checkBucket = async (address: string): Promise<void> => {
  const { bucket: Bucket } = readAddress(address);
  const { client, sdk } = await openClient();
  await client.send(new sdk.HeadBucketCommand({ Bucket })).catch((error) => {
    const status: number | undefined = error.$metadata?.httpStatusCode;
    if (status === undefined || status === 404)
      failed("write", address)(status ? { name: "NoSuchBucket", $metadata: error.$metadata } : error);
  });
};

/** Puts a file in the place of an object, at once: a large one in parts, which show when all of them are there. */
export const putObject = async (address: string, path: string): Promise<void> => {
  const { bucket: Bucket, key: Key } = readAddress(address);
  const { client, sdk } = await openClient();
  const { size } = await stat(path);
  const ask = <Answer>(answer: Promise<Answer>): Promise<Answer> => answer.catch(failed("write", address));
  const file = await open(path);
  try {
    if (size <= partBytes) {
      await ask(client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: await readPart(file, 0, size) })));
      return;
    }
    const { UploadId } = await ask(client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key })));
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
      await client.send(new sdk.CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts } }));
    } catch (error) {
      await client.send(new sdk.AbortMultipartUploadCommand(place)).catch(() => undefined);
      failed("write", address)(error);
    }
  } finally {
    await file.close();
  }
};

const rangeBytes = 8_000_000;
/** S3 takes 10,000 parts of an object, and 5 MiB at least in each but the last. */
const partBytes = 16_000_000;
const mostParts = 9_000;

const readPart = async (file: FileHandle, start: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
};

/** With the machine's own credentials: who may call a model need not see the rows. */
const openClient = async (): Promise<{ client: S3Client; sdk: typeof import("@aws-sdk/client-s3") }> => {
  const sdk = await loadOptional(
    "@aws-sdk/client-s3",
    "An s3:// address",
    () => import("@aws-sdk/client-s3"),
  ).catch(({ message }: Error) => {
    throw new FileFailure(message);
  });
  client ??= new sdk.S3Client({
    ...(!process.env.AWS_REGION && !process.env.AWS_DEFAULT_REGION && { region: "us-east-1" }),
    followRegionRedirects: true,
    // undici does not wait for a word before a body.
    expectContinueHeader: false,
    // A local S3 has no names of buckets in its own.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: streaming(createTransport(8, requestMs)),
    credentials: credentialChain(createTransport(1, credentialsMs)),
  });
  return { client, sdk };
};

let client: S3Client | undefined;

/** A range of some megabytes takes no longer. */
const requestMs = 300_000;

/** The client of S3 wants every body as a stream. */
const streaming = (transport: ReturnType<typeof createTransport>): ReturnType<typeof createTransport> => ({
  ...transport,
  async handle(request, options) {
    const { response } = await transport.handle(request, options);
    return {
      response: new HttpResponse({ ...response, body: Readable.from(response.body ? [response.body] : []) }),
    };
  },
});

/** S3's refusal in words; they name what the credentials lack. */
const failed =
  (verb: "read" | "write", address: string) =>
  (error: unknown): never => {
    const {
      name = "",
      $metadata,
      message = "",
    } = error as {
      name?: string;
      message?: string;
      $metadata?: { httpStatusCode?: number };
    };
    const status = $metadata?.httpStatusCode;
    const right = verb === "read" ? "s3:GetObject" : "s3:PutObject";
    const reason =
      error instanceof ConnectorError
        ? error.message
        : name === "NoSuchBucket"
          ? "there is no such bucket"
          : status === 404
            ? "there is no such object"
            : status === 403
              ? `the credentials of this machine may not; they need ${right}, and s3:ListBucket to tell what is missing`
              : status === 412
                ? "it was replaced while it was read; run again"
                : status === undefined && /credential/i.test(`${name} ${message}`)
                  ? "no AWS credentials were found on this machine"
                  : name === "TransportError"
                    ? message
                    : `${name}${status === undefined ? "" : `, HTTP ${status}`}`;
    const failure = new FileFailure(`cannot ${verb} ${address}: ${reason}`);
    failure.cause = error;
    throw failure;
  };
