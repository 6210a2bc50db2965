import { compile } from "@jmespath-community/jmespath";
import { expect } from "chai";
import type { JsonObject } from "../../src/core/json.js";
import { AwsBedrockModel } from "../../src/index.js";
import { converse } from "../../src/models/families/converse.js";
import { families } from "../../src/models/families/index.js";
import { resolveFamily } from "../../src/models/find-family.js";
import { limitsOf } from "../../src/models/limits.js";
import { checkBody, lintSample } from "../../src/models/lint-body.js";
import { lintForModel } from "../../src/models/lint-rules.js";
import { listModels } from "../../src/models/list-models.js";
import { useBedrock } from "../support/bedrock.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { clientFor, invoke, refusalOf } from "../testing/emulator/client.js";

const messages = [{ role: "user", content: "{{ text }}" }];
const claude = (changes: JsonObject = {}): JsonObject => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 4000,
  messages,
  ...changes,
});
const chat = (changes: JsonObject): JsonObject => ({ messages, ...changes });

const lint = (modelId: string, body: JsonObject) => lintForModel(resolveFamily(modelId), [modelId], body);

/** What a body of Claude is in Converse. */
const throughConverse = ({
  anthropic_version: _,
  messages = [],
  max_tokens,
  temperature,
  top_p,
  ...fields
}: JsonObject): JsonObject => ({
  messages,
  inferenceConfig: JSON.parse(JSON.stringify({ maxTokens: max_tokens, temperature, topP: top_p })),
  additionalModelRequestFields: fields,
});

/** A model, a body, and a word of each sentence that it earns, by how sure it is. */
type Case = readonly [
  modelId: string,
  body: JsonObject,
  expected: Partial<Record<"refused" | "doubtful" | "note", RegExp>>,
];

const opus47 = "us.anthropic.claude-opus-4-7";
const sonnet5 = "us.anthropic.claude-sonnet-5";
const haiku45 = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const thinking = (type: string, more: JsonObject = {}) => ({ thinking: { type, ...more } });

const prefilled = [...messages, { role: "assistant", content: "It is" }];

