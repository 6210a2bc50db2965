import { randomUUID } from "node:crypto";
import { payloadOf, refusedWrite, type ServeObject, s3Refusal, s3Reply, textsOf, xml } from "./s3-message.js";
import { etagOf, type ObjectStore } from "./store.js";

export const createUpload: ServeObject = ({ request, bucket, key }, { uploads }) => {
  const id = randomUUID();
  uploads.set(id, { bucket, key, contentType: request.headers["content-type"], parts: new Map() });
  return s3Reply(
    200,
    `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${xml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
};

/** The upload that a request names, if it is one of its object. */
const find = ({ query, bucket, key }: Parameters<ServeObject>[0], { uploads }: ObjectStore) => {
  const id = query.get("uploadId") ?? "";
  const upload = uploads.get(id);
  return upload?.key === key && upload.bucket === bucket ? { ...upload, id } : null;
};

export const uploadPart: ServeObject = (ask, store) => {
  const upload = find(ask, store);
  const number = Number(ask.query.get("partNumber"));
  if (!upload) return noSuchUpload;
  if (!Number.isInteger(number) || number < 1 || number > mostParts)
    return s3Refusal(400, "InvalidArgument", `Part number must be an integer between 1 and ${mostParts}`);
  const bytes = payloadOf(ask.request);
  upload.parts.set(number, bytes);
  return s3Reply(200, "", { etag: etagOf(bytes) });
};

const mostParts = 10_000;

export const listParts: ServeObject = (ask, store) => {
  const upload = find(ask, store);
  if (!upload) return noSuchUpload;
  const parts = [...upload.parts]
    .sort(([one], [other]) => one - other)
    .map(
      ([number, bytes]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${xml(etagOf(bytes))}</ETag><Size>${bytes.length}</Size></Part>`,
    );
  return s3Reply(
    200,
    `<ListPartsResult><UploadId>${upload.id}</UploadId><IsTruncated>false</IsTruncated>${parts.join("")}</ListPartsResult>`,
  );
};

export const completeUpload: ServeObject = (ask, store, objects) => {
  const upload = find(ask, store);
  if (!upload) return noSuchUpload;
  const numbers = textsOf(ask.request.body, "PartNumber").map(Number);
  const etags = textsOf(ask.request.body, "ETag");
  const parts: Buffer[] = [];
  for (const [index, number] of numbers.entries()) {
    const part = upload.parts.get(number);
    if (!part || etags[index]?.replaceAll('"', "") !== etagOf(part).replaceAll('"', ""))
      return s3Refusal(400, "InvalidPart", "One or more of the specified parts could not be found.");
    if (index > 0 && number <= (numbers[index - 1] ?? 0))
      return s3Refusal(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
    parts.push(part);
  }
  if (parts.length === 0) return s3Refusal(400, "MalformedXML", "The XML you provided was not well-formed.");
  if (parts.slice(0, -1).some(({ length }) => length < smallestPart))
    return s3Refusal(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  const refused = refusedWrite(ask.request, objects.get(ask.key));
  if (refused) return refused;
  store.uploads.delete(upload.id);
  const etag = etagOf(...parts).replace(/"$/, parts.length === 1 ? '-1"' : '"');
  objects.set(ask.key, {
    ...{ bytes: Buffer.concat(parts), etag, at: new Date(), contentType: upload.contentType },
  });
  return s3Reply(
    200,
    `<CompleteMultipartUploadResult><Bucket>${ask.bucket}</Bucket><Key>${xml(ask.key)}</Key><ETag>${xml(etag)}</ETag></CompleteMultipartUploadResult>`,
  );
};

/** Of every part but the last, in bytes. */
const smallestPart = 5 * 1024 * 1024;

export const abortUpload: ServeObject = (ask, store) => {
  const upload = find(ask, store);
  if (!upload) return noSuchUpload;
  store.uploads.delete(upload.id);
  return s3Reply(204);
};

const noSuchUpload = s3Refusal(404, "NoSuchUpload", "The specified upload does not exist.");
