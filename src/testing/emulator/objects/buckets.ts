import { type ServeObject, s3Refusal, s3Reply, textsOf, xml } from "./s3-message.js";
import { byBytes, type Stored, sortedKeys } from "./store.js";

export const createBucket: ServeObject = ({ bucket }, { buckets }) => {
  if (!buckets.has(bucket)) buckets.set(bucket, new Map());
  return s3Reply(200);
};

/** All buckets are in one region, wherever they are asked for. */
export const headBucket: ServeObject = () => s3Reply(200, "", { "x-amz-bucket-region": "us-east-1" });

export const deleteBucket: ServeObject = ({ bucket }, { buckets }, objects) => {
  if (objects.size > 0)
    return s3Refusal(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
  buckets.delete(bucket);
  return s3Reply(204);
};

/** Keys of one prefix, a page at a time; with a delimiter, what lies deeper is told by its folder alone. */
export const listObjects: ServeObject = ({ query, bucket }, _store, objects) => {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : fromToken(token);
  const most = Math.min(1000, Number(query.get("max-keys") ?? 1000));
  const folderOf = (key: string): string | null => {
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? null : key.slice(0, end + delimiter.length);
  };
  const names = [...new Set(sortedKeys(objects, prefix).map((key) => folderOf(key) ?? key))].filter(
    (name) => after === "" || byBytes(name, after) > 0,
  );
  const page = names.slice(0, most);
  const isUrl = query.get("encoding-type") === "url";
  const written = (text: string): string =>
    xml(isUrl ? encodeURIComponent(text).replaceAll("%2F", "/") : text);
  const entries = page.map((name) =>
    folderOf(name) === null
      ? contentsOf(written(name), objects.get(name) as Stored)
      : `<CommonPrefixes><Prefix>${written(name)}</Prefix></CommonPrefixes>`,
  );
  const more = page.length < names.length;
  const next = more ? `<NextContinuationToken>${toToken(page.at(-1) ?? "")}</NextContinuationToken>` : "";
  return s3Reply(
    200,
    `<ListBucketResult><Name>${bucket}</Name><Prefix>${written(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
      `<MaxKeys>${most}</MaxKeys>${isUrl ? "<EncodingType>url</EncodingType>" : ""}` +
      `<IsTruncated>${more}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`,
  );
};

const contentsOf = (name: string, { bytes, etag, at }: Stored): string =>
  `<Contents><Key>${name}</Key><LastModified>${at.toISOString()}</LastModified><ETag>${xml(etag)}</ETag>` +
  `<Size>${bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;

/** Nothing that a client could read anything from. */
const toToken = (key: string): string => Buffer.from(key).toString("base64url");
const fromToken = (token: string): string => Buffer.from(token, "base64url").toString();

export const deleteObjects: ServeObject = ({ request }, _store, objects) => {
  const keys = textsOf(request.body, "Key");
  for (const key of keys) objects.delete(key);
  const told = keys.map((key) => `<Deleted><Key>${xml(key)}</Key></Deleted>`);
  return s3Reply(200, `<DeleteResult>${told.join("")}</DeleteResult>`);
};
