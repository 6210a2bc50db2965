import type { BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect } from "chai";
import { demoApiKey, demoCredentials } from "../../../src/testing/emulator/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { sdkKeys } from "../../support/sdk-keys.js";
import { clientFor, invoke, refusalOf } from "./client.js";

const modelId = "cohere.command-text-v14";
const body = { prompt: "hello" };

describe("emulator: authentication", () => {
  const emulator = useBedrock();

  const call = async (config: BedrockRuntimeClientConfig): Promise<unknown> => {
    const client = clientFor(emulator, config);
    return invoke(client, modelId, body).finally(() => client.destroy());
  };
  const withToken = (token: string): BedrockRuntimeClientConfig => ({
    token: { token },
    authSchemePreference: ["httpBearerAuth"],
  });

  it("accepts the demo key pair and the demo API key, in any region", async () => {
    await call({});
    await call({ region: "eu-west-3" });
    await call(withToken(demoApiKey));
  });

  it("refuses a wrong secret key and does not repeat it", async () => {
    const error = await refusalOf(call({ credentials: { ...sdkKeys, secretAccessKey: "wrong" } }));
    expect(error).to.include({ name: "InvalidSignatureException" }).and.nested.include({
      "$metadata.httpStatusCode": 403,
    });
    expect(error.message).to.match(/^The request signature we calculated does not match/);
    expect(error.message).not.to.contain("wrong");
  });

  it("refuses an access key it does not know", async () => {
    const error = await refusalOf(call({ credentials: { ...sdkKeys, accessKeyId: "AKIAUNKNOWN" } }));
    expect(error).to.include({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    });
  });

  it("refuses a session token that does not belong to the key", async () => {
    const error = await refusalOf(call({ credentials: { ...sdkKeys, sessionToken: "made-up" } }));
    expect(error.name).to.equal("UnrecognizedClientException");
  });

  it("refuses a wrong API key", async () => {
    const error = await refusalOf(call(withToken("bedrock-api-key-other")));
    expect(error.name).to.equal("AccessDeniedException");
  });

  it("refuses a request without authentication", async () => {
    const response = await fetch(`${emulator.url}/model/${modelId}/invoke`, { method: "POST", body: "{}" });
    expect(response.status).to.equal(403);
    expect(response.headers.get("x-amzn-errortype")).to.match(/^MissingAuthenticationTokenException:http/);
    expect(response.headers.get("x-amzn-requestid")).to.match(/^[0-9a-f-]{36}$/);
    expect(await response.json()).to.deep.equal({ message: "Missing Authentication Token" });
  });

  it("refuses an authorization header it cannot read", async () => {
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=half" };
    const response = await fetch(`${emulator.url}/model/${modelId}/invoke`, { method: "POST", headers });
    expect(response.headers.get("x-amzn-errortype")).to.match(/^IncompleteSignatureException:/);
  });

  for (const [minutes, message] of [
    [-6, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/],
    [6, /^Signature not yet current: /],
  ] as const)
    it(`refuses a clock that is ${minutes} minutes off`, async () => {
      const error = await refusalOf(call({ systemClockOffset: minutes * 60_000 }));
      expect(error.name).to.equal("InvalidSignatureException");
      expect(error.message).to.match(message);
    });

  it("refuses a signature made for another service", async () => {
    const error = await refusalOf(call({ signingName: "sts" } as BedrockRuntimeClientConfig));
    expect(error).to.include({
      name: "InvalidSignatureException",
      message: "Credential should be scoped to correct service: 'bedrock'.",
    });
  });

  for (const [part, tamper] of [
    ["body", { body: '{"prompt":"other"}' }],
    ["path", { path: "/model/cohere.command-light-text-v14/invoke" }],
    ["method's query", { query: { page: "2" } }],
  ] as const)
    it(`refuses a request whose ${part} was changed after signing`, async () => {
      const client = clientFor(emulator);
      client.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { body: string; headers: Record<string, string> };
          Object.assign(request, tamper);
          request.headers["content-length"] = String(Buffer.byteLength(request.body));
          return next(args);
        },
        { step: "deserialize", priority: "low" },
      );
      const error = await refusalOf(invoke(client, modelId, body)).finally(() => client.destroy());
      expect(error.name).to.equal("InvalidSignatureException");
    });

  describe("AssumeRole", () => {
    const roleArn = "arn:aws:iam::111122223333:role/pipeline/enricher";
    const assume = (secretAccessKey: string, arn: string) =>
      fromTemporaryCredentials({
        masterCredentials: { ...sdkKeys, secretAccessKey },
        params: { RoleArn: arn, RoleSessionName: "spec" },
        clientConfig: {
          region: "us-east-1",
          endpoint: emulator.url,
          requestHandler: new NodeHttpHandler(),
          maxAttempts: 1,
        },
      });

    it("gives temporary credentials that the emulator then accepts", async () => {
      const before = emulator.stats().roles_assumed;
      const credentials = await assume(demoCredentials.secret_access_key, roleArn)();
      expect(credentials.accessKeyId).to.match(/^ASIA[0-9A-F]{16}$/);
      expect(credentials.expiration?.getTime()).to.be.above(Date.now());
      await call({ credentials });
      const { sessionToken: _, ...withoutToken } = credentials;
      const error = await refusalOf(call({ credentials: withoutToken }));
      expect(error.name).to.equal("UnrecognizedClientException");
      expect(emulator.stats().roles_assumed).to.equal(before + 1);
    });

    it("ends all sessions on demand, and gives new ones that work", async () => {
      const fresh = assume(demoCredentials.secret_access_key, roleArn);
      const ended = await fresh();
      await call({ credentials: ended });
      emulator.expireSessions();
      const error = await refusalOf(call({ credentials: ended }));
      expect(error).to.include({
        name: "ExpiredTokenException",
        message: "The security token included in the request is expired",
      });
      expect(error).to.nested.include({ "$metadata.httpStatusCode": 403 });
      await call({ credentials: await assume(demoCredentials.secret_access_key, roleArn)() });
      await call({});
    });

    it("refuses a wrong secret key and a role it cannot read, in STS's words", async () => {
      const wrongKey = await refusalOf(assume("wrong", roleArn)());
      expect(wrongKey.name).to.equal("SignatureDoesNotMatch");
      const wrongRole = await refusalOf(assume(demoCredentials.secret_access_key, "enricher")());
      expect(wrongRole.message).to.equal("RoleArn is invalid: give the ARN of an IAM role.");
    });
  });
});
