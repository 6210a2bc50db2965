import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { demoCredentials } from "../../src/testing/emulator/index.js";

/** A client of a local Bedrock's S3. */
export const s3Of = (endpoint: string): S3Client => {
  const { access_key: accessKeyId, secret_access_key: secretAccessKey } = demoCredentials;
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
};

/** Creates a bucket in a local Bedrock's S3. */
export const createBucket = async (endpoint: string, name: string): Promise<void> => {
  const client = s3Of(endpoint);
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
};
