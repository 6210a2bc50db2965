import { BedrockRuntimeClient, CountTokensCommand } from "@aws-sdk/client-bedrock-runtime";
import { expect } from "chai";
import { createTransport } from "../../../src/bedrock/transport.js";
import { useBedrock } from "../../support/bedrock.js";
import { sdkKeys } from "../../support/sdk-keys.js";

describe("CountTokens of the local Bedrock", () => {
  const bedrock = useBedrock();
  let client: BedrockRuntimeClient;
  before(() => {
    client = new BedrockRuntimeClient({
      region: "us-east-1",
      endpoint: bedrock.url,
      credentials: sdkKeys,
      maxAttempts: 1,
      requestHandler: createTransport(1, 10_000),
    });
  });
  after(() => {
    client.destroy();
  });

  const model = "anthropic.claude-3-5-haiku-20241022-v1:0";
  const count = (modelId: string, body: unknown) =>
    client.send(
      new CountTokensCommand({
        modelId,
        input: { invokeModel: { body: Buffer.from(JSON.stringify(body)) } },
      }),
    );
  const body = {
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 9,
    messages: [{ role: "user", content: "Eight characters, twice." }],
  };
  const failure = (call: Promise<unknown>) => call.then(() => null).catch((error: Error) => error);

  it("counts a body as the same body's call would, and counts itself apart from calls", async () => {
    expect((await count(model, body)).inputTokens).to.equal(6);
    expect(bedrock.stats()).to.include({ token_counts: 1, requests: 0, billed: 0 });
  });

  it("refuses models that do not have it, profiles, and bodies that the model would refuse", async () => {
    for (const other of ["amazon.nova-lite-v1:0", `us.${model}`])
      expect((await failure(count(other, body)))?.message).to.contain("doesn't support counting tokens");
    expect((await failure(count(model, { max_tokens: 9 })))?.message).to.contain("Malformed input request");
  });
});
