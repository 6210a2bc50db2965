import { expect } from "chai";
import type { JsonObject } from "../../../src/core/json.js";
import { AwsBedrockModel } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

const claude = (changes: JsonObject = {}): JsonObject => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 300,
  messages: [{ role: "user", content: "{{ text }}" }],
  ...changes,
});
const prefilled = claude({
  messages: [
    { role: "user", content: "{{ text }}" },
    { role: "assistant", content: "It is" },
  ],
});

describe("what the newest models refuse", () => {
  const bedrock = useBedrock();
  const connector = new AwsBedrockModel();
  const settings = (model_id: string, request_format: JsonObject, more: object = {}) =>
    localConfig(bedrock.url, { model_id, request_format, ...more });

  const refused: [model: string, body: JsonObject, says: RegExp][] = [
    [
      "us.anthropic.claude-opus-5-5",
      claude({ thinking: { type: "disabled" } }),
      /thinking.type disabled is refused/,
    ],
    ["us.anthropic.claude-sonnet-5-5", claude({ thinking: { type: "disabled" } }), /between_tools/],
    [
      "us.anthropic.claude-haiku-5-5",
      claude({ thinking: { type: "disabled" }, output_config: { effort: "max" } }),
      /effort above high/,
    ],
    ["us.anthropic.claude-sonnet-4-6", prefilled, /end with the user's/],
    ["us.anthropic.claude-sonnet-5", prefilled, /end with the user's/],
    ["us.anthropic.claude-opus-5-5", claude({ tool_choice: { type: "any" } }), /leave it at auto/],
  ];
  for (const [model, body, says] of refused)
    it(`fails the check and every row, without a call: ${model} ${JSON.stringify(body).slice(46, 160)}`, async () => {
      const before = bedrock.stats().requests;
      const config = settings(model, body);
      const { status, message } = (await connector.checkConnection(config)).connection_status;
      expect(status).to.equal("failed");
      expect(message).to.match(says);
      const [row] = rowsOf(await connector.write(syncConfig(config), [{ text: "Hi." }]));
      expect(row?._bedrock).to.include({ billed: "no", attempts: 0 });
      expect(bedrock.stats().requests).to.equal(before);
    });

  const remarks: [model: string, body: JsonObject, says: RegExp, more?: object][] = [
    ["us.anthropic.claude-opus-5-5", claude(), /cannot be told not to think/],
    ["us.anthropic.claude-sonnet-5-5", claude(), /no thinking of the type disabled/],
    ["us.anthropic.claude-haiku-5-5", claude(), /thinks before it answers/],
    [
      "us.meta.llama4-scout-17b-instruct-v1:0",
      { prompt: "{{ text }}" },
      /chat_template: auto writes the marks of Llama 3/,
      { chat_template: "auto" },
    ],
  ];
  for (const [model, body, says, more] of remarks)
    it(`a remark, where it costs or may go wrong: ${model}`, async () => {
      const { connection_status } = await connector.checkConnection(settings(model, body, more));
      expect(connection_status.status).to.equal("succeeded");
      expect(connection_status.message).to.match(says);
    });

  it("no advice is given that the model refuses", async () => {
    for (const model of ["us.anthropic.claude-opus-5-5", "us.anthropic.claude-sonnet-5-5"]) {
      const { connection_status } = await connector.checkConnection(settings(model, claude()));
      expect(connection_status.message).to.not.contain('{"type": "disabled"}');
    }
  });

  it("of Llama's chat marks nothing is said where they are not written", async () => {
    for (const [model, more] of [
      ["us.meta.llama4-scout-17b-instruct-v1:0", {}],
      ["us.meta.llama3-3-70b-instruct-v1:0", { chat_template: "auto" }],
    ] as const) {
      const { connection_status } = await connector.checkConnection(
        settings(model, { prompt: "{{ text }}" }, more),
      );
      expect(connection_status.message ?? "").to.not.contain("marks");
    }
  });
});
