import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { startServer } from "../support/http-server.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

/** What a service that answers every id comes to for one row, and what it was sent. */
const write = async (answer: object, changes: Record<string, unknown>) => {
  const sent: { path: string; body: unknown }[] = [];
  const server = await startServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    sent.push({
      path: decodeURIComponent(request.url ?? ""),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  });
  try {
    const message = await new AwsBedrockModel().write(syncConfig(localConfig(server.url, changes)), [
      { text: "One" },
    ]);
    return { row: rowsOf(message)[0], sent, said: JSON.stringify(message) };
  } finally {
    await server.close();
  }
};

const converse = {
  output: { message: { role: "assistant", content: [{ text: "Two" }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
};

describe("ids that this package has not heard of", () => {
  it("a geography in front of a known vendor leads to its family", async () => {
    const { row, sent, said } = await write(
      {
        type: "message",
        content: [{ type: "text", text: "Two" }],
        stop_reason: "end_turn",
        usage: { input_tokens: 1, output_tokens: 1 },
      },
      {
        model_id: "amer.anthropic.claude-haiku-4-5-20251001-v1:0",
        request_format:
          '{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"{{ text }}"}]}',
        output_field: "answer",
      },
    );
    expect(row?.answer, said).to.equal("Two");
    expect(sent[0]?.path).to.equal("/model/amer.anthropic.claude-haiku-4-5-20251001-v1:0/invoke");
  });

  it("a vendor works with a response_format", async () => {
    const { row, said } = await write(
      { result: { text: "Two" } },
      {
        model_id: "newvendor.model-v1:0",
        request_format: '{"ask":"{{ text }}"}',
        response_format: '{"result":{"text":"{{ answer }}"}}',
      },
    );
    expect(row?.answer, said).to.equal("Two");
  });

  const request_format = '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}]}';
  it("a vendor works through Converse", async () => {
    const { row, said } = await write(converse, {
      model_id: "us.newvendor.model-v1:0",
      api: "converse",
      request_format,
      output_field: "answer",
    });
    expect(row?.answer, said).to.equal("Two");
  });

  it("a vendor without either is refused, with both named", async () => {
    const { said } = await write(converse, { model_id: "newvendor.model-v1:0", request_format });
    expect(said).to.contain("put {{ column }} into response_format, set api to converse");
  });

  it("a prompt's ARN takes its variables alone", async () => {
    const { row, sent, said } = await write(converse, {
      model_id: "arn:aws:bedrock:us-east-1:123456789012:prompt/AB12CD34EF:2",
      api: "converse",
      request_format: '{"promptVariables":{"letter":{"text":"{{ text }}"}}}',
      output_field: "answer",
    });
    expect(row?.answer, said).to.equal("Two");
    expect(sent[0]?.body).to.deep.equal({ promptVariables: { letter: { text: "One" } } });
  });

  it("a model through Converse still wants messages", async () => {
    const { said } = await write(converse, {
      api: "converse",
      request_format: '{"promptVariables":{"letter":{"text":"{{ text }}"}}}',
    });
    expect(said).to.contain("the body lacks messages");
  });
});
