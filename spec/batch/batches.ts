import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type Clock, systemClock } from "../../src/core/clock.js";
import { demoCredentials, type Emulator } from "../../src/testing/emulator/index.js";
import { localConfig } from "../support/sync-config.js";

/** A clock by which pauses are over at once, and have taken their time; it is so many milliseconds ahead. */
export const hurriedClock = (ahead = 0): Clock => {
  let passed = ahead;
  return {
    ...systemClock,
    now: () => systemClock.now() + passed,
    date: () => systemClock.date() + passed,
    async sleep(ms) {
      passed += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

/** A client of a local Bedrock's S3. */
const s3Of = (endpoint: string): S3Client => {
  const { access_key: accessKeyId, secret_access_key: secretAccessKey } = demoCredentials;
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
};

/** Creates the bucket that `batchConfig` names. */
export const createBucket = async ({ url }: Pick<Emulator, "url">): Promise<void> => {
  const client = s3Of(url);
  await client.send(new CreateBucketCommand({ Bucket: "batches" }));
  client.destroy();
};

/** The objects of that bucket, by their keys. */
export const objectsOf = async ({ url }: Pick<Emulator, "url">): Promise<Map<string, string>> => {
  const client = s3Of(url);
  const objects = new Map<string, string>();
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "batches" }));
  for (const { Key = "" } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "batches", Key }));
    objects.set(Key, (await Body?.transformToString()) ?? "");
  }
  client.destroy();
  return objects;
};

export const roleArn = "arn:aws:iam::123456789012:role/batch";

/** A connection to a local Bedrock that has rows delivered in batch jobs. */
export const batchConfig = (
  { url }: Pick<Emulator, "url">,
  ledger: string,
  changes: Record<string, unknown> = {},
) =>
  localConfig(url, {
    delivery: "batch",
    batch_s3_uri: "s3://batches/in/",
    batch_role_arn: roleArn,
    request_format:
      '{"inferenceConfig":{"maxTokens":60},"messages":[{"role":"user","content":[{"text":"In short: {{ text }}"}]}]}',
    ledger,
    ...changes,
  });

/** Rules of an account whose jobs may be small, so that a spec needs few rows. */
export const few = { min_records: 10 };

export const letters = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, text: `Letter ${id}: the parcel came late.` }));
