import { expect } from "chai";
import { families } from "../../src/models/families/index.js";
import { baseModelId, resolveFamily } from "../../src/models/find-family.js";
import { listModels } from "../../src/models/list-models.js";
import { modelFixtures } from "../support/fixtures.js";

const claude = "anthropic.claude-3-haiku-20240307-v1:0";
const account = "123456789012";

describe("resolve: the base model id", () => {
  it("of a base model id is itself", () => {
    expect(baseModelId(claude)).to.equal(claude);
  });

  for (const prefix of ["us", "eu", "apac", "au", "jp", "in", "ca", "global", "us-gov"])
    it(`of an inference profile of ${prefix}. is what follows`, () => {
      expect(baseModelId(`${prefix}.${claude}`)).to.equal(claude);
    });

  for (const prefix of ["amer", "latam", "me-gov", "sa2"])
    it(`of a profile of ${prefix}., which nobody has heard of, is what follows`, () => {
      expect(baseModelId(`${prefix}.${claude}`)).to.equal(claude);
      expect(resolveFamily(`${prefix}.${claude}`)?.name).to.equal("claude");
      const profile = `arn:aws:bedrock:us-east-1:${account}:inference-profile/${prefix}.${claude}`;
      expect(baseModelId(profile)).to.equal(claude);
    });

  it("of a vendor that nobody has heard of keeps all that may be its name", () => {
    expect(baseModelId("newvendor.model-1.5-v1:0")).to.equal("newvendor.model-1.5-v1:0");
    expect(baseModelId("us.newvendor.model-1.5-v1:0")).to.equal("newvendor.model-1.5-v1:0");
    expect(baseModelId("meta.amazon.model")).to.equal("meta.amazon.model");
  });

  it("loses one geography, and only in front", () => {
    expect(baseModelId("us.eu.model")).to.equal("eu.model");
    expect(baseModelId("ca-model.us.x")).to.equal("ca-model.us.x");
  });

  for (const [partition, region] of [
    ["aws", "us-east-1"],
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
  ]) {
    const bedrock = `arn:${partition}:bedrock:${region}`;

    it(`stands in the ARN of a foundation model (${partition})`, () => {
      expect(baseModelId(`${bedrock}::foundation-model/${claude}`)).to.equal(claude);
    });

    it(`stands in the ARN of an inference profile (${partition})`, () => {
      expect(baseModelId(`${bedrock}:${account}:inference-profile/us-gov.${claude}`)).to.equal(claude);
      expect(baseModelId(`${bedrock}:${account}:inference-profile/${claude}`)).to.equal(claude);
    });

    for (const opaque of [
      "application-inference-profile/a1b2c3d4e5f6",
      "provisioned-model/a1b2c3d4e5f6",
      "imported-model/a1b2c3d4e5f6",
      "custom-model/meta.llama3-8b-instruct-v1:0/a1b2c3d4e5f6",
      "custom-model-deployment/a1b2c3d4e5f6",
      "default-prompt-router/anthropic.claude:1",
    ])
      it(`is not guessed from ${opaque.split("/")[0]} (${partition})`, () => {
        expect(baseModelId(`${bedrock}:${account}:${opaque}`)).to.equal(null);
        expect(resolveFamily(`${bedrock}:${account}:${opaque}`)).to.equal(null);
      });
  }

  it("is not guessed from other services' ARNs", () => {
    expect(baseModelId(`arn:aws:sagemaker:us-east-1:${account}:endpoint/${claude}`)).to.equal(null);
  });
});

describe("resolve: the family", () => {
  for (const { name, family, modelId, inferenceProfiles } of modelFixtures)
    it(`of ${name} is ${family}, by its id and its profiles, and no other`, () => {
      for (const id of [modelId, ...inferenceProfiles]) {
        expect(resolveFamily(id)?.name, id).to.equal(family);
        const matches = families.filter(({ models }) => models.test(baseModelId(id) ?? ""));
        expect(
          matches.map((match) => match.name),
          id,
        ).to.deep.equal([family]);
      }
    });

  it("is the first that an id names", () => {
    const hidden = `arn:aws:bedrock:us-east-1:${account}:application-inference-profile/a1b2c3d4e5f6`;
    expect(resolveFamily(hidden, claude)?.name).to.equal("claude");
    expect(resolveFamily(undefined, "acme.unknown", claude)?.name).to.equal("claude");
    expect(resolveFamily("amazon.nova-lite-v1:0", claude)?.name).to.equal("nova");
  });

  it("keeps for a model with a longer context", () => {
    expect(resolveFamily("meta.llama3-1-8b-instruct-v1:0:128k")?.name).to.equal("llama");
  });

  const none: Readonly<Record<string, readonly string[]>> = {
    "rerank models": ["cohere.rerank-v3-5:0", "amazon.rerank-v1:0"],
    "models whose body is not documented": listModels()
      .filter(({ family }) => family === null)
      .flatMap(({ modelId, inferenceProfiles }) => [modelId, ...inferenceProfiles]),
    "models of images, video and speech": [
      "amazon.nova-canvas-v1:0",
      "amazon.nova-reel-v1:1",
      "amazon.nova-sonic-v1:0",
      "amazon.nova-2-sonic-v1:0",
      "amazon.titan-image-generator-v2:0",
      "stability.sd3-5-large-v1:0",
      "twelvelabs.pegasus-1-2-v1:0",
    ],
    "models of another endpoint": ["openai.gpt-oss-120b", "openai.gpt-oss-20b"],
    "unknown ids": ["", "acme.model-v1:0", "__proto__", "toString", "claude"],
  };
  for (const [what, ids] of Object.entries(none))
    it(`is none for ${what}`, () => {
      for (const id of ids) expect(resolveFamily(id)?.name ?? null, id).to.equal(null);
    });
});
