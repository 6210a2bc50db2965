import { expect } from "chai";
import nock from "nock";
import { AwsBedrockModel } from "../../src/index.js";
import { families } from "../../src/models/families/index.js";
import { baseModelId } from "../../src/models/find-family.js";
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
    expect(new Set(modelFixtures.map(({ modelId }) => modelId))).to.have.property("size", 102);
    expect(modelFixtures).to.have.length(102);
    for (const { modelId, family } of modelFixtures)
      expect(
        families.filter(({ models }) => models.test(baseModelId(modelId) ?? "")).map(({ name }) => name),
        modelId,
      ).to.deep.equal([family]);
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
        // A vector has no output, whether the service counts it or not.
        output_tokens: expected.vector ? 0 : expected.outputTokens,
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
});
