import { type BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { expect } from "chai";
import { useBedrock } from "../../support/bedrock.js";
import { clientFor, invoke, refusalOf } from "./client.js";

const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

describe("emulator: answers that fit a schema", () => {
  const emulator = useBedrock();
  let client: BedrockRuntimeClient;
  before(() => {
    client = clientFor(emulator);
  });
  after(() => {
    client.destroy();
  });

  const asked = (schema: unknown) => ({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 200,
    messages: [{ role: "user", content: "I love it." }],
    output_config: { format: { type: "json_schema", schema } },
  });
  const closed = (properties: unknown) => ({ type: "object", properties, additionalProperties: false });

  it("are the same for the same text, and made of what it says", async () => {
    const body = asked(
      closed({
        mood: { enum: ["good", "bad"] },
        note: { type: "string" },
        at: { type: "string", format: "date" },
      }),
    );
    const [first, second] = await Promise.all([invoke(client, haiku, body), invoke(client, haiku, body)]);
    const answers = [first, second].map(
      ({ body: given }) => (given as { content: { text: string }[] }).content[0]?.text,
    );
    expect(answers[0]).to.equal(answers[1]);
    expect(JSON.parse(answers[0] ?? "")).to.deep.equal({
      mood: "good",
      note: "I love it.",
      at: "2026-01-02",
    });
  });

  const refused: [name: string, modelId: string, schema: unknown, words: RegExp][] = [
    ["a keyword that is not kept to", haiku, closed({ a: { type: "string", minLength: 2 } }), /minLength/],
    ["an object that is open", haiku, { type: "object", properties: {} }, /additionalProperties/],
    ["a list that must be long", haiku, closed({ a: { type: "array", minItems: 2 } }), /minItems/],
    [
      "a model that keeps to none",
      "us.anthropic.claude-opus-4-7",
      closed({}),
      /Extra inputs are not permitted/,
    ],
  ];
  for (const [name, modelId, schema, words] of refused)
    it(`are refused for ${name}, and not billed`, async () => {
      const { billed } = emulator.stats();
      const refusal = await refusalOf(invoke(client, modelId, asked(schema)));
      expect(refusal.name).to.equal("ValidationException");
      expect(refusal.message).to.match(words);
      expect(emulator.stats().billed).to.equal(billed);
    });

  it("come through Converse as the SDK's own command reads them", async () => {
    const { output, stopReason, usage, metrics } = await client.send(
      new ConverseCommand({
        modelId: "us.amazon.nova-lite-v1:0",
        messages: [{ role: "user", content: [{ text: "I love it." }] }],
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: "answer",
                inputSchema: { json: { type: "object", properties: { happy: { type: "boolean" } } } },
              },
            },
          ],
          toolChoice: { tool: { name: "answer" } },
        },
      }),
    );
    expect(output?.message?.content?.[0]?.toolUse).to.deep.include({
      name: "answer",
      input: { happy: true },
    });
    expect(stopReason).to.equal("tool_use");
    expect(usage?.totalTokens).to.be.above(0);
    expect(metrics?.latencyMs).to.be.a("number");
  });
});