const cases: readonly Case[] = [
  [opus47, claude({ temperature: 0 }), { refused: /^temperature is refused/ }],
  [opus47, claude({ top_p: 0.9 }), { refused: /^top_p is refused/ }],
  [opus47, claude({ top_k: 40 }), { refused: /^top_k is refused/ }],
  [opus47, claude({ temperature: 1 }), { doubtful: /at their defaults/ }],
  ["us.anthropic.claude-opus-4-6-v1", claude({ temperature: 0 }), {}],
  [
    "global.anthropic.claude-haiku-5-5",
    claude({ temperature: 0.5 }),
    { refused: /^temperature is refused/, note: /thinks before it answers/ },
  ],
  [haiku45, claude({ temperature: 0.5, top_p: 0.9 }), { refused: /not taken together/ }],
  [haiku45, claude({ temperature: 0.5 }), {}],
  [opus47, claude(thinking("enabled", { budget_tokens: 2000 })), { refused: /enabled is refused/ }],
  [opus47, claude(thinking("adaptive")), {}],
  [opus47, claude(thinking("disabled")), {}],
  [sonnet5, claude(thinking("enabled", { budget_tokens: 2000 })), { refused: /enabled is refused/ }],
  [sonnet5, claude(), { note: /thinks before it answers/ }],
  [sonnet5, claude(thinking("disabled")), {}],
  [
    "us.anthropic.claude-sonnet-5-5",
    claude(thinking("enabled", { budget_tokens: 2000 })),
    { doubtful: /models of its time/ },
  ],
  [
    "us.anthropic.claude-fable-5-1",
    claude(thinking("disabled")),
    { refused: /disabled is refused/, note: /cannot be told/ },
  ],
  ["us.anthropic.claude-fable-5-2", claude(thinking("disabled")), { doubtful: /other Fable models/ }],
  [haiku45, claude(thinking("adaptive")), { doubtful: /newer than this model/ }],
  [haiku45, claude(thinking("enabled", { budget_tokens: 5000 })), { doubtful: /below max_tokens/ }],
  [
    haiku45,
    claude({ ...thinking("enabled", { budget_tokens: 2000 }), top_k: 40 }),
    { doubtful: /do not go together/ },
  ],
  ["anthropic.claude-3-haiku-20240307-v1:0", claude(thinking("enabled")), { doubtful: /remove it/ }],
  [haiku45, claude({ output_config: { effort: "low" } }), { doubtful: /effort is newer than this model/ }],
  [
    "anthropic.claude-3-haiku-20240307-v1:0",
    claude({ output_config: { effort: "low" } }),
    { doubtful: /effort is newer than this model/ },
  ],
  [
    opus47,
    claude({ output_config: { format: { type: "json_schema", schema: {} } } }),
    { doubtful: /format is not known to be taken/ },
  ],
  [haiku45, claude({ output_config: { format: { type: "json_schema", schema: {} } } }), {}],
  [opus47, claude(thinking("adaptive", { effort: "low" })), { refused: /output_config/ }],
  [
    "us.anthropic.claude-opus-5",
    claude({ ...thinking("disabled"), output_config: { effort: "max" } }),
    { refused: /above high/ },
  ],
  [
    "us.anthropic.claude-opus-5-5",
    claude({
      ...thinking("adaptive"),
      messages: [...messages, { role: "assistant", content: "It is" }],
    }),
    { refused: /ends with a turn of the assistant/, note: /cannot be told/ },
  ],
  ["us.anthropic.claude-sonnet-4-6", claude({ messages: prefilled }), { refused: /a turn of the assistant/ }],
  [
    "us.anthropic.claude-opus-4-6-v1",
    claude({ messages: prefilled }),
    { refused: /a turn of the assistant/ },
  ],
  [haiku45, claude({ messages: prefilled }), {}],
  [
    "us.anthropic.claude-fable-5-9",
    claude({ messages: prefilled }),
    { doubtful: /which this model may refuse/ },
  ],
  [
    "us.anthropic.claude-fable-5-9",
    claude({ tool_choice: { type: "any" } }),
    { doubtful: /forces a tool is refused by the models of its time/ },
  ],
  [
    "us.anthropic.claude-opus-5-5",
    claude(thinking("disabled")),
    { refused: /disabled is refused/, note: /cannot be told/ },
  ],
  ["us.anthropic.claude-opus-5-5", claude(), { note: /cannot be told not to think/ }],
  [
    "us.anthropic.claude-opus-5-5",
    claude({ tool_choice: { type: "tool", name: "answer" } }),
    { refused: /forces a tool/, note: /cannot be told/ },
  ],
  ["us.anthropic.claude-sonnet-5-5", claude(thinking("disabled")), { refused: /between_tools/ }],
  ["us.anthropic.claude-sonnet-5-5", claude(), { note: /no thinking of the type disabled/ }],
  ["us.anthropic.claude-sonnet-5-5", claude(thinking("between_tools")), {}],
  [
    "us.anthropic.claude-sonnet-5-5",
    claude({ ...thinking("between_tools"), output_config: { effort: "xhigh" } }),
    { doubtful: /between_tools: lower it/ },
  ],
  [
    "us.anthropic.claude-sonnet-5-5",
    claude({ ...thinking("adaptive"), tool_choice: { type: "any" } }),
    { refused: /forces a tool/ },
  ],
  ["us.anthropic.claude-sonnet-5-5", claude({ ...thinking("adaptive"), tool_choice: { type: "auto" } }), {}],
  ["us.anthropic.claude-haiku-5-5", claude(), { note: /thinks before it answers/ }],
  ["us.anthropic.claude-haiku-5-5", claude(thinking("disabled")), {}],
  [
    "us.anthropic.claude-haiku-5-5",
    claude({ ...thinking("disabled"), output_config: { effort: "max" } }),
    { refused: /above high/ },
  ],
  [
    "amazon.titan-text-premier-v1:0",
    { inputText: "Hi", textGenerationConfig: { maxTokenCount: 3073 } },
    { refused: /over 3072 is refused/, doubtful: /is over 3072/ },
  ],
  [
    "amazon.titan-text-lite-v1",
    { inputText: "Hi", textGenerationConfig: { maxTokenCount: 5000 } },
    { doubtful: /maxTokenCount is over 4096/ },
  ],
  ["ai21.jamba-1-5-mini-v1:0", chat({ n: 2, temperature: 0 }), { refused: /n over 1/ }],
  ["us.deepseek.r1-v1:0", { prompt: "Hi", max_tokens: 9000 }, { note: /worse/ }],
  [
    "us.amazon.nova-lite-v1:0",
    { messages: [], inferenceConfig: { reasoningConfig: { type: "enabled" } } },
    { doubtful: /Nova 2/ },
  ],
  ["openai.gpt-oss-20b-1:0", chat({ stream: true }), { refused: /stream/ }],
  ["openai.gpt-oss-20b-1:0", chat({ max_tokens: 5 }), { note: /max_completion_tokens/ }],
  ["mistral.ministral-3-3b-instruct", chat({ max_completion_tokens: 5 }), { doubtful: /max_tokens/ }],
  ["qwen.qwen3-32b-v1:0", chat({ max_tokens: 5, max_completion_tokens: 5 }), { doubtful: /say the same/ }],
  ["amazon.titan-embed-text-v1", { inputText: "Hi", normalize: false }, { doubtful: /V2/ }],
  ["amazon.titan-embed-text-v2:0", { inputText: "Hi", normalize: false }, {}],
  [
    "cohere.embed-english-v3",
    { input_type: "clustering", texts: ["Hi"], output_dimension: 256 },
    { doubtful: /Embed v4/ },
  ],
  [
    "cohere.embed-multilingual-v3",
    { input_type: "clustering", texts: ["Hi"], truncate: "LEFT" },
    { doubtful: /START or END/ },
  ],
  [
    "us.cohere.embed-v4:0",
    { input_type: "clustering", texts: ["Hi"], truncate: "END" },
    { doubtful: /LEFT or RIGHT/ },
  ],
];

