import { createHash } from "node:crypto";
import type { HttpReply, WireRequest } from "./http-message.js";
import { type Accounts, checkSignature } from "./sigv4.js";

/** The objects of a local S3, by bucket and key, and uploads that are not complete yet. */
export interface ObjectStore {
  readonly buckets: Map<string, Map<string, Stored>>;
  readonly uploads: Map<
    string,
    { readonly bucket: string; readonly key: string; readonly parts: Map<number, Buffer> }
  >;
}

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly at: Date;
}

export const createObjectStore = (): ObjectStore => ({ buckets: new Map(), uploads: new Map() });

/** Puts an object by its address, `s3://bucket/key`, into a bucket that is there. */
export const putObject = ({ buckets }: ObjectStore, address: string, bytes: Buffer, at: number): void => {
  const [bucket = "", key] = takeApart(address);
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
  return [...objects]
    .filter(([name]) => name.startsWith(folder))
    .map(([name, { bytes }]) => ({ name: name.slice(folder.length), bytes }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
};

const takeApart = (address: string): [bucket: string, key: string] => {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address) ?? [];
  return [bucket, key];
};

/** What is asked of one place in the store. */
interface Ask {
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  readonly bucket: string;
  readonly key: string;
}

/**
 * The reply of a local S3, its buckets in the path, for requests that are signed for S3; `null` for all others. It
 * knows objects whole and in ranges, uploads in parts, lists by pages, and writes on a condition.
 */
export const serveObjects = (
  request: WireRequest,
  store: ObjectStore,
  accounts: Accounts,
  clockMinutes = 0,
): HttpReply | null => {
  if (!/Credential=[^,]*\/s3\/aws4_request/.test(request.headers.authorization ?? "")) return null;
  const denied = checkSignature(request, "s3", accounts, clockMinutes);
  if (denied) return refuse(403, "SignatureDoesNotMatch", "The request signature does not match.");
  const [, bucket = "", ...rest] = request.path.split("/");
  const ask: Ask = {
    request,
    query: new URLSearchParams(request.query),
    bucket,
    key: decodeURIComponent(rest.join("/")),
  };
  if (ask.key === "") return serveBucket(ask, store);
  const objects = store.buckets.get(bucket);
  if (!objects) return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
  return serveUpload(ask, store, objects) ?? serveObject(ask, objects);
};

const serveBucket = ({ request, query, bucket }: Ask, { buckets }: ObjectStore): HttpReply => {
  const objects = buckets.get(bucket);
  if (request.method === "PUT") {
    if (!objects) buckets.set(bucket, new Map());
    return reply(200);
  }
  if (!objects) return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
  if (request.method !== "GET") return reply(200);
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const most = Math.min(1000, Number(query.get("max-keys") ?? 1000));
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, most);
  const contents = page.map((key) => {
    const { bytes, etag, at } = objects.get(key) as Stored;
    return `<Contents><Key>${xml(key)}</Key><LastModified>${at.toISOString()}</LastModified><ETag>${xml(etag)}</ETag><Size>${bytes.length}</Size></Contents>`;
  });
  const more = page.length < keys.length;
  return reply(
    200,
    `<ListBucketResult><Name>${bucket}</Name><Prefix>${xml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
      `<IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${xml(page.at(-1) ?? "")}</NextContinuationToken>` : ""}` +
      `${contents.join("")}</ListBucketResult>`,
  );
};

