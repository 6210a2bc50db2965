import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { type JSONValue, search } from "@jmespath-community/jmespath";
import { expect } from "chai";
import { readBlocks } from "../../../src/models/answer/blocks.js";
import type { Family } from "../../../src/models/families/family.js";
import { resolveFamily } from "../../../src/models/find-family.js";
import { useBedrock } from "../../support/bedrock.js";
import { modelFixtures } from "../../support/fixtures.js";
import { clientFor, invoke } from "./client.js";

describe("emulator: the families' shapes", () => {
  const emulator = useBedrock();
  let client: BedrockRuntimeClient;
  before(() => {
    client = clientFor(emulator);
  });
  after(() => {
    client.destroy();
  });

  for (const { modelId, inferenceProfiles, profileRequired, request, expected } of modelFixtures) {
    if (expected.vector) continue;
    it(`answers ${modelId} so that its family can read it`, async () => {
      const family = resolveFamily(modelId) as Family;
      const called = profileRequired ? (inferenceProfiles[0] ?? `us.${modelId}`) : modelId;
      const { body, headers } = await invoke(client, called, request);
      const { text, stopReason, usage } = family.response;
      const read = (path: string): unknown => search(body as JSONValue, path);
      expect(readBlocks(read(text))?.text)
        .to.be.a("string")
        .that.matches(/Sentiment: neutral \(0\.0\)\. Gist: "hello"|"Hi"|The parcel came a week late/i);
      expect(read(stopReason as string)).to.equal(family.stopReasons?.end);
      if (usage?.output) {
        expect(read(usage.input)).to.be.a("number").above(0);
        expect(read(usage.output)).to.be.a("number").above(0);
      }
      const [input, output] = [
        headers["x-amzn-bedrock-input-token-count"],
        headers["x-amzn-bedrock-output-token-count"],
      ];
      if (family.name === "jamba") {
        expect(headers).not.to.include.any.keys("x-amzn-bedrock-input-token-count");
        return;
      }
      expect(Number(headers["x-amzn-bedrock-invocation-latency"])).to.be.at.least(0);
      expect(output).to.equal(String(Math.ceil((readBlocks(read(text))?.text ?? "").length / 4)));
      if (usage?.output) {
        expect(input).to.equal(String(read(usage.input)));
        expect(output).to.equal(String(read(usage.output)));
      }
    });
  }

  it("takes a model, an inference profile and their ARNs for the same model", async () => {
    const ids = [
      "amazon.nova-lite-v1:0",
      "eu.amazon.nova-lite-v1:0",
      "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
      "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0",
    ];
    const body = { messages: [{ role: "user", content: [{ text: "hello" }] }] };
    const answers = await Promise.all(ids.map((id) => invoke(client, id, body)));
    const texts = answers.map((answer) => search(answer.body as JSONValue, "output.message.content[0].text"));
    expect(new Set(texts)).to.have.property("size", 1);
    expect(emulator.stats().models).to.include.keys(ids);
  });

  it("accepts a new model of a known family where the account is told to have it", async () => {
    emulator.setAccount({ models: { "anthropic.claude-next(beta)!*'-v1:0": {} } });
    const { body } = await invoke(client, "global.anthropic.claude-next(beta)!*'-v1:0", {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 10,
      messages: [{ role: "user", content: "hello" }],
    });
    expect(body).to.include({ type: "message", model: "anthropic.claude-next(beta)!*'-v1:0" });
  });

  it("gives R1's reasoning and the closing tag where the prompt opened the tag", async () => {
    const { body } = await invoke(client, "us.deepseek.r1-v1:0", {
      prompt: "<｜begin▁of▁sentence｜><｜User｜>Hello<｜Assistant｜><think>\n",
    });
    const { choices } = body as { choices: { text: string }[] };
    expect(choices[0]?.text).to.match(/^[^<\n]+\n<\/think>\n\nSentiment: .* Gist: "Hello"$/);
  });

  it("cuts the answer at the limit of tokens and says so, in every family", async () => {
    const bodies: [string, Record<string, unknown>, string][] = [
      ["anthropic.claude-3-haiku-20240307-v1:0", { max_tokens: 3 }, "max_tokens"],
      ["amazon.nova-lite-v1:0", { inferenceConfig: { max_new_tokens: 3 } }, "max_tokens"],
      ["amazon.nova-lite-v1:0", { inferenceConfig: { maxTokens: 3 } }, "max_tokens"],
      ["amazon.titan-text-lite-v1", { textGenerationConfig: { maxTokenCount: 3 } }, "LENGTH"],
      ["meta.llama3-8b-instruct-v1:0", { max_gen_len: 3 }, "length"],
      ["mistral.mistral-7b-instruct-v0:2", { max_tokens: 3 }, "length"],
      ["us.mistral.pixtral-large-2502-v1:0", { max_tokens: 3 }, "length"],
      ["us.deepseek.r1-v1:0", { max_tokens: 3 }, "length"],
      ["ai21.jamba-1-5-mini-v1:0", { max_tokens: 3 }, "length"],
      ["cohere.command-r-v1:0", { max_tokens: 3 }, "MAX_TOKENS"],
      ["cohere.command-text-v14", { max_tokens: 3 }, "MAX_TOKENS"],
    ];
    for (const [called, limit, reason] of bodies) {
      const fixture = modelFixtures.find(({ modelId }) => called.endsWith(modelId));
      const { body } = await invoke(client, called, { ...(fixture?.request as object), ...limit });
      const { text, stopReason } = (resolveFamily(called) as Family).response;
      expect(readBlocks(search(body as JSONValue, text))?.text, called).to.equal("Sentiment: n");
      expect(search(body as JSONValue, stopReason as string), called).to.equal(reason);
    }
  });
});
