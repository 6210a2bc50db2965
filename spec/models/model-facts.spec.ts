import { expect } from "chai";
import { modelLines } from "../../src/generated/models.js";
import { factsOf } from "../../src/models/model-facts.js";

/**
 * Models that are not listed, and what is taken of them: how their output burns, and traits that are and are not
 * theirs.
 */
const unlisted: readonly [
  string,
  { burndown?: number; vector_length?: number; is?: string; isNot?: string },
][] = [
  ["anthropic.claude-3-7-sonnet-next", { burndown: 5, is: "thinks_by_budget", isNot: "no_thinking" }],
  ["anthropic.claude-3-sonnet-20240229-v1:0:28k", { is: "no_thinking", isNot: "no_sampling" }],
  ["anthropic.claude-opus-4-9", { burndown: 5, is: "forced_tool", isNot: "native_schema" }],
  ["anthropic.claude-opus-5-9", { burndown: 10, is: "no_sampling", isNot: "forced_tool" }],
  ["anthropic.claude-sonnet-5-9", { burndown: 10, is: "thinks_by_default", isNot: "no_thinking_budget" }],
  [
    "anthropic.claude-haiku-5-9",
    { burndown: 10, is: "thinking_budget_doubtful", isNot: "thinks_by_default" },
  ],
  ["anthropic.claude-mythos-5", { burndown: 10, is: "always_thinks", isNot: "thinks_by_budget" }],
  ["anthropic.claude-fable-5-9", { burndown: 10, is: "no_sampling", isNot: "always_thinks" }],
  ["amazon.nova-lite-v1:0:24k", { is: "no_reasoning" }],
  ["openai.gpt-oss-300b-1:0", { is: "native_schema", isNot: "max_tokens_alone" }],
  ["mistral.pixtral-next", { is: "forced_tool", isNot: "native_schema" }],
  ["mistral.mistral-large-4", { is: "max_tokens_alone", isNot: "forced_tool" }],
  ["qwen.qwen3-next", { is: "native_schema", isNot: "no_stream" }],
  ["cohere.embed-english-v3:0:512", { vector_length: 1024, is: "embed_v3", isNot: "embed_v4" }],
  ["cohere.embed-v4:1", { is: "embed_v4", isNot: "embed_v3" }],
  ["amazon.titan-embed-text-v1:2:8k", { vector_length: 1536, is: "text_alone" }],
  ["amazon.titan-text-premier-v2:0", { is: "no_output_over_3072" }],
  ["openai.gpt-6.1-next", { burndown: 10, is: "strict_schema" }],
  ["openai.gpt-6.2", { burndown: 10, isNot: "strict_schema" }],
];

describe("facts of a model", () => {
  it("are its own where it is listed, by its id, its profiles and their ARNs", () => {
    const model = "anthropic.claude-opus-4-8";
    const arn = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${model}`;
    for (const id of [model, `us.${model}`, arn])
      expect(factsOf(id), id).to.deep.include({
        burndown: 15,
        limits: { context: 1_000_000, output: 128_000 },
      });
  });

  it("are those of the first id that names one", () => {
    const hidden = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    expect(
      factsOf(hidden, undefined, "anthropic.claude-opus-4-8", "amazon.nova-lite-v1:0")?.burndown,
    ).to.equal(15);
  });

  it("are none of what is not known", () => {
    for (const id of ["acme.model", "__proto__", "constructor", "", "anthropic.claude-opus-9", undefined])
      expect(factsOf(id), id).to.equal(undefined);
  });

  for (const [id, { is, isNot, ...numbers }] of unlisted)
    it(`of ${id}, which is not listed, are those of its line`, () => {
      const { traits = [], ...facts } = factsOf(id) ?? {};
      expect(facts).to.include(numbers).and.to.not.have.any.keys("limits", "counts_tokens");
      if (is) expect(traits).to.include(is);
      if (isNot) expect(traits).not.to.include(isNot);
    });

  it("of every line are tried here", () => {
    const tried = unlisted.map(([id]) => modelLines.find(({ models }) => new RegExp(models).test(id)));
    expect(tried).to.have.members([...modelLines]);
  });
});
