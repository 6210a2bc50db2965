import type { HttpReply, WireRequest } from "../http-message.js";
import {
  payloadOf,
  preconditionFailed,
  refusedWrite,
  type ServeObject,
  s3Refusal,
  s3Reply,
  xml,
} from "./s3-message.js";
import { etagOf, type Stored } from "./store.js";

export const putObjectByClient: ServeObject = ({ request, key }, _store, objects) => {
  const refused = refusedWrite(request, objects.get(key));
  if (refused) return refused;
  const bytes = payloadOf(request);
  const etag = etagOf(bytes);
  objects.set(key, { bytes, etag, at: new Date(), contentType: request.headers["content-type"] });
  return s3Reply(200, "", { etag });
};

export const copyObject: ServeObject = ({ request, key }, { buckets }, objects) => {
  const source = String(request.headers["x-amz-copy-source"]);
  const [bucket = "", ...rest] = decodeURIComponent(source).replace(/^\//, "").split("/");
  const stored = buckets.get(bucket)?.get(rest.join("/"));
  if (!stored) return noSuchKey;
  const copy = { ...stored, etag: etagOf(stored.bytes), at: new Date() };
  objects.set(key, copy);
  return s3Reply(
    200,
    `<CopyObjectResult><LastModified>${copy.at.toISOString()}</LastModified><ETag>${xml(copy.etag)}</ETag></CopyObjectResult>`,
  );
};

export const getObject: ServeObject = ({ request, key }, _store, objects) => read(request, objects.get(key));

export const headObject: ServeObject = ({ request, key }, _store, objects) => {
  const { body: _, stream, errorType: __, ...reply } = read(request, objects.get(key));
  const length = stream ? { "content-length": String(stream.length) } : {};
  return { ...reply, headers: { ...reply.headers, ...length }, body: "" };
};

export const deleteObject: ServeObject = ({ key }, _store, objects) => {
  objects.delete(key);
  return s3Reply(204);
};

/** An object, whole or a range of it, on conditions. */
const read = ({ headers }: WireRequest, stored: Stored | undefined): HttpReply => {
  if (!stored) return noSuchKey;
  const { bytes, etag, at, contentType = "application/octet-stream" } = stored;
  const facts = {
    ...{ etag, "last-modified": at.toUTCString(), "accept-ranges": "bytes", "content-type": contentType },
  };
  if (headers["if-match"] !== undefined && headers["if-match"] !== etag) return preconditionFailed;
  if (headers["if-none-match"] === etag) return { status: 304, headers: facts, body: "" };
  const range = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(headers.range ?? "");
  if (!range) return { status: 200, headers: facts, body: "", stream: bytes };
  const [, first, last, tail] = range;
  const start = first === undefined ? Math.max(0, bytes.length - Number(tail)) : Number(first);
  const end = last ? Math.min(bytes.length, Number(last) + 1) : bytes.length;
  if (start >= end) return s3Refusal(416, "InvalidRange", "The requested range is not satisfiable");
  return {
    status: 206,
    headers: { ...facts, "content-range": `bytes ${start}-${end - 1}/${bytes.length}` },
    body: "",
    stream: bytes.subarray(start, end),
  };
};

const noSuchKey = s3Refusal(404, "NoSuchKey", "The specified key does not exist.");