const serveObject = ({ request, key }: Ask, objects: Map<string, Stored>): HttpReply => {
  const { method, headers } = request;
  const stored = objects.get(key);
  if (method === "PUT") return refusedBy(headers, stored) ?? put(objects, key, payloadOf(request));
  if (method === "DELETE") {
    objects.delete(key);
    return reply(204);
  }
  if (!stored) return refuse(404, "NoSuchKey", "The specified key does not exist.");
  const { bytes, etag, at } = stored;
  if (headers["if-match"] !== undefined && headers["if-match"] !== etag)
    return refuse(412, "PreconditionFailed", "At least one of the preconditions you specified did not hold.");
  const facts = { etag, "last-modified": at.toUTCString(), "accept-ranges": "bytes" };
  if (method === "HEAD")
    return { status: 200, headers: { ...facts, "content-length": String(bytes.length) }, body: "" };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === undefined) return { status: 200, headers: facts, body: "", stream: bytes };
  if (Number(from) >= bytes.length)
    return refuse(416, "InvalidRange", "The requested range is not satisfiable");
  const end = Math.min(bytes.length, to ? Number(to) + 1 : bytes.length);
  return {
    status: 206,
    headers: { ...facts, "content-range": `bytes ${from}-${end - 1}/${bytes.length}` },
    body: "",
    stream: bytes.subarray(Number(from), end),
  };
};

const serveUpload = (
  { request, query, bucket, key }: Ask,
  { uploads }: ObjectStore,
  objects: Map<string, Stored>,
): HttpReply | null => {
  const { method, headers } = request;
  if (method === "POST" && query.has("uploads")) {
    const id = `upload-${uploads.size + 1}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
    uploads.set(id, { bucket, key, parts: new Map() });
    return reply(
      200,
      `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${xml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  const id = query.get("uploadId");
  if (id === null) return null;
  const upload = uploads.get(id);
  if (upload?.key !== key || upload.bucket !== bucket)
    return refuse(404, "NoSuchUpload", "The specified upload does not exist.");
  if (method === "PUT") {
    const bytes = payloadOf(request);
    upload.parts.set(Number(query.get("partNumber")), bytes);
    return reply(200, "", { etag: etagOf(bytes) });
  }
  if (method === "DELETE") {
    uploads.delete(id);
    return reply(204);
  }
  const named = [...request.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, part]) =>
    Number(part),
  );
  const parts = named.map((number) => upload.parts.get(number));
  if (parts.length === 0 || parts.includes(undefined))
    return refuse(400, "InvalidPart", "One or more of the specified parts could not be found.");
  if (parts.slice(0, -1).some((part) => (part as Buffer).length < smallestPart))
    return refuse(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  const refused = refusedBy(headers, objects.get(key));
  if (refused) return refused;
  uploads.delete(id);
  const { headers: made } = put(objects, key, Buffer.concat(parts as Buffer[]));
  return reply(
    200,
    `<CompleteMultipartUploadResult><ETag>${xml(made.etag ?? "")}</ETag></CompleteMultipartUploadResult>`,
  );
};

/** Of every part but the last, in bytes. */
const smallestPart = 5 * 1024 * 1024;

const put = (objects: Map<string, Stored>, key: string, bytes: Buffer): HttpReply => {
  const etag = etagOf(bytes);
  objects.set(key, { bytes, etag, at: new Date() });
  return reply(200, "", { etag });
};

/** Why a write on a condition does not happen. */
const refusedBy = (headers: WireRequest["headers"], stored: Stored | undefined): HttpReply | null => {
  const { "if-none-match": none, "if-match": match } = headers;
  const holds = (none !== "*" || !stored) && (match === undefined || match === stored?.etag);
  return holds
    ? null
    : refuse(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
};

const etagOf = (bytes: Buffer): string => `"${createHash("md5").update(bytes).digest("hex")}"`;

/** A body that may come in signed pieces, each behind a line with its length. */
const payloadOf = ({ headers, body }: WireRequest): Buffer => {
  if (!headers["content-encoding"]?.includes("aws-chunked")) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.toString("latin1", at, end), 16);
    if (!length) break;
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
  return Buffer.concat(pieces);
};

const reply = (status: number, body = "", headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/xml", ...headers },
  body,
});

/** A refusal in the form of S3. */
const refuse = (status: number, code: string, message: string): HttpReply => ({
  ...reply(status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`),
  errorType: code,
});

const xml = (text: string): string => text.replace(/[<>&"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
