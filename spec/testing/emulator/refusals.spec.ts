import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { expect } from "chai";
import { useBedrock } from "../../support/bedrock.js";
import { modelFixtures } from "../../support/fixtures.js";
import { clientFor, invoke, refusalOf } from "./client.js";

const claude = "anthropic.claude-3-haiku-20240307-v1:0";

describe("emulator: refusals", () => {
  const emulator = useBedrock();
  let client: BedrockRuntimeClient;
  before(() => {
    client = clientFor(emulator);
  });
  after(() => {
    client.destroy();
  });

  const malformed = (faults: string): string =>
    `Malformed input request: ${faults}, please reformat your input and try again.`;
  const messages = [{ role: "user", content: "hello" }];
  const valid = { anthropic_version: "bedrock-2023-05-31", max_tokens: 10, messages };

  const cases: [string, string, unknown, string][] = [
    [
      "a missing key",
      claude,
      { anthropic_version: "bedrock-2023-05-31", max_tokens: 10 },
      "#: required key [messages] not found",
    ],
    ["an extra key", claude, { ...valid, x: 1 }, "#: extraneous key [x] is not permitted"],
    [
      "a string for a number",
      claude,
      { ...valid, temperature: "my secret" },
      "#/temperature: expected type: Number, found: String",
    ],
    [
      "a number over the range",
      claude,
      { ...valid, temperature: 5 },
      "#/temperature: 5 is not less or equal to 1",
    ],
    [
      "a number under the range",
      claude,
      { ...valid, max_tokens: 0 },
      "#/max_tokens: 0 is not greater or equal to 1",
    ],
    [
      "an empty list",
      claude,
      { ...valid, messages: [] },
      "#/messages: expected minimum item count: 1, found: 0",
    ],
    [
      "a value that is none of the known ones",
      claude,
      { ...valid, messages: [{ role: "my secret", content: "" }] },
      "#/messages/0/role: the value is not one of [user, assistant]",
    ],
    [
      "a wrong constant",
      claude,
      { ...valid, anthropic_version: "my secret" },
      "#/anthropic_version: the value is not bedrock-2023-05-31",
    ],
    [
      "one of two types",
      claude,
      { ...valid, system: 1.5 },
      "#/system: expected type: String or JSONArray, found: Number",
    ],
    [
      "several faults",
      "amazon.titan-text-lite-v1",
      { prompt: "hi" },
      "#: required key [inputText] not found, #: extraneous key [prompt] is not permitted",
    ],
    ["a list for the body", claude, [], "#: expected type: JSONObject, found: JSONArray"],
  ];
  for (const [what, modelId, body, faults] of cases)
    it(`refuses ${what} in the service's words`, async () => {
      const error = await refusalOf(invoke(client, modelId, body));
      expect(error).to.include({ name: "ValidationException", message: malformed(faults) });
    });

  it("refuses a body that is not JSON", async () => {
    const error = await refusalOf(invoke(client, claude, '{"my secret'));
    expect(error).to.include({
      name: "ValidationException",
      message: "The provided request is not valid JSON",
    });
  });

  it("refuses any content type but JSON", async () => {
    const error = await refusalOf(invoke(client, claude, valid, "text/plain"));
    expect(error.name).to.equal("ValidationException");
    expect(error.message).to.contain("application/json");
    await invoke(client, claude, valid, "application/json; charset=utf-8");
  });

  it("refuses a body over 25 MB", async () => {
    const error = await refusalOf(invoke(client, claude, " ".repeat(25_000_001)));
    expect(error).to.nested.include({ "$metadata.httpStatusCode": 413 });
  });

  for (const modelId of ["acme.model-v1:0", "cohere.rerank-v3-5:0", "%", "constructor"])
    it(`refuses the model id ${modelId}`, async () => {
      const error = await refusalOf(invoke(client, modelId, valid));
      expect(error).to.include({
        name: "ValidationException",
        message: "The provided model identifier is invalid.",
      });
    });

  for (const [slip, meant] of [
    ["us.amazon.nova-lte-v1:0", "us.amazon.nova-lite-v1:0"],
    ["amazon.nova-lite-v1", "amazon.nova-lite-v1:0"],
    ["us.anthropic.claude-haiku-4.5-20251001-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0"],
  ] as const)
    it(`refuses the model id ${slip}, and names the nearest`, async () => {
      const error = await refusalOf(invoke(client, slip, valid));
      expect(error.message).to.equal(`The provided model identifier is invalid. Did you mean ${meant}?`);
    });

  it("refuses the bare id of every model that needs an inference profile", async () => {
    const profileOnly = modelFixtures.filter(({ profileRequired }) => profileRequired);
    expect(profileOnly).not.to.be.empty;
    for (const { modelId, request } of profileOnly)
      for (const id of [modelId, `arn:aws:bedrock:us-east-1::foundation-model/${modelId}`]) {
        const error = await refusalOf(invoke(client, id, request));
        expect(error).to.include({
          name: "ValidationException",
          message: `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
        });
      }
  });

  for (const [method, path] of [
    ["GET", "/"],
    ["POST", "/model/a/invoke-with-bidirectional-stream"],
    ["GET", `/model/${claude}/invoke`],
  ] as const)
    it(`knows no operation ${method} ${path}`, async () => {
      const response = await fetch(emulator.url + path, { method });
      expect(response.status).to.equal(404);
      expect(response.headers.get("x-amzn-errortype")).to.match(/^UnknownOperationException\b/);
    });

  it("refuses a path it cannot decode", async () => {
    const response = await fetch(`${emulator.url}/model/%E0/invoke`, { method: "POST" });
    expect(response.status).to.equal(400);
  });
});
