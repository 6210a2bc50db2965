import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

const Bucket = "tour";
const keys = ["a b/ü=1+&<.txt", "a/1", "a/2", "a/b/3", "b", "ключ/東京"];

/** What an S3 says and does on a walk through the operations that this package and its local Bedrock use. */
export const tourOfS3 = async (client: S3Client): Promise<Record<string, unknown>> => {
  const text = async (Key: string, Range?: string) => {
    const { Body, ContentRange } = await client.send(new GetObjectCommand({ Bucket, Key, Range }));
    return `${await Body?.transformToString()}${ContentRange ? ` ${ContentRange}` : ""}`;
  };
  const refusal = (asked: Promise<unknown>) =>
    asked.then(
      () => "none",
      ({ name, $metadata }) => `${name} ${$metadata?.httpStatusCode}`,
    );
  const list = async (options: object) => {
    const {
      Contents = [],
      CommonPrefixes = [],
      KeyCount,
    } = await client.send(new ListObjectsV2Command({ Bucket, ...options }));
    return [KeyCount, ...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
  };
  const paged = async (MaxKeys: number): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (let token: string | undefined, more = true; more; ) {
      const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys, ContinuationToken: token }));
      found.push(page.Contents?.map(({ Key }) => Key));
      token = page.NextContinuationToken;
      more = page.IsTruncated === true;
    }
    return found;
  };
  const upload = async (Key: string, sizes: readonly number[]) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    for (const [index, size] of sizes.entries()) {
      const part = { Bucket, Key, UploadId, PartNumber: index + 1, Body: Buffer.alloc(size, String(index)) };
      const { ETag } = await client.send(new UploadPartCommand(part));
      Parts.push({ PartNumber: index + 1, ETag });
    }
    return { Bucket, Key, UploadId, MultipartUpload: { Parts } };
  };

  await client.send(new CreateBucketCommand({ Bucket }));
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: `<${Key}>` }));
  const seen: Record<string, unknown> = {
    texts: await Promise.all(keys.map((Key) => text(Key))),
    ranges: [await text("b", "bytes=0-0"), await text("b", "bytes=1-"), await text("b", "bytes=-2")],
    beyond: await refusal(text("b", "bytes=50-")),
    head: (await client.send(new HeadObjectCommand({ Bucket, Key: "b" }))).ContentLength,
    noKey: await refusal(text("none")),
    noHead: await refusal(client.send(new HeadObjectCommand({ Bucket, Key: "none" }))),
    noBucket: await refusal(client.send(new ListObjectsV2Command({ Bucket: "nowhere" }))),
    all: await list({}),
    under: await list({ Prefix: "a/" }),
    folders: await list({ Delimiter: "/" }),
    deeper: await list({ Prefix: "a/", Delimiter: "/" }),
    after: await list({ StartAfter: "a/2" }),
    pages: await paged(4),
  };
  const tag = (await client.send(new HeadObjectCommand({ Bucket, Key: "b" }))).ETag;
  seen.etag = tag;
  seen.replaced = await refusal(client.send(new GetObjectCommand({ Bucket, Key: "b", IfMatch: '"other"' })));
  seen.unchanged = await refusal(client.send(new GetObjectCommand({ Bucket, Key: "b", IfNoneMatch: tag })));
  seen.once = [
    await refusal(client.send(new PutObjectCommand({ Bucket, Key: "b", Body: "2", IfNoneMatch: "*" }))),
    await refusal(client.send(new PutObjectCommand({ Bucket, Key: "new", Body: "2", IfNoneMatch: "*" }))),
  ];
  await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/b` }));
  seen.copy = await text("copy");

  const whole = await upload("large", [5 * 1024 * 1024, 3]);
  const { ETag } = await client.send(new CompleteMultipartUploadCommand(whole));
  seen.large = [ETag, await text("large", "bytes=5242878-5242881")];
  const small = await upload("small", [3, 3]);
  seen.small = await refusal(client.send(new CompleteMultipartUploadCommand(small)));
  const dropped = await upload("dropped", [3]);
  seen.aborted = await refusal(client.send(new AbortMultipartUploadCommand(dropped)));
  seen.dropped = await refusal(client.send(new CompleteMultipartUploadCommand(dropped)));

  await client.send(new DeleteObjectCommand({ Bucket, Key: "b" }));
  const Objects = [{ Key: keys[0] }, { Key: "none" }];
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  seen.deleted = Deleted?.map(({ Key }) => Key).sort();
  seen.left = await list({});
  return seen;
};
