import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { type Migration, type MigrationChoice, migrateConfig } from "../../src/migrate/migrate.js";

const claude = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const nova = "us.amazon.nova-pro-v1:0";
const ministral = "mistral.ministral-3-8b-instruct";

const move = (
  model_id: string,
  request_format: object,
  options: MigrationChoice,
  more: Record<string, unknown> = {},
): Migration => {
  const moved = migrateConfig({ region: "us-east-1", model_id, request_format, ...more }, options);
  if (moved instanceof ConnectorError) throw moved;
  return moved;
};

const codes = (notes: Migration["notes"]): string[] => notes.map(({ code }) => code);
const formats = ({ config, refused }: Migration) => {
  expect(refused).to.deep.equal([]);
  const { request_format: request, response_format: response } = config ?? {};
  return { request, response: response === undefined ? undefined : JSON.parse(String(response)) };
};

const ask = (content: unknown, more: object = {}) => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 99,
  messages: [{ role: "user", content }],
  ...more,
});

describe("migrate: marks of any chat template, in any family's prompt", () => {
  const sent: Readonly<Record<string, string>> = {
    llama3:
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{{ q }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    llama4:
      "<|begin_of_text|><|header_start|>system<|header_end|>\n\nS<|eot|><|header_start|>user<|header_end|>\n\n{{ q }}<|eot|><|header_start|>assistant<|header_end|>\n\n",
    llama2: "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\n{{ q }} [/INST]",
    mistral: "<s>[SYSTEM_PROMPT] S [/SYSTEM_PROMPT][INST] {{ q }} [/INST]",
    deepseek: "<｜begin▁of▁sentence｜>S<｜User｜>{{ q }}<｜Assistant｜><think>\n",
    human: "S\n\nHuman: {{ q }}\n\nAssistant:",
    titan: "S\nUser: {{ q }}\nBot:",
    chatml: "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n{{ q }}<|im_end|>\n<|im_start|>assistant\n",
    gemma:
      "<bos><start_of_turn>system\nS<end_of_turn>\n<start_of_turn>user\n{{ q }}<end_of_turn>\n<start_of_turn>model\n",
    command:
      "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>S<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>{{ q }}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
    harmony: "<|start|>system<|message|>S<|end|><|start|>user<|message|>{{ q }}<|end|><|start|>assistant",
    phi: "<|system|>\nS<|end|>\n<|user|>\n{{ q }}<|end|>\n<|assistant|>\n",
  };
  for (const [name, prompt] of Object.entries(sent))
    for (const [model, key] of [
      ["mistral.mistral-7b-instruct-v0:2", "prompt"],
      ["us.meta.llama3-2-90b-instruct-v1:0", "prompt"],
      ["amazon.titan-text-express-v1", "inputText"],
    ] as const)
      it(`${name}, sent to ${model}`, () => {
        const { request } = formats(move(model, { [key]: prompt }, { to: haiku }));
        expect(request).to.deep.include({ system: "S", messages: [{ role: "user", content: "{{ q }}" }] });
      });

  it("names what looks like a mark and is not known", () => {
    const { notes } = move("meta.llama3-8b-instruct-v1:0", { prompt: "<|prompter|>{{ q }}" }, { to: haiku });
    expect(notes.find(({ code }) => code === "unknown_marks")?.says).to.contain("<|prompter|>");
    const filtered = move(
      "meta.llama3-8b-instruct-v1:0",
      { prompt: "Say {{ q | remove: '<|prompter|>' }}" },
      { to: haiku },
    );
    expect(codes(filtered.notes)).not.to.include("unknown_marks");
  });

  it("refuses turns of tools, once and with the mark that it found", () => {
    for (const [prompt, mark] of [
      ["<|im_start|>tool\n{{ q }}<|im_end|>", "<|im_start|>"],
      ["<|start|>assistant<|channel|>analysis<|message|>{{ q }}<|end|>", "<|channel|>"],
      ["<|start_header_id|>ipython<|end_header_id|>\n\n{{ q }}<|eot_id|>", "<|start_header_id|>"],
    ] as const) {
      const { refused } = move("meta.llama3-8b-instruct-v1:0", { prompt }, { to: haiku });
      expect(codes(refused)).to.deep.equal(["prompt_not_taken_apart"]);
      expect(refused[0]?.says).to.contain(mark);
    }
  });

  it("takes the marks of images out where the images stand beside the prompt", () => {
    const prompt =
      "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n<|image|>What is it?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
    const { request } = formats(
      move("us.meta.llama3-2-90b-instruct-v1:0", { prompt, images: ["iVBORw0KGgoAAA"] }, { to: nova }),
    );
    expect(request).to.deep.include({
      messages: [
        {
          role: "user",
          content: [
            { image: { format: "png", source: { bytes: "iVBORw0KGgoAAA" } } },
            { text: "What is it?" },
          ],
        },
      ],
    });
    const { refused } = move("us.meta.llama3-2-90b-instruct-v1:0", { prompt }, { to: nova });
    expect(codes(refused)).to.deep.equal(["prompt_not_taken_apart"]);
  });
});

describe("migrate: columns inside of a tool's arguments", () => {
  const request = ask("{{ q }}", {
    tools: [{ name: "f", input_schema: { type: "object" } }],
    tool_choice: { type: "tool", name: "f" },
  });
  const response_format = '{"content":[{"type":"tool_use","input":{"a":"{{ a }}","l":[{"x":"{{ x }}"}]}}]}';

  it("stay there, where arguments are an object", () => {
    const moved = move(claude, request, { to: nova }, { response_format });
    expect(formats(moved).response).to.deep.equal({
      output: { message: { content: [{ toolUse: { input: { a: "{{ a }}", l: [{ x: "{{ x }}" }] } } }] } },
    });
    expect(codes(moved.notes)).not.to.include("tool_arguments");
    const back = move(
      nova,
      formats(moved).request as object,
      { to: haiku },
      { response_format: JSON.stringify(formats(moved).response) },
    );
    expect(formats(back).response).to.deep.equal(JSON.parse(response_format));
  });

  it("are refused where arguments are JSON text, which has no columns; the whole of them is moved and named", () => {
    const { refused, could } = move(claude, request, { to: ministral }, { response_format });
    expect(codes(refused)).to.deep.equal(["column_lost", "column_lost"]);
    expect(could).not.to.deep.equal([]);
    const whole = move(
      claude,
      request,
      { to: ministral },
      { response_format: '{"content":[{"type":"tool_use","input":"{{ a }}"}]}' },
    );
    expect(formats(whole).response).to.deep.equal({
      choices: [{ message: { tool_calls: [{ function: { arguments: "{{ a }}" } }] } }],
    });
    expect(codes(whole.notes)).to.include("tool_arguments");
  });
});

describe("migrate: blocks beside words", () => {
  it("a document gets the name that Converse wants, and each its own", () => {
    const document = (more: object) => ({
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "{{ d }}" },
      ...more,
    });
    const moved = move(
      claude,
      ask([
        document({}),
        document({ title: "Q3: report.pdf" }),
        document({ title: "{{ t }}" }),
        { type: "text", text: "{{ q }}" },
      ]),
      { to: nova },
    );
    expect(JSON.stringify(formats(moved).request).match(/"name":"[^"]*"/g)).to.deep.equal([
      '"name":"document 0 0"',
      '"name":"Q3- report-pdf"',
      '"name":"{{ t }}"',
    ]);
    expect(codes(moved.notes).filter((code) => code === "document_name")).to.have.length(2);
  });

  it("says of each block that cannot go along what to do about it", () => {
    const video = {
      messages: [
        {
          role: "user",
          content: [{ video: { format: "mp4", source: { bytes: "{{ v }}" } } }, { text: "{{ q }}" }],
        },
      ],
    };
    const toMicro = move(nova, video, { to: "us.amazon.nova-micro-v1:0" });
    expect(toMicro.refused[0]?.says).to.contain("is a video that amazon.nova-micro-v1:0 does not take");
    const image = (source: object) =>
      ask([
        { type: "image", source },
        { type: "text", text: "{{ q }}" },
      ]);
    for (const [request, says] of [
      [image({ type: "url", url: "{{ u }}" }), /address of the web.*put them into the row/],
      [
        image({ type: "base64", media_type: "{{ m }}", data: "{{ i }}" }),
        /media type from a column.*write it down/,
      ],
    ] as const)
      expect(move(claude, request, { to: nova }).refused[0]?.says).to.match(says);
    const converse = (block: object) => ({
      messages: [{ role: "user", content: [block, { text: "{{ q }}" }] }],
    });
    for (const [block, says] of [
      [
        { document: { format: "pdf", name: "n", source: { s3Location: { uri: "s3://b/{{ k }}" } } } },
        /is in S3/,
      ],
      [{ guardContent: { text: { text: "{{ q }}" } } }, /guardrail.*tags in the text/],
    ] as const)
      expect(
        move("us.anthropic.claude-sonnet-4-6", converse(block), { api: "invoke_model" }, { api: "converse" })
          .refused[0]?.says,
      ).to.match(says);
  });
});
