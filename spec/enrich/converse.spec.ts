import { join } from "node:path";
import { expect } from "chai";
import nock from "nock";
import type { JsonObject } from "../../src/core/json.js";
import { AwsBedrockModel, closeLedger } from "../../src/index.js";
import { scratch } from "../run/ledger/scratch.js";
import { useBedrock } from "../support/bedrock.js";
import { throughNodeHttp } from "../support/node-http.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const request_format = {
  system: [{ text: "Be brief." }],
  messages: [{ role: "user", content: [{ text: "Summarise:\n\n{{ text }}" }] }],
  inferenceConfig: { maxTokens: 200 },
};

describe("api: converse", () => {
  const connector = new AwsBedrockModel();

  describe("on the wire", () => {
    const config = (changes: JsonObject = {}) => ({
      access_key: "AKIAIOSFODNN7EXAMPLE",
      secret_access_key: "secret",
      region: "us-east-1",
      model_id: "us.openai.gpt-6.1-sol",
      api: "converse",
      request_format,
      ...changes,
    });
    throughNodeHttp();
    before(() => nock.disableNetConnect());
    after(() => {
      nock.cleanAll();
      nock.enableNetConnect();
    });

    const callWith = async (changes: JsonObject, response: JsonObject) => {
      let sent: { body?: JsonObject; headers?: Record<string, unknown> } = {};
      nock("https://bedrock-runtime.us-east-1.amazonaws.com")
        .post("/model/us.openai.gpt-6.1-sol/converse")
        .reply(function (_, body) {
          sent = { body: body as JsonObject, headers: this.req.headers };
          return [200, response, { "content-type": "application/json" }];
        });
      const message = await connector.write(syncConfig(config(changes)), [{ text: "Hello." }]);
      return { sent, row: rowsOf(message)[0] };
    };
    const response = {
      output: {
        message: {
          role: "assistant",
          content: [
            { reasoningContent: { reasoningText: { text: "Hm." } } },
            { text: "Hi " },
            { text: "you." },
          ],
        },
      },
      stopReason: "end_turn",
      usage: { inputTokens: 11, outputTokens: 4, totalTokens: 15 },
      metrics: { latencyMs: 321 },
    };

    it("sends the body as it is and reads text, counts and latency from the response", async () => {
      const { sent, row } = await callWith({}, response);
      const { requestMetadata, ...body } = sent.body ?? {};
      expect(requestMetadata)
        .to.have.property("bedrock_model_call")
        .that.matches(/^[\da-f]{32}$/);
      expect(body).to.deep.equal({
        ...request_format,
        messages: [{ role: "user", content: [{ text: "Summarise:\n\nHello." }] }],
      });
      expect(row?.completion).to.equal("Hi you.");
      expect(row?._bedrock).to.include({
        status: "enriched",
        stop_reason: "end_turn",
        input_tokens: 11,
        output_tokens: 4,
        latency_ms: 321,
        attempts: 1,
        billed: "yes",
      });
    });

    it("sends what this version of the SDK does not know, and images as the base64 that JSON has", async () => {
      const image = { image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } };
      const changes = {
        request_format: {
          messages: [
            { role: "user", content: [{ text: "{{ text }}" }, image, { hologram: { bytes: "AA==" } }] },
          ],
          tomorrowConfig: { level: 3 },
        },
      };
      const { sent } = await callWith(changes, response);
      expect(sent.body).to.deep.include({ tomorrowConfig: { level: 3 } });
      expect(sent.body).to.have.deep.nested.property("messages[0].content[1]", image);
    });

    it("puts guardrail and service tier into the body and not into headers", async () => {
      const { sent } = await callWith(
        {
          guardrail_identifier: "gr1",
          guardrail_version: "2",
          service_tier: "flex",
          request_format: { ...request_format, guardrailConfig: { trace: "enabled" } },
        },
        response,
      );
      expect(sent.body).to.deep.include({
        guardrailConfig: { trace: "enabled", guardrailIdentifier: "gr1", guardrailVersion: "2" },
        serviceTier: { type: "flex" },
      });
      expect(JSON.stringify(sent.headers)).not.to.match(/guardrail|service-tier/i);
    });

    it("asks GPT for a schema with the field that it needs beside it", async () => {
      const output_schema = { type: "object", properties: { a: { type: "string" } } };
      const { sent, row } = await callWith(
        { output_schema },
        { ...response, output: { message: { role: "assistant", content: [{ text: '{"a":"b"}' }] } } },
      );
      expect(sent.body).to.have.nested.property("additionalModelRequestFields.text.format.strict", true);
      expect(sent.body)
        .to.have.nested.property("outputConfig.textFormat.structure.jsonSchema.schema")
        .that.is.a("string");
      expect(row?.a).to.equal("b");
    });
  });

  describe("against the local Bedrock", () => {
    const bedrock = useBedrock();
    const folder = scratch();
    beforeEach(() => bedrock.setFaults([]));
    const config = (changes: JsonObject = {}) =>
      localConfig(bedrock.url, { api: "converse", request_format, ...changes });
    const rowOf = async (changes: JsonObject, text: string) =>
      rowsOf(await connector.write(syncConfig(config(changes)), [{ text }]))[0];

    it("works for models of every family in one shape, counted like all calls", async () => {
      const before = bedrock.stats();
      const models = [
        "us.amazon.nova-lite-v1:0",
        "meta.llama3-8b-instruct-v1:0",
        "us.deepseek.r1-v1:0",
        "cohere.command-r-v1:0",
      ];
      for (const model_id of models) {
        const row = await rowOf({ model_id }, "The parcel never came.");
        expect(row?.completion, model_id).to.match(/^Sentiment: .*parcel never came/);
        expect(row?._bedrock.input_tokens, model_id).to.be.above(0);
      }
      expect(bedrock.stats().billed - before.billed).to.equal(models.length);
      expect(bedrock.stats().models).to.include.keys(models);
    });

    it("reads a limit, a guardrail and errors as they are", async () => {
      const limited = { ...request_format, inferenceConfig: { maxTokens: 2 } };
      expect((await rowOf({ request_format: limited }, "One."))?._bedrock).to.include({ truncated: true });
      bedrock.setFaults([{ kind: "guardrail" }]);
      expect((await rowOf({}, "Two."))?._bedrock.error?.code).to.equal("guardrail_intervened");
      bedrock.setFaults([{ kind: "error", status: 403, type: "AccessDeniedException", message: "No." }]);
      expect((await rowOf({}, "Three."))?._bedrock.error?.code).to.equal("access_denied");
      expect((await rowOf({ model_id: "acme.model-1" }, "Four."))?._bedrock).to.have.property(
        "status",
        "failed",
      );
    });

    it("refuses a body of another shape before any call, and needs no known family", async () => {
      const { connection_status: wrong } = await connector.checkConnection(
        config({ request_format: { prompt: "{{ text }}" } }),
      );
      expect(wrong.message).to.match(/does not fit the family converse: the body lacks messages/);
      bedrock.setAccount({ models: { "acme.model-1": {} } });
      const { connection_status: fine } = await connector.checkConnection(
        config({ model_id: "acme.model-1" }),
      );
      expect(fine.status).to.equal("succeeded");
    });

    it("is refused for a model that answers with vectors, and so is a schema for the answer", async () => {
      const { connection_status } = await connector.checkConnection(
        config({
          model_id: "amazon.titan-embed-text-v2:0",
          output_schema: '{"type":"object","properties":{"a":{}}}',
        }),
      );
      expect(connection_status.message)
        .to.contain("api must be invoke_model")
        .and.contain("output_schema must be left out");
    });

    it("never takes an answer of InvokeModel for its own: the same body is another route", async () => {
      const changes = {
        request_format: { messages: request_format.messages },
        ledger: join(folder, "ledger.jsonl"),
      };
      const before = bedrock.stats().requests;
      for (const api of ["converse", "invoke_model", "converse"]) await rowOf({ ...changes, api }, "Same.");
      await closeLedger(changes.ledger);
      expect(bedrock.stats().requests - before).to.equal(2);
    });
  });
});
