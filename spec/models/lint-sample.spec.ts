import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { resolveFamily } from "../../src/models/find-family.js";
import { lintSample } from "../../src/models/lint-body.js";
import { useBedrock } from "../support/bedrock.js";
import { modelFixtures } from "../support/fixtures.js";
import { localConfig } from "../support/sync-config.js";

const bedrock = useBedrock({ account: { models: { "acme.model-1": {} } } });

const check = async (request: unknown, model_id = "us.amazon.nova-lite-v1:0") => {
  const request_format = typeof request === "string" ? request : JSON.stringify(request);
  const config = localConfig(bedrock.url, { model_id, request_format });
  return (await new AwsBedrockModel().checkConnection(config)).connection_status;
};

const claude = "anthropic.claude-3-haiku-20240307-v1:0";
const turn = { role: "user", content: [{ text: "{{ text }}" }] };
const nova = (changes: Record<string, unknown> = {}) => ({ messages: [turn], ...changes });
const opus = (changes: Record<string, unknown> = {}) => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "{{ text }}" }],
  ...changes,
});

describe("checkConnection: a sample that Bedrock is certain to refuse", () => {
  const cases: [name: string, request: unknown, model: string | undefined, words: RegExp][] = [
    [
      "lacks a required key",
      { inferenceConfig: { maxTokens: 5 }, x: "{{ text }}" },
      undefined,
      /lacks messages/,
    ],
    [
      "lacks one further in",
      nova({ messages: [{ content: [{ text: "{{ text }}" }] }] }),
      undefined,
      /lacks role/,
    ],
    [
      "has text for a list",
      nova({ messages: [{ role: "user", content: "Hi." }] }),
      undefined,
      /content must be array/,
    ],
    [
      "has text for a number",
      nova({ inferenceConfig: { maxTokens: "100" } }),
      undefined,
      /maxTokens must be integer/,
    ],
    ["has a fraction for a whole number", opus({ max_tokens: 1.5 }), claude, /max_tokens must be integer/],
    ["has null for an object", nova({ inferenceConfig: null }), undefined, /inferenceConfig must be object/],
    [
      "lacks anthropic_version",
      { ...opus(), anthropic_version: undefined },
      claude,
      /lacks anthropic_version/,
    ],
    ["lacks max_tokens", { ...opus(), max_tokens: undefined }, claude, /lacks max_tokens/],
    [
      "reads no column",
      nova({ messages: [{ role: "user", content: [{ text: "Hi." }] }] }),
      undefined,
      /\{\{ column \}\}/,
    ],
    [
      "is of another family",
      opus({ messages: [{ role: "user", content: "Hi." }] }),
      undefined,
      /content must be array/,
    ],
  ];
  for (const [name, request, model, words] of cases)
    it(`because it ${name} fails, and says where`, async () => {
      const { status, message } = await check(request, model);
      expect(status).to.equal("failed");
      expect(message)
        .to.match(/request_format/)
        .and.to.match(words);
    });

  it("is told all that is wrong with it, and never quoted", async () => {
    const { message } = await check({ messages: [{ content: "top secret {" }], inferenceConfig: "hidden" });
    expect(message)
      .to.match(/lacks role/)
      .and.to.match(/content must be array/)
      .and.to.match(/inferenceConfig/);
    expect(message).not.to.match(/secret|hidden/);
  });
});

describe("checkConnection: a sample that may be a mistake", () => {
  const cases: [name: string, request: unknown, model: string | undefined, words: RegExp][] = [
    ["an unknown key", nova({ max_tokens: 5 }), undefined, /max_tokens/],
    ["an unknown key further in", nova({ inferenceConfig: { maxtokens: 5 } }), undefined, /maxtokens/],
    ["a number out of its range", nova({ inferenceConfig: { temperature: 3 } }), undefined, /temperature/],
    ["a word that is not on the list", nova({ messages: [{ ...turn, role: "system" }] }), undefined, /role/],
    ["another version", opus({ anthropic_version: "bedrock-2030-01-01" }), claude, /anthropic_version/],
  ];
  for (const [name, request, model, words] of cases)
    it(`for ${name} succeeds with a remark`, async () => {
      const { status, message } = await check(request, model);
      expect({ status, message }).to.include({ status: "succeeded" });
      expect(message).to.match(words);
    });
});

describe("checkConnection: placeholders count as anything", () => {
  const cases: [name: string, request: unknown, model?: string][] = [
    ["a whole list", { messages: "{{ messages }}" }],
    ["an element of a list", { messages: ["{{ first }}", turn] }],
    ["a list of content", nova({ messages: [{ role: "{{ role }}", content: "{{ content }}" }] })],
    [
      "a number",
      nova({ inferenceConfig: { maxTokens: "{{ limit }}", temperature: "{{ heat | default: 0 }}" } }),
    ],
    ["an object", nova({ inferenceConfig: "{{ settings }}" })],
    ["a tag", nova({ inferenceConfig: { maxTokens: "{% if long %}900{% else %}90{% endif %}" } })],
    ["a version", opus({ anthropic_version: "{{ version }}" }), claude],
    [
      "either of two types",
      opus({ messages: [{ role: "user", content: "{{ content }}" }], stop_sequences: "{{ stops }}" }),
      claude,
    ],
  ];
  for (const [name, request, model] of cases)
    it(`such as ${name}`, async () => {
      expect(await check(request, model)).to.deep.equal({ status: "succeeded" });
    });

  it("but a constant beside them does not", async () => {
    const { status, message } = await check(nova({ messages: ["{{ first }}", { role: "user" }] }));
    expect(status).to.equal("failed");
    expect(message).to.match(/messages\.1 lacks content/);
  });

  it("also under keys that a JSON pointer has to escape", () => {
    const family = resolveFamily("us.amazon.nova-lite-v1:0");
    const sample = { messages: "{{ m }}", "a/b~c": "{{ x }}", toolConfig: "{{ t }}" };
    expect(lintSample(family, sample).wrong).to.deep.equal([]);
  });
});

describe("lintSample on the vendors' own samples", () => {
  for (const { name, modelId, template, request } of modelFixtures) {
    it(`${name}: finds nothing wrong with its template, nor with its request`, () => {
      const family = resolveFamily(modelId);
      expect(family).to.not.equal(null);
      expect(lintSample(family, template, [modelId]).wrong).to.deep.equal([]);
      expect(lintSample(family, request, [modelId])).to.deep.equal({ wrong: [], doubtful: [] });
    });
  }

  it("says nothing of a model that no family knows", () => {
    expect(lintSample(null, { anything: 1 })).to.deep.equal({ wrong: [], doubtful: [] });
  });
});
