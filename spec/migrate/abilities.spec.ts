import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { listModels } from "../../src/index.js";
import { abilities } from "../../src/migrate/abilities.js";
import { migrateConfig } from "../../src/migrate/migrate.js";

/** Text models whose requests are known. */
const models = listModels().filter(({ family, answers }) => family !== null && answers === "text");
/** No id of it may be called in us-east-1. */
const elsewhere = "amazon.nova-2-pro-preview-20251202-v1:0";

/** Those that a request of Claude may not be moved to through Converse, since they do not take what it holds. */
const refusedBy = (content: unknown, more: object, code: string): string[] =>
  models.flatMap(({ modelId }) => {
    const config = {
      region: "us-east-1",
      model_id: "anthropic.claude-3-5-sonnet-20240620-v1:0",
      request_format: {
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 99,
        messages: [{ role: "user", content }],
        ...more,
      },
    };
    const moved = migrateConfig(config, { to: modelId, api: "converse" });
    if (moved instanceof ConnectorError) {
      expect(modelId).to.equal(elsewhere);
      return [];
    }
    return moved.refused.some((note) => note.code === code) ? [modelId] : [];
  });

const text = { type: "text", text: "{{ a }}" };

/** The alternatives of a pattern, those in brackets left alone. */
const partsOf = (source: string): string[] => {
  const parts = [""];
  let depth = 0;
  for (const character of source) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (character === "|" && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${character}`);
  }
  return parts;
};

describe("what models take beside words", () => {
  it("images: as their cards say, and the table of Converse", () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo" } };
    const blind = refusedBy([text, image], {}, "image");
    const seeing = models.map(({ modelId }) => modelId).filter((id) => !blind.includes(id));
    expect(seeing.filter((id) => !id.startsWith("anthropic.")).sort()).to.deep.equal([
      "amazon.nova-2-lite-v1:0",
      elsewhere,
      "amazon.nova-lite-v1:0",
      "amazon.nova-premier-v1:0",
      "amazon.nova-pro-v1:0",
      "google.gemma-3-12b-it",
      "google.gemma-3-27b-it",
      "google.gemma-3-4b-it",
      "meta.llama3-2-11b-instruct-v1:0",
      "meta.llama3-2-90b-instruct-v1:0",
      "meta.llama4-maverick-17b-instruct-v1:0",
      "meta.llama4-scout-17b-instruct-v1:0",
      "mistral.ministral-3-14b-instruct",
      "mistral.ministral-3-3b-instruct",
      "mistral.ministral-3-8b-instruct",
      "mistral.mistral-large-3-675b-instruct",
      "mistral.pixtral-large-2502-v1:0",
      "moonshotai.kimi-k2.5",
      "qwen.qwen3-vl-235b-a22b",
    ]);
    expect(blind.filter((id) => id.startsWith("anthropic."))).to.deep.equal([
      "anthropic.claude-3-5-haiku-20241022-v1:0",
    ]);
  });

  it("documents: Claude and Nova but Micro", () => {
    const document = {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "JVBERi0" },
    };
    const refused = refusedBy([text, document], {}, "document");
    const taking = models.map(({ modelId }) => modelId).filter((id) => !refused.includes(id));
    expect(taking.filter((id) => !id.startsWith("anthropic.")).sort()).to.deep.equal([
      "amazon.nova-2-lite-v1:0",
      elsewhere,
      "amazon.nova-lite-v1:0",
      "amazon.nova-premier-v1:0",
      "amazon.nova-pro-v1:0",
    ]);
    expect(refused.filter((id) => id.startsWith("anthropic."))).to.deep.equal([]);
  });

  it("tools: all but those that the table of Converse leaves out, whether they are called already or not", () => {
    const without = [
      "amazon.titan-text-express-v1",
      "amazon.titan-text-lite-v1",
      "amazon.titan-text-premier-v1:0",
      "cohere.command-light-text-v14",
      "cohere.command-text-v14",
      "deepseek.r1-v1:0",
      "meta.llama3-2-1b-instruct-v1:0",
      "meta.llama3-2-3b-instruct-v1:0",
      "meta.llama3-70b-instruct-v1:0",
      "meta.llama3-8b-instruct-v1:0",
      "mistral.mistral-7b-instruct-v0:2",
      "mistral.mixtral-8x7b-instruct-v0:1",
    ];
    const tools = [{ name: "f", description: "d", input_schema: { type: "object" } }];
    expect(refusedBy("{{ a }}", { tools }, "tools").sort()).to.deep.equal(without);
  });

  it("a form that stays is held to it as well", () => {
    const request_format = {
      messages: [{ role: "user", content: [{ text: "{{ a }}" }] }],
      toolConfig: { tools: [{ toolSpec: { name: "f", inputSchema: { json: { type: "object" } } } }] },
    };
    const config = {
      region: "us-east-1",
      api: "converse",
      model_id: "meta.llama3-1-8b-instruct-v1:0",
      request_format,
    };
    const [kept, refused] = ["meta.llama3-3-70b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0"].map((to) =>
      migrateConfig(config, { to }),
    );
    for (const moved of [kept, refused]) if (moved instanceof ConnectorError) throw moved;
    expect(kept).to.deep.include({ refused: [] });
    expect(refused).to.have.nested.property("refused[0].code", "tools");
  });

  it("name models that are known, in each of their parts", () => {
    const ids = listModels().map(({ modelId }) => modelId);
    for (const [name, { source }] of Object.entries(abilities))
      for (const part of partsOf(source))
        expect(
          ids.some((id) => new RegExp(part).test(id)),
          `${name}: ${part}`,
        ).to.equal(true);
  });
});
