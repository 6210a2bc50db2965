import { type HttpReply, isForS3, type WireRequest } from "../http-message.js";
import { type Accounts, checkSignature } from "../sigv4.js";
import { createBucket, deleteBucket, deleteObjects, headBucket, listObjects } from "./buckets.js";
import { badDigest, readAsk, type ServeObject, s3Refusal } from "./s3-message.js";
import { copyObject, deleteObject, getObject, headObject, putObjectByClient } from "./single-objects.js";
import type { ObjectStore } from "./store.js";
import { abortUpload, completeUpload, createUpload, listParts, uploadPart } from "./uploads.js";

const operations = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  ListObjectsV2: listObjects,
  DeleteObjects: deleteObjects,
  PutObject: putObjectByClient,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
} satisfies Record<string, ServeObject>;

type Operation = keyof typeof operations;

/** What a request signed for S3 asks for; `null` for any other request, and what is unknown here. */
export const objectOperation = (request: WireRequest): Operation | null => {
  const ask = isForS3(request) ? readAsk(request) : null;
  if (!ask?.bucket) return null;
  const { query, key } = ask;
  const what = key === "" ? "bucket" : query.has("uploadId") ? "upload" : "object";
  const mark = ["uploads", "delete"].find((name) => query.has(name)) ?? "";
  const copied = request.headers["x-amz-copy-source"] === undefined ? "" : "copy";
  return names[`${request.method} ${what} ${mark}${copied}`.trim()] ?? null;
};

const names: Readonly<Record<string, Operation>> = {
  "PUT bucket": "CreateBucket",
  "HEAD bucket": "HeadBucket",
  "DELETE bucket": "DeleteBucket",
  "GET bucket": "ListObjectsV2",
  "POST bucket delete": "DeleteObjects",
  "PUT object": "PutObject",
  "PUT object copy": "CopyObject",
  "GET object": "GetObject",
  "HEAD object": "HeadObject",
  "DELETE object": "DeleteObject",
  "POST object uploads": "CreateMultipartUpload",
  "PUT upload": "UploadPart",
  "GET upload": "ListParts",
  "POST upload": "CompleteMultipartUpload",
  "DELETE upload": "AbortMultipartUpload",
};

/** The reply of a local S3 to a request that is signed for S3; `null` for all others. */
export const serveObjects = (
  request: WireRequest,
  store: ObjectStore,
  accounts: Accounts,
  clockMinutes = 0,
): HttpReply | null => {
  if (!isForS3(request)) return null;
  const denied = checkSignature(request, "s3", accounts, clockMinutes);
  if (denied) return deniedCaller(denied);
  const operation = objectOperation(request);
  const ask = readAsk(request);
  if (!ask || !operation)
    return s3Refusal(501, "NotImplemented", "The local S3 has no such operation, or the key is malformed.");
  const damaged = operation === "PutObject" || operation === "UploadPart" ? badDigest(request) : null;
  if (damaged) return damaged;
  const objects = store.buckets.get(ask.bucket);
  if (!objects && operation !== "CreateBucket")
    return s3Refusal(404, "NoSuchBucket", "The specified bucket does not exist");
  return operations[operation](ask, store, objects ?? new Map());
};

const deniedCaller = ({ errorType }: HttpReply): HttpReply => {
  if (errorType === "UnrecognizedClientException")
    return s3Refusal(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  return errorType === "ExpiredTokenException"
    ? s3Refusal(400, "ExpiredToken", "The provided token has expired.")
    : s3Refusal(403, "SignatureDoesNotMatch", "The request signature does not match.");
};
