import { expect } from "chai";
import { burndownOf } from "../../src/models/limits.js";

describe("what an output token burns of the quota", () => {
  const published: Record<string, number> = {
    "anthropic.claude-3-haiku-20240307-v1:0": 1,
    "anthropic.claude-3-5-sonnet-20241022-v2:0": 1,
    "anthropic.claude-3-7-sonnet-20250219-v1:0": 5,
    "us.anthropic.claude-sonnet-4-20250514-v1:0": 5,
    "global.anthropic.claude-haiku-4-5-20251001-v1:0": 5,
    "us.anthropic.claude-opus-4-7": 5,
    "us.anthropic.claude-opus-4-8": 15,
    "us.anthropic.claude-sonnet-5": 10,
    "us.anthropic.claude-opus-5-5": 10,
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-fable-5-1": 10,
    "us.amazon.nova-lite-v1:0": 1,
    "meta.llama3-8b-instruct-v1:0": 1,
  };

  for (const [modelId, rate] of Object.entries(published))
    it(`is ${rate} for ${modelId}`, () => {
      expect(burndownOf(modelId)).to.equal(rate);
    });

  it("follows the id that names the model where an ARN hides it", () => {
    const hidden = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    const named = "anthropic.claude-opus-4-8";
    expect(burndownOf(hidden, named)).to.equal(15);
  });

  it("is 1 for a model that is not known", () => {
    expect(burndownOf("acme.unknown")).to.equal(1);
    expect(burndownOf(undefined)).to.equal(1);
  });
});
