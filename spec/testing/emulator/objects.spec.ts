import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { useFreshBedrock } from "../../support/bedrock.js";
import { sdkKeys } from "../../support/sdk-keys.js";
import { tourOfS3 } from "../../support/tour-of-s3.js";

describe("emulator: objects", () => {
  const emulator = useFreshBedrock();
  const clientOf = () =>
    new S3Client({
      ...{ region: "us-east-1", endpoint: emulator.url, credentials: sdkKeys },
      ...{ forcePathStyle: true, maxAttempts: 1 },
    });

  it("are put, read, listed, uploaded and deleted as in S3", async () => {
    const client = clientOf();
    const seen = await tourOfS3(client);
    client.destroy();
    expect(seen).to.deep.equal({
      texts: ["<a b/ü=1+&<.txt>", "<a/1>", "<a/2>", "<a/b/3>", "<b>", "<ключ/東京>"],
      ranges: ["< bytes 0-0/3", "b> bytes 1-2/3", "b> bytes 1-2/3"],
      beyond: "InvalidRange 416",
      head: 3,
      ...{ noKey: "NoSuchKey 404", noHead: "NotFound 404", noBucket: "NoSuchBucket 404" },
      all: [6, "a b/ü=1+&<.txt", "a/1", "a/2", "a/b/3", "b", "ключ/東京"],
      under: [3, "a/1", "a/2", "a/b/3"],
      folders: [4, "b", "a b/", "a/", "ключ/"],
      deeper: [3, "a/1", "a/2", "a/b/"],
      after: [3, "a/b/3", "b", "ключ/東京"],
      pages: [
        ["a b/ü=1+&<.txt", "a/1", "a/2", "a/b/3"],
        ["b", "ключ/東京"],
      ],
      etag: '"2d5fef6c87f16217aa1b50e1ebc89720"',
      ...{ replaced: "PreconditionFailed 412", unchanged: "Unknown 304" },
      once: ["PreconditionFailed 412", "none"],
      copy: "<b>",
      large: ['"9d18afb241a837b2dd2532075b1222d9-2"', "0011 bytes 5242878-5242881/5242883"],
      ...{ small: "EntityTooSmall 400", aborted: "none", dropped: "NoSuchUpload 404" },
      deleted: ["a b/ü=1+&<.txt", "none"],
      left: [7, "a/1", "a/2", "a/b/3", "copy", "large", "new", "ключ/東京"],
    });
  });

  it("are refused where their bytes are not what was said of them, and where nobody knows who sent them", async () => {
    const client = clientOf();
    await client.send(new CreateBucketCommand({ Bucket: "rows" }));
    const named = (sent: Promise<unknown>) =>
      sent.then(
        () => "done",
        ({ name, $metadata }) => `${name} ${$metadata?.httpStatusCode}`,
      );
    const put = (said: object) =>
      named(client.send(new PutObjectCommand({ Bucket: "rows", Key: "a", Body: "1", ...said })));
    expect(await put({ ChecksumCRC32: "AAAAAA==" })).to.equal("BadDigest 400");
    expect(await put({ ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" })).to.equal("BadDigest 400");
    expect(await put({ ChecksumCRC32: "g9zvtw==", ContentMD5: "xMpCOKC5I4INzFCab3WEmw==" })).to.equal("done");
    expect(await put({})).to.equal("done");
    const stranger = new S3Client({
      ...{ region: "us-east-1", endpoint: emulator.url, forcePathStyle: true, maxAttempts: 1 },
      credentials: { accessKeyId: "AKIANOBODYKNOWS00000", secretAccessKey: "x" },
    });
    expect(await named(stranger.send(new CreateBucketCommand({ Bucket: "more" })))).to.equal(
      "InvalidAccessKeyId 403",
    );
    stranger.destroy();
    client.destroy();
  });

  it("befall what is set for their operation, in the words of S3", async () => {
    const client = clientOf();
    const put = (Bucket = "rows") =>
      client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "1" })).then(
        () => "done",
        ({ name, $metadata }) => `${name} ${$metadata?.httpStatusCode}`,
      );
    await client.send(new CreateBucketCommand({ Bucket: "rows" }));
    const slow = {
      kind: "error",
      status: 503,
      type: "SlowDown",
      message: "Please reduce your request rate.",
    };
    emulator.setFaults([
      { ...slow, kind: "error", operation: "PutObject", at: [1] },
      { kind: "reset_after", operation: "PutObject", at: [2] },
    ]);
    expect(await put()).to.equal("SlowDown 503");
    expect(await put()).to.match(/^(?:Error|TimeoutError) undefined$/);
    expect(await put()).to.equal("done");
    expect(emulator.stats().faults).to.deep.equal({ error: 1, reset_after: 1 });
    client.destroy();
  });
});
