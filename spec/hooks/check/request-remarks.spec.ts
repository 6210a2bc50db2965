import { expect } from "chai";
import { ConnectorError } from "../../../src/core/errors.js";
import { compilePlan } from "../../../src/enrich/plan.js";
import { localConfig } from "../../support/sync-config.js";

const remarks = (changes: Record<string, unknown>, endpoint = "http://127.0.0.1:1"): string => {
  const plan = compilePlan(localConfig(endpoint, changes), "enrich");
  if (plan instanceof ConnectorError) throw plan;
  return plan.remarks.join(" ");
};

const claude = (model: string, more: object, api?: "converse") => ({
  model_id: `us.anthropic.${model}`,
  ...(api && { api }),
  request_format: JSON.stringify(
    api
      ? {
          messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
          inferenceConfig: { maxTokens: 2000 },
          additionalModelRequestFields: more,
        }
      : {
          anthropic_version: "bedrock-2023-05-31",
          max_tokens: 2000,
          messages: [{ role: "user", content: "{{ text }}" }],
          ...more,
        },
  ),
});

const schema = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};
const format = { output_config: { format: { type: "json_schema", schema } } };
const effort = { output_config: { effort: "low" } };

describe("remarks on what newer models take", () => {
  for (const api of [undefined, "converse"] as const) {
    for (const model of [
      "claude-haiku-4-5-20251001-v1:0",
      "claude-sonnet-4-5-20250929-v1:0",
      "claude-opus-4-1-20250805-v1:0",
    ])
      it(`effort is newer than ${model}${api ? ", by Converse" : ""}`, () => {
        expect(remarks(claude(model, effort, api))).to.match(
          /effort is newer than this model.*may refuse it/,
        );
      });

    for (const model of ["claude-opus-4-6-v1", "claude-sonnet-4-6", "claude-sonnet-5"])
      it(`effort is fine with ${model}${api ? ", by Converse" : ""}`, () => {
        expect(remarks(claude(model, effort, api))).to.not.contain("effort is newer");
      });

    for (const model of ["claude-sonnet-5", "claude-opus-5", "claude-opus-4-7", "claude-quux-9"])
      it(`a format is not known to be taken by ${model}${api ? ", by Converse" : ""}`, () => {
        expect(remarks(claude(model, format, api))).to.match(
          /format is not known to be taken by this model.*output_schema/,
        );
      });

    for (const model of ["claude-sonnet-4-6", "claude-haiku-4-5-20251001-v1:0"])
      it(`a format is taken by ${model}${api ? ", by Converse" : ""}`, () => {
        expect(remarks(claude(model, format, api))).to.not.contain("format is not known");
      });
  }

  it("a beta that was asked for is not remarked on", () => {
    const beta = { ...effort, anthropic_beta: ["effort-2025-11-24"] };
    expect(remarks(claude("claude-opus-4-5-20251101-v1:0", beta))).to.not.contain("effort is newer");
    expect(remarks(claude("claude-opus-4-5-20251101-v1:0", effort))).to.contain("effort is newer");
  });
});

describe("a remark on an endpoint of plain http", () => {
  for (const endpoint of [
    "http://bedrock.example",
    "http://10.0.0.5:8080",
    "http://host.docker.internal",
    "http://[fd00::1]",
  ])
    it(`that is not on this machine: ${endpoint}`, () => {
      expect(remarks({}, endpoint)).to.contain("endpoint is plain http and not on this machine");
    });
  for (const endpoint of [
    "http://localhost:4566",
    "http://127.8.9.1",
    "http://[::1]:80",
    "http://bedrock.localhost",
    "https://bedrock.example",
  ])
    it(`is not made of ${endpoint}`, () => {
      expect(remarks({}, endpoint)).to.not.contain("plain http");
    });
});