describe("model rules", () => {
  for (const [modelId, body, expected] of cases)
    it(`of ${modelId} on ${JSON.stringify(body).slice(0, 150)}`, () => {
      const found = lint(modelId, body);
      for (const level of ["refused", "doubtful", "note"] as const) {
        const words = expected[level];
        expect(found[level].length, `${level}: ${found[level]}`).to.equal(words ? 1 : 0);
        if (words) expect(found[level][0]).to.match(words);
      }
    });

  it("are all spoken by some case above, and compile", () => {
    for (const { name, rules = [] } of families)
      for (const { when, says } of rules) {
        expect(() => compile(when), when).not.to.throw();
        const spoken = cases.some(
          ([modelId, body]) =>
            resolveFamily(modelId)?.name === name &&
            Object.values(lint(modelId, body)).some((found) => found.includes(says)),
        );
        expect(spoken || says, `${name}: ${says}`).to.equal(true);
      }
  });

  for (const [modelId, body] of cases.filter(([id]) => resolveFamily(id)?.name === "claude"))
    it(`of ${modelId} are the same through Converse on ${JSON.stringify(body).slice(0, 120)}`, () => {
      const counts = (found: ReturnType<typeof lint>) => Object.values(found).map(({ length }) => length);
      const found = lintForModel(converse, [modelId], throughConverse(body));
      expect(counts(found), JSON.stringify(found)).to.deep.equal(counts(lint(modelId, body)));
    });

  it("name the places of a Converse body", () => {
    const said = (modelId: string, body: JsonObject) =>
      Object.values(lintForModel(converse, [modelId], body)).flat();
    expect(said(haiku45, throughConverse(claude({ temperature: 0.5, top_p: 0.9 })))).to.deep.equal([
      "inferenceConfig.temperature and inferenceConfig.topP are not taken together by this model: remove one of them",
    ]);
    expect(said(opus47, throughConverse(claude({ top_k: 40 })))).to.deep.equal([
      "additionalModelRequestFields.top_k is refused by this model: remove it",
    ]);
    expect(said(sonnet5, throughConverse(claude())).join()).to.match(
      /unless additionalModelRequestFields.thinking is .* counts against inferenceConfig.maxTokens$/,
    );
    for (const toolChoice of [{ any: {} }, { tool: { name: "answer" } }])
      expect(
        said("us.anthropic.claude-opus-5-5", { ...throughConverse(claude()), toolConfig: { toolChoice } }),
      ).to.include("toolConfig.toolChoice that forces a tool is refused by this model: leave it at auto");
    const reasoning = { inferenceConfig: { reasoningConfig: { type: "enabled" } } };
    expect(
      said("us.amazon.nova-lite-v1:0", { messages: [], additionalModelRequestFields: reasoning }).join(),
    ).to.match(/Nova 2/);
    expect(said("us.meta.llama3-3-70b-instruct-v1:0", throughConverse(claude({ top_k: 4 })))).to.deep.equal(
      [],
    );
  });

  it("follow the id that names the model where an ARN hides it, and say nothing without one", () => {
    const hidden = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    const family = resolveFamily(opus47);
    expect(lintForModel(family, [hidden, opus47], claude({ top_k: 4 })).refused).to.have.length(1);
    expect(lintForModel(family, [hidden], claude({ top_k: 4 })).refused).to.deep.equal([]);
    expect(lintForModel(null, [opus47], claude({ top_k: 4 })).refused).to.deep.equal([]);
  });

  it("hold a row back where its value is refused, and name no value", () => {
    const error = checkBody(resolveFamily(opus47), claude({ temperature: 0.4711 }), [opus47]);
    expect(error).to.include({ code: "invalid_body", billed: "no" });
    expect(error?.message)
      .to.contain("temperature is refused by this model: remove it")
      .and.not.contain("4711");
  });

  it("only doubt a placeholder, which may leave its key out", () => {
    const sample = claude({ temperature: "{{ heat }}" });
    expect(lintSample(resolveFamily(opus47), sample, [opus47])).to.deep.equal({
      wrong: [],
      doubtful: ["temperature is refused by this model: remove it"],
    });
  });
});

