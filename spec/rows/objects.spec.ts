import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { openObject, putObject } from "../../src/bedrock/objects.js";
import { openInput } from "../../src/rows/open-input.js";
import { claimOutput } from "../../src/rows/open-output.js";
import { createShape } from "../../src/rows/shape.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";

describe("rows in S3", () => {
  const emulator = useBedrock();
  const names = ["AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];
  const before_ = names.map((name) => [name, process.env[name]] as const);
  let folder: string;
  let client: S3Client;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rows-s3-"));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: emulator.url,
      AWS_ACCESS_KEY_ID: demoCredentials.access_key,
      AWS_SECRET_ACCESS_KEY: demoCredentials.secret_access_key,
      AWS_REGION: "us-east-1",
    });
    client = new S3Client({ forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: "rows" }));
  });
  after(async () => {
    client.destroy();
    for (const [name, value] of before_) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(folder, { recursive: true });
  });

  const read = async (address: string) => {
    const source = await openInput(address, {
      stdin: Readable.from([]),
      stdinSize: undefined,
      signal: new AbortController().signal,
      encoding: undefined,
      delimiter: undefined,
      warn: expect.fail,
    });
    const rows: unknown[] = [];
    for await (const row of source.rows) rows.push(row);
    expect(source.failure()).to.equal(undefined);
    return rows;
  };
  const write = async (address: string, rows: Record<string, unknown>[]) => {
    const claim = await claimOutput(address);
    const guard = <Result>(row: Record<string, unknown>, use: (row: Record<string, unknown>) => Result) =>
      use(row);
    const sink = await claim.open({ shape: createShape(undefined, "full"), guard, warn: expect.fail });
    for (const row of rows) await sink.write(row);
    const seen = await client.send(new ListObjectsV2Command({ Bucket: "rows", Prefix: address.slice(10) }));
    await sink.end();
    return seen.KeyCount;
  };
  const refusal = (opening: Promise<unknown>): Promise<string> =>
    opening.then(
      () => "",
      (error: Error) => error.message,
    );

  for (const name of ["a b/ü=1+.csv", "r.ndjson", "r.json.gz", "r.parquet"])
    it(`are written in one object and read again: ${name}`, async () => {
      const rows = [
        { id: "1", text: "naïve, 東京" },
        { id: "2", text: '"quoted"\n' },
      ];
      expect(await write(`s3://rows/${name}`, rows)).to.equal(0);
      expect(await read(`s3://rows/${name}`)).to.deep.equal(rows);
    });

  it("are read in ranges, all of one object; one that is replaced meanwhile ends the reading", async () => {
    const bytes = Buffer.alloc(9_000_000, "0123456789");
    const put = (body: Buffer) =>
      client.send(new PutObjectCommand({ Bucket: "rows", Key: "big", Body: body }));
    await put(bytes);
    const object = await openObject("s3://rows/big");
    expect(object.size).to.equal(9_000_000);
    expect((await object.slice(10, 15)).toString()).to.equal("01234");
    const pieces: Buffer[] = [];
    for await (const piece of object.stream()) pieces.push(piece);
    expect(pieces.length).to.be.above(1);
    expect(Buffer.concat(pieces).equals(bytes)).to.equal(true);
    await put(Buffer.from("another"));
    expect(await refusal(object.slice(0, 5))).to.contain("it was replaced while it was read");
  });

  it("go up in parts where they are many, and show when all of them are there", async () => {
    const path = join(folder, "large");
    await writeFile(path, Buffer.alloc(33_000_000, "abcdefg"));
    await putObject("s3://rows/large", path);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "rows", Key: "large" }));
    const stored = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(stored.equals(await readFile(path))).to.equal(true);
  });

  it("name what is wrong in words", async () => {
    expect(await refusal(read("s3://rows/none.csv"))).to.equal(
      "cannot read s3://rows/none.csv: there is no such object",
    );
    expect(await refusal(claimOutput("s3://nowhere/x.csv"))).to.equal(
      "cannot write s3://nowhere/x.csv: there is no such bucket",
    );
    expect(await refusal(claimOutput("s3://rows/folder/"))).to.contain(
      "names no object; write s3://bucket/key",
    );
    expect(await refusal(claimOutput("s3://rows/x.xlsx"))).to.contain(
      "no format is known by the ending .xlsx",
    );
  });

  it("are kept by a local S3 that checks signatures, pages lists and writes on a condition", async () => {
    const stranger = new S3Client({
      forcePathStyle: true,
      credentials: { accessKeyId: demoCredentials.access_key, secretAccessKey: "wrong" },
    });
    const get = stranger.send(new GetObjectCommand({ Bucket: "rows", Key: "big" }));
    expect(await get.catch(({ name }: Error) => name)).to.equal("SignatureDoesNotMatch");
    stranger.destroy();
    for (const id of [1, 2, 3])
      await client.send(new PutObjectCommand({ Bucket: "rows", Key: `page/${id}`, Body: "x" }));
    const keys: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: "rows", Prefix: "page/", MaxKeys: 2, ContinuationToken: token }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      token = page.NextContinuationToken;
    } while (token);
    expect(keys).to.deep.equal(["page/1", "page/2", "page/3"]);
    const once = new PutObjectCommand({ Bucket: "rows", Key: "page/1", Body: "y", IfNoneMatch: "*" });
    expect(await client.send(once).catch(({ name }: Error) => name)).to.equal("PreconditionFailed");
  });
});
