import { join } from "node:path";
import { expect } from "chai";
import type { JsonObject } from "../../../src/core/json.js";
import { AwsBedrockModel, closeLedger, type TrackedMessage } from "../../../src/index.js";
import { scratch } from "../../run/ledger/scratch.js";
import { useBedrock } from "../../support/bedrock.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

const output_schema = {
  type: "object",
  properties: {
    label: { enum: ["refund", "delivery", "praise"] },
    score: { type: "number", minimum: -1, maximum: 1 },
    summary: { type: "string", minLength: 1 },
    tags: { type: "array", items: { type: "string" } },
    note: { type: ["string", "null"] },
  },
  required: ["label", "score", "summary"],
};
const prompt = "What is this ticket about?\n\n{{ text }}";
const text = "I was charged twice for order 4471 and want my $20 back.";

const claude = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 300,
  messages: [{ role: "user", content: prompt }],
};
const chat = { messages: [{ role: "user", content: prompt }], max_tokens: 300 };
const nova = { messages: [{ role: "user", content: [{ text: prompt }] }] };

describe("typed output: an answer that fits a schema becomes columns", () => {
  const bedrock = useBedrock();
  const connector = new AwsBedrockModel();
  const configOf = (changes: JsonObject) =>
    localConfig(bedrock.url, { output_schema, log_payloads: true, ...changes });
  const write = (changes: JsonObject, records: unknown[] = [{ text }]): Promise<TrackedMessage> =>
    connector.write(syncConfig(configOf(changes)), records);
  const check = async (changes: JsonObject) =>
    (await connector.checkConnection(configOf(changes))).connection_status;
  const sentBody = ({ tracking }: TrackedMessage): JsonObject =>
    JSON.parse(JSON.parse(tracking.logs?.[0]?.message ?? "").request);
  /** A model that answers with these words, whatever it is asked. */
  const answerWith = (...texts: string[]): void =>
    bedrock.setFaults(
      texts.map((text, index) => ({ kind: "stop", reason: "end_turn", text, at: [index + 1] })),
    );

  beforeEach(() => bedrock.setFaults([]));

  const ways: [how: string, model_id: string, request_format: JsonObject, key: string, more?: JsonObject][] =
    [
      ["natively", "us.anthropic.claude-haiku-4-5-20251001-v1:0", claude, "output_config"],
      ["natively", "qwen.qwen3-32b-v1:0", chat, "response_format"],
      ["natively", "us.anthropic.claude-haiku-4-5-20251001-v1:0", nova, "outputConfig", { api: "converse" }],
      ["by a tool", "anthropic.claude-3-haiku-20240307-v1:0", claude, "tools"],
      ["by a tool", "us.amazon.nova-lite-v1:0", nova, "toolConfig"],
      ["by a tool", "us.mistral.pixtral-large-2502-v1:0", chat, "tools"],
      ["by a tool", "us.amazon.nova-lite-v1:0", nova, "toolConfig", { api: "converse" }],
      ["in words", "us.anthropic.claude-sonnet-5-5", claude, "messages"],
      ["in words", "meta.llama3-8b-instruct-v1:0", { prompt }, "prompt", { chat_template: "auto" }],
      ["in words", "mistral.mistral-7b-instruct-v0:2", { prompt }, "prompt"],
      [
        "in words",
        "amazon.titan-text-lite-v1",
        { inputText: prompt },
        "inputText",
        { chat_template: "auto" },
      ],
      ["in words", "us.deepseek.r1-v1:0", { prompt }, "prompt", { chat_template: "auto" }],
      ["in words", "cohere.command-r-v1:0", { message: prompt }, "message"],
      ["in words", "ai21.jamba-1-5-mini-v1:0", chat, "messages"],
      ["in words", "meta.llama3-8b-instruct-v1:0", nova, "messages", { api: "converse" }],
    ];
  for (const [how, model_id, request_format, key, more = {}] of ways)
    it(`asked for ${how}: ${model_id}${more.api ? " through Converse" : ""}`, async () => {
      const message = await write({ model_id, request_format, ...more });
      const [row] = rowsOf(message);
      expect(row?._bedrock).to.deep.include({ status: "enriched", error: null });
      expect(row).to.include({ label: "refund", summary: text });
      expect(row?.score).to.be.within(-1, 1);
      expect(row?.tags).to.be.an("array");
      expect(row).not.to.have.property("completion");
      const asked = sentBody(message)[key];
      expect(JSON.stringify(asked)).to.contain("refund");
    });

  it("is asked for at the end of the user's turn of a prompt that is a whole chat already", async () => {
    const turn = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n";
    const end = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
    const request_format = { prompt: `${turn}${prompt}${end}` };
    const message = await write({ model_id: "meta.llama3-8b-instruct-v1:0", request_format });
    const sent = String(sentBody(message).prompt);
    expect(sent.startsWith(turn)).to.equal(true);
    expect(sent).to.match(
      /Schema:\n\{[^\n]*\}<\|eot_id\|><\|start_header_id\|>assistant<\|end_header_id\|>\n\n$/,
    );
  });

  it("is asked for in the last turn of a prompt that shows turns before it", async () => {
    const ask = (words: string) =>
      `<|start_header_id|>user<|end_header_id|>\n\n${words}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n`;
    const shown = `<|begin_of_text|>${ask("Hi.")}Hello.<|eot_id|>`;
    const request_format = { prompt: `${shown}${ask("{{ text }}")}` };
    const message = await write({ model_id: "meta.llama3-8b-instruct-v1:0", request_format });
    const [before, after] = ask("|")
      .split("|<|eot")
      .map((half, index) => (index === 1 ? `<|eot${half}` : half));
    const sent = String(sentBody(message).prompt);
    expect(sent.startsWith(`${shown}${before}${text}\n\nAnswer with`)).to.equal(true);
    expect(sent.endsWith(`${after}`)).to.equal(true);
  });

  it("adds to what the request format says beside it, and is not asked for by a tool where the model thinks", async () => {
    const request_format = { ...claude, output_config: { effort: "low" } };
    const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    expect(sentBody(await write({ model_id: haiku, request_format })).output_config).to.have.all.keys(
      "effort",
      "format",
    );
    const thinking = { ...claude, thinking: { type: "enabled", budget_tokens: 1024 } };
    const body = sentBody(
      await write({ model_id: "anthropic.claude-3-haiku-20240307-v1:0", request_format: thinking }),
    );
    expect(body).not.to.have.property("tools");
    expect(JSON.stringify(body.messages)).to.contain("JSON Schema");
  });

  it("leaves a form that the request format asks for itself, says so, and holds the answer to the schema", async () => {
    const own = { toolConfig: { tools: [{ toolSpec: { name: "mine", inputSchema: { json: {} } } }] } };
    const changes = { request_format: { ...nova, ...own } };
    expect((await check(changes)).message).to.match(/request_format sets toolConfig\.tools itself/);
    answerWith('{"label":"praise","score":1,"summary":"Fine."}');
    const message = await write(changes);
    expect(sentBody(message).toolConfig).to.deep.equal(own.toolConfig);
    expect(rowsOf(message)[0]).to.include({ label: "praise", note: null });
  });

  it("reads the object out of the words around it, and takes the first that fits", async () => {
    answerWith(
      'The schema {"type":"object"} asks for:\n```json\n{"label":"praise","score":0,"summary":"S"}\n```',
    );
    expect(rowsOf(await write({}, [{ text: "around" }]))[0]).to.include({ label: "praise", score: 0 });
  });

  it("makes a misfit the row's error: billed, its columns null, and no value in the message", async () => {
    answerWith('{"label":"canary-1","score":7}', "canary-2 no JSON");
    const rows = rowsOf(await write({}, [{ text: "misfit" }, { text: "no JSON" }]));
    expect(rows[0]).to.include({ label: null, score: null, summary: null });
    expect(rows[0]?._bedrock).to.include({ status: "failed", billed: "yes", attempts: 1 });
    expect(rows[0]?._bedrock.error).to.deep.equal({
      code: "schema_mismatch",
      message:
        "The answer does not fit output_schema. It was billed. At summary: required; label: enum; score: maximum.",
      retryable: false,
    });
    expect(rows[1]?._bedrock.error?.message).to.match(/It holds no JSON object\.$/);
  });

  it("calls a cut answer truncated and does not ask again at the same limit", async () => {
    const before = bedrock.stats().requests;
    const request_format = { ...nova, inferenceConfig: { maxTokens: 5 } };
    const [row] = rowsOf(await write({ request_format, schema_retries: "3" }, [{ text: "cut" }]));
    expect(row?._bedrock.error?.code).to.equal("truncated");
    expect(bedrock.stats().requests - before).to.equal(1);
  });

  describe("schema_retries", () => {
    const misfit = '{"label":"none"}';
    const folder = scratch();

    it("asks again as often as allowed, each time paid and counted", async () => {
      answerWith(misfit, misfit);
      const message = await write({ schema_retries: 2 }, [{ text: "again" }]);
      const [row] = rowsOf(message);
      expect(row?._bedrock).to.include({ status: "enriched", attempts: 3, billed: "yes" });
      expect(message.tracking.meta?.summary).to.deep.include({
        calls: 3,
        output_tokens: row?._bedrock.output_tokens,
      });
      const single = rowsOf(await write({}, [{ text: "again" }]))[0]?._bedrock;
      expect(row?._bedrock.input_tokens).to.equal(3 * Number(single?.input_tokens));
    });

    it("pays for no answer twice: a stored misfit is the same error, until a retry is allowed", async () => {
      const ledger = join(folder, "ledger.jsonl");
      const run = async (schema_retries: number) => {
        const [row] = rowsOf(await write({ ledger, schema_retries }, [{ text: "stored" }]));
        return { ...row?._bedrock, requests: bedrock.stats().requests - before };
      };
      const before = bedrock.stats().requests;
      answerWith(misfit, misfit);
      expect(await run(1)).to.deep.include({ status: "failed", attempts: 2, requests: 2 });
      const again = await run(1);
      expect(again).to.deep.include({ status: "failed", attempts: 0, billed: "no", requests: 2 });
      expect(again).to.have.nested.property("error.code", "schema_mismatch");
      expect(await run(2)).to.deep.include({ status: "enriched", attempts: 1, requests: 3 });
      expect(await run(2)).to.deep.include({ status: "enriched", attempts: 0, requests: 3 });
      await closeLedger(ledger);
    });
  });

  it("stands beside the columns of a response format", async () => {
    const response_format = { stopReason: "{{ ending }}", usage: { outputTokens: "{{ tokens }}" } };
    const [row] = rowsOf(await write({ response_format }, [{ text: "beside" }]));
    expect(row).to.include({
      label: "delivery" === row?.label ? "delivery" : row?.label,
      ending: "tool_use",
    });
    expect(row?.tokens).to.be.a("number");
  });

  const problems: [name: string, changes: JsonObject, words: RegExp][] = [
    ["text that is no JSON", { output_schema: "{" }, /output_schema is not valid JSON/],
    [
      "a schema of a list",
      { output_schema: { type: "array" } },
      /output_schema must be the schema of an object/,
    ],
    [
      "a column made twice",
      { response_format: { stopReason: "{{ label }}" } },
      /output_schema and response_format both make the column label/,
    ],
    [
      "a model of no known family",
      { model_id: "acme.model-1", response_format: { a: "{{ b }}" } },
      /output_schema needs a model whose family is known, or api: converse/,
    ],
    [
      "a schema that Bedrock cannot keep to",
      {
        model_id: "qwen.qwen3-32b-v1:0",
        request_format: chat,
        output_schema: { type: "object", properties: { any: { type: "object" } } },
      },
      /output_schema is outside of what Bedrock's structured outputs take: any is an object without properties/,
    ],
    [
      "a definition that Nova's tools do not take",
      {
        output_schema: {
          type: "object",
          properties: { a: { $ref: "#/$defs/a" } },
          $defs: { a: { type: "string" } },
        },
      },
      /output_schema has a \$ref, and this model's tools take no definitions/,
    ],
    [
      "retries of nothing",
      { output_schema: "", schema_retries: 1 },
      /schema_retries needs output_schema beside it/,
    ],
    ["retries without bound", { schema_retries: 6 }, /schema_retries must be a whole number from 0 to 5/],
  ];
  for (const [name, changes, words] of problems)
    it(`is refused before any call: ${name}`, async () => {
      const { status, message } = await check(changes);
      expect(status).to.equal("failed");
      expect(message).to.match(words);
    });

  it("says what of the schema is not sent", async () => {
    const { status, message } = await check({ model_id: "qwen.qwen3-32b-v1:0", request_format: chat });
    expect(status).to.equal("succeeded");
    expect(message).to.match(
      /does not keep to minimum at score, maximum at score, minLength at summary; the answer/,
    );
  });
});