describe("model rules at the connector", () => {
  const bedrock = useBedrock();
  const connector = new AwsBedrockModel();
  const connection = (model_id: string, request: JsonObject) =>
    localConfig(bedrock.url, { model_id, request_format: JSON.stringify(request) });
  const check = async (model_id: string, request: JsonObject) =>
    (await connector.checkConnection(connection(model_id, request))).connection_status;

  it("fail a check with what to remove", async () => {
    expect(await check(opus47, claude({ temperature: 0 }))).to.deep.include({ status: "failed" });
    expect((await check(opus47, claude({ temperature: 0 }))).message).to.contain(
      "request_format does not fit the family claude: temperature is refused by this model: remove it",
    );
  });

  it("tell of thinking that is paid for, and pass", async () => {
    const { status, message } = await check(sonnet5, claude());
    expect(status).to.equal("succeeded");
    expect(message).to.match(/thinking is billed as output and counts against max_tokens\.$/);
  });

  it("pass what an older model takes", async () => {
    expect(await check(haiku45, claude({ temperature: 0 }))).to.deep.equal({ status: "succeeded" });
  });

  it("are known to the local Bedrock too", async () => {
    const client = clientFor(bedrock);
    const error = await refusalOf(invoke(client, opus47, claude({ top_k: 4 })));
    client.destroy();
    expect(error).to.include({
      name: "ValidationException",
      message: "top_k is refused by this model: remove it.",
    });
  });

  it("cost nothing for the rows that break them", async () => {
    const { requests } = bedrock.stats();
    const heat = { temperature: "{{ heat }}" };
    const rows = rowsOf(
      await connector.write(syncConfig(connection(opus47, claude(heat))), [
        { text: "a", heat: 0.5 },
        { text: "b", heat: null },
      ]),
    );
    expect(rows.map(({ _bedrock }) => _bedrock.status)).to.deep.equal(["failed", "enriched"]);
    expect(bedrock.stats().requests).to.equal(requests + 1);
  });
});

describe("limits", () => {
  it("are known by model, profile and ARN", () => {
    const sizes = { context: 200_000, output: 64_000 };
    for (const id of [haiku45, `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${haiku45}`])
      expect(limitsOf(id)).to.deep.equal(sizes);
    expect(limitsOf("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", haiku45)).to.deep.equal(
      sizes,
    );
  });

  it("are not known of what is not there", () => {
    for (const id of ["acme.model", "__proto__", "toString", ""]) expect(limitsOf(id)).to.equal(undefined);
    expect(limitsOf()).to.equal(undefined);
  });

  it("belong to models that are listed", () => {
    const listed = listModels().filter(({ limits }) => limits !== null);
    expect(listed).to.have.length.above(90);
    for (const { modelId, limits } of listed)
      if (limits?.output && limits.context) expect(limits.output, modelId).to.be.at.most(limits.context);
  });
});
