import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const bedrock = useBedrock();

const check = async (model_id: string, request_format: unknown, changes = {}) => {
  const config = localConfig(bedrock.url, { model_id, request_format, ...changes });
  return (await new AwsBedrockModel().checkConnection(config)).connection_status;
};

const claude = "anthropic.claude-3-haiku-20240307-v1:0";
const nova = "us.amazon.nova-lite-v1:0";
const pixtral = "us.mistral.pixtral-large-2502-v1:0";
const llama = "meta.llama3-8b-instruct-v1:0";
const deepseek = "us.deepseek.r1-v1:0";

const user = { role: "user", content: "{{ text }}" };
const claudeBody = { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [user] };
const novaBody = { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] };
const llamaTurn = (role: string, words: string) =>
  `<|start_header_id|>${role}<|end_header_id|>\n\n${words}<|eot_id|>`;

describe("placeholders in system text", () => {
  const refused: [name: string, model: string, body: object, path: string][] = [
    ["Claude's system", claude, { ...claudeBody, system: "Speak {{ language }}." }, "system"],
    [
      "Claude's system in blocks",
      claude,
      {
        ...claudeBody,
        system: [
          { type: "text", text: "a" },
          { type: "text", text: "{{ language }}" },
        ],
      },
      "system[1].text",
    ],
    ["a whole system", claude, { ...claudeBody, system: "{{ language }}" }, "system"],
    ["Nova's system", nova, { ...novaBody, system: [{ text: "{{ language }}" }] }, "system[0].text"],
    [
      "a system message",
      pixtral,
      { messages: [{ role: "system", content: "Speak {{ language }}." }, user] },
      "messages[0].content",
    ],
    [
      "a developer message",
      pixtral,
      { messages: [user, { role: "developer", content: [{ type: "text", text: "{{ language }}" }] }] },
      "messages[1].content[0].text",
    ],
    [
      "a role that the row chooses",
      pixtral,
      { messages: [{ role: "{{ role }}", content: "Hi." }, user] },
      "messages[0].role",
    ],
    [
      "Jamba's system message",
      "ai21.jamba-1-5-mini-v1:0",
      { messages: [{ role: "system", content: "{{ language }}" }, user] },
      "messages[0].content",
    ],
    [
      "Command R's preamble",
      "cohere.command-r-v1:0",
      { message: "{{ text }}", preamble: "Speak {{ language }}." },
      "preamble",
    ],
    [
      "a system turn of Llama",
      llama,
      { prompt: llamaTurn("system", "{{ a }}") + llamaTurn("user", "b") },
      "prompt",
    ],
    [
      "a system turn of DeepSeek",
      deepseek,
      { prompt: "<｜begin▁of▁sentence｜>Speak {{ language }}.<｜User｜>{{ text }}<｜Assistant｜>" },
      "prompt",
    ],
  ];
  for (const [name, model, body, path] of refused) {
    it(`are refused with their place and what to do: ${name}`, async () => {
      const { status, message } = await check(model, body);
      expect(status).to.equal("failed");
      expect(message).to.contain(`request_format lets a row's values speak as the system (${path}):`);
      expect(message).to.contain("system_placeholders to allow");
    });

    it(`are taken when the settings allow them: ${name}`, async () => {
      const { status, message } = await check(model, body, { system_placeholders: "allow" });
      expect(message ?? "").to.not.contain("speak as the system");
      expect(status).to.equal("succeeded");
    });
  }

  const taken: [name: string, model: string, body: object][] = [
    ["a system text without any", claude, { ...claudeBody, system: "Be brief." }],
    [
      "a choice between fixed texts",
      claude,
      {
        ...claudeBody,
        system: "{% case lang %}{% when 'de' %}Antworte deutsch.{% else %}Be brief.{% endcase %}",
      },
    ],
    ["a value that no row has", claude, { ...claudeBody, system: 'It is {{ "2026-11-27" | date: "%Y" }}.' }],
    [
      "the turns of a user and of the model",
      pixtral,
      {
        messages: [{ role: "system", content: "Be brief." }, user, { role: "assistant", content: "{{ x }}" }],
      },
    ],
    ["a user's turn of Llama", llama, { prompt: llamaTurn("system", "a") + llamaTurn("user", "{{ b }}") }],
    ["a raw prompt", deepseek, { prompt: "{{ text }}" }],
  ];
  for (const [name, model, body] of taken)
    it(`are not seen where there are none: ${name}`, async () => {
      expect(await check(model, body)).to.deep.equal({ status: "succeeded" });
    });

  it("end a run before anything is sent", async () => {
    const request_format = { ...novaBody, system: [{ text: "{{ language }}" }] };
    const { tracking } = await new AwsBedrockModel().write(
      syncConfig(localConfig(bedrock.url, { request_format })),
      [{ text: "Hi.", language: "de" }],
    );
    expect(tracking).to.include({ success: 0, failed: 1 });
    expect(tracking.logs?.[0]?.message).to.contain("invalid_config").and.contain("system[0].text");
    expect(bedrock.stats().requests).to.equal(0);
  });
});
