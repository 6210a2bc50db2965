import { BedrockClient, PutModelInvocationLoggingConfigurationCommand } from "@aws-sdk/client-bedrock";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Emulator } from "../../src/testing/emulator/index.js";
import { sdkKeys } from "./sdk-keys.js";

/** Turns on the model invocation logs of a local Bedrock, in its bucket `logs`. */
export const turnLogsOn = async ({ url }: Emulator, changes: object = {}): Promise<void> => {
  const settings = { region: "us-east-1", endpoint: url, credentials: sdkKeys, maxAttempts: 1 };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const bedrock = new BedrockClient({ ...settings, authSchemePreference: ["sigv4"] });
  const s3Config = { bucketName: "logs", keyPrefix: "bedrock" };
  await s3.send(new CreateBucketCommand({ Bucket: s3Config.bucketName }));
  await bedrock.send(
    new PutModelInvocationLoggingConfigurationCommand({ loggingConfig: { s3Config, ...changes } }),
  );
  s3.destroy();
  bedrock.destroy();
};
