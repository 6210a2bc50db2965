import { compile, type JSONValue, TreeInterpreter } from "@jmespath-community/jmespath";
import { expect } from "chai";
import nock from "nock";
import type { JsonObject } from "../../src/core/json.js";
import { AwsBedrockModel } from "../../src/index.js";
import { families } from "../../src/models/families/index.js";
import { baseModelId } from "../../src/models/find-family.js";
import { listModels } from "../../src/models/list-models.js";
import { modelFixtures } from "../support/fixtures.js";
import { throughNodeHttp } from "../support/node-http.js";
import { rowsOf } from "../support/rows.js";
import { syncConfig } from "../support/sync-config.js";

const region = "us-east-1";

const connectionTo = (modelId: string, requestFormat: unknown): Record<string, unknown> => ({
  access_key: "AKIAIOSFODNN7EXAMPLE",
  secret_access_key: "secret",
  region,
  model_id: modelId,
  request_format: requestFormat,
});

describe("the models whose body is known", () => {
  const connector = new AwsBedrockModel();

  throughNodeHttp();
  before(() => nock.disableNetConnect());
  after(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it("are here once, and each belongs to exactly one family, the one its folder names", () => {
    const proven = listModels().filter(({ family }) => family !== null);
    expect(modelFixtures.map(({ modelId }) => modelId)).to.have.members(proven.map(({ modelId }) => modelId));
    for (const { modelId, family } of modelFixtures)
      expect(
        families.filter(({ models }) => models.test(baseModelId(modelId) ?? "")).map(({ name }) => name),
        modelId,
      ).to.deep.equal([family]);
  });

  it("are read without an exception, which would cost each row more than the rest of the reading", () => {
    for (const { modelId, family, response } of modelFixtures)
      for (const path of pathsOf(families.find(({ name }) => name === family)?.response))
        expect(
          () => TreeInterpreter.search(compile(path), response as JSONValue),
          `${modelId}: ${path}`,
        ).not.to.throw();
  });

  for (const { name, modelId, template, record, request, response, headers, expected } of modelFixtures) {
    it(`${name}: the sample request goes out exactly, the sample response is read exactly`, async () => {
      let sent: unknown;
      nock(`https://bedrock-runtime.${region}.amazonaws.com`)
        .post(`/model/${encodeURIComponent(modelId)}/invoke`, (body) => {
          sent = body;
          return true;
        })
        .reply(200, response, { "content-type": "application/json", ...headers });

      const [row] = rowsOf(await connector.write(syncConfig(connectionTo(modelId, template)), [record]));

      expect(sent).to.deep.equal(request);
      expect(row?.completion).to.deep.equal(expected.vector ?? expected.text);
      expect(row?._bedrock).to.include({
        status: "enriched",
        stop_reason: expected.stopReason,
        truncated: expected.truncated,
        input_tokens: expected.inputTokens,
        output_tokens: expected.outputTokens,
        billed: "yes",
      });
    });

    it(`${name}: Bedrock's token headers go before the body`, async () => {
      nock(`https://bedrock-runtime.${region}.amazonaws.com`).post(/./).reply(200, response, {
        "X-Amzn-Bedrock-Input-Token-Count": "7001",
        "X-Amzn-Bedrock-Output-Token-Count": "7002",
        "X-Amzn-Bedrock-Invocation-Latency": "7003",
      });
      const [row] = rowsOf(await connector.write(syncConfig(connectionTo(modelId, template)), [record]));
      expect(row?._bedrock).to.include({ input_tokens: 7001, output_tokens: 7002, latency_ms: 7003 });
    });
  }

  const turns = (text: string): JsonObject => ({
    system: [{ text: "Be brief." }],
    messages: [{ role: "user", content: [{ text }] }],
    inferenceConfig: { maxTokens: 200 },
  });
  for (const { name, modelId } of listModels().filter(({ answers }) => answers === "text"))
    it(`${name}: through Converse a request goes out exactly, and its answer is read`, async () => {
      let sent: unknown;
      nock(`https://bedrock-runtime.${region}.amazonaws.com`)
        .post(`/model/${encodeURIComponent(modelId)}/converse`, (body) => {
          sent = body;
          return true;
        })
        .reply(200, {
          output: { message: { role: "assistant", content: [{ text: "Hi." }] } },
          stopReason: "end_turn",
          usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
          metrics: { latencyMs: 40 },
        });
      const config = { ...connectionTo(modelId, turns("{{ text }}")), api: "converse" };
      const [row] = rowsOf(await connector.write(syncConfig(config), [{ text: "Hello." }]));
      const { requestMetadata, ...body } = sent as JsonObject;
      expect(body).to.deep.equal(turns("Hello."));
      expect(requestMetadata).to.have.all.keys("bedrock_model_call");
      expect(row?.completion).to.equal("Hi.");
      expect(row?._bedrock).to.include({ status: "enriched", stop_reason: "end_turn", billed: "yes" });
      expect(row?._bedrock).to.include({ input_tokens: 7, output_tokens: 3, latency_ms: 40 });
    });
});

/** Every JMESPath of a family's reading. */
const pathsOf = (reading: unknown): string[] => {
  if (typeof reading === "string") return [reading];
  return typeof reading === "object" && reading !== null ? Object.values(reading).flatMap(pathsOf) : [];
};
