import { BedrockClient } from "@aws-sdk/client-bedrock";
import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  InvokeModelCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Emulator } from "../../../src/testing/emulator/index.js";
import { sdkKeys } from "../../support/sdk-keys.js";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The AWS SDK's own client, pointed at the emulator and signing with the demo key pair. */
export const clientFor = ({ url }: Emulator, config: BedrockRuntimeClientConfig = {}): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: url,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
    authSchemePreference: ["sigv4"],
    credentials: sdkKeys,
    ...config,
  });

export interface Answer {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** One InvokeModel call; a body that is a string goes out as it is. Rejects with the SDK's error. */
export const invoke = async (
  client: BedrockRuntimeClient,
  modelId: string,
  body: unknown,
  contentType = "application/json",
): Promise<Answer> => {
  const command = new InvokeModelCommand({
    modelId,
    contentType,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  let headers: Answer["headers"] = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      headers = (result.response as { headers: Answer["headers"] }).headers;
      return result;
    },
    { step: "deserialize", priority: "high" },
  );
  const output = await client.send(command);
  return { body: JSON.parse(output.body.transformToString()), headers };
};

/** What a refused call throws. */
export const refusalOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => new Error("The call was answered."),
    (error: Error) => error,
  );

/** Clients of a local Bedrock's control plane and of its S3, which has a bucket of that name; new ones for every spec. */
export const useClients = (emulator: { readonly url: string }, bucket: string) => {
  let opened: { readonly bedrock: BedrockClient; readonly s3: S3Client };
  beforeEach(async () => {
    const settings = { region: "us-east-1", endpoint: emulator.url, credentials: sdkKeys, maxAttempts: 1 };
    opened = {
      bedrock: new BedrockClient({ ...settings, authSchemePreference: ["sigv4"] }),
      s3: new S3Client({ ...settings, forcePathStyle: true }),
    };
    await opened.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  afterEach(() => {
    opened.bedrock.destroy();
    opened.s3.destroy();
  });
  return {
    get bedrock() {
      return opened.bedrock;
    },
    get s3() {
      return opened.s3;
    },
  };
};
