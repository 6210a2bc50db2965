import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import type { JsonObject } from "../../src/core/json.js";
import { type Migration, migrateConfig } from "../../src/migrate/migrate.js";

const nova = "amazon.nova-pro-v1:0";
const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const sonnet46 = "us.anthropic.claude-sonnet-4-6";
const sonnet5 = "us.anthropic.claude-sonnet-5";
const mistral = "mistral.mistral-large-3-675b-instruct";
const llama = "us.meta.llama3-3-70b-instruct-v1:0";

interface Case {
  readonly model: string;
  readonly request: JsonObject;
  readonly to: string;
  readonly api?: "invoke_model" | "converse";
  readonly more?: JsonObject;
}

const move = ({ model, request, to, api, more }: Case): Migration => {
  const config = { region: "us-east-1", model_id: model, request_format: request, ...more };
  const migration = migrateConfig(config, { to, ...(api && { api }) });
  if (migration instanceof ConnectorError) throw migration;
  return migration;
};

const bodyOf = (given: Case): unknown => {
  const { config, refused } = move(given);
  expect(refused).to.deep.equal([]);
  return config?.request_format;
};

const codes = ({ notes }: Migration): string[] => notes.map(({ code }) => code);
const refusals = ({ refused }: Migration): string[] => refused.map(({ code }) => code);

const claudeBody = (more: JsonObject = {}): JsonObject => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "{{ q }}" }],
  ...more,
});

describe("migrate: raw prompts", () => {
  const system = "Be kind.";
  const prompts: readonly [name: string, model: string, key: string, prompt: string][] = [
    [
      "Llama 3",
      "meta.llama3-2-90b-instruct-v1:0",
      "prompt",
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nSum {{ q }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nyes<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{{ r }} again<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ],
    [
      "Llama 3, as AWS's own examples write it",
      "meta.llama3-2-90b-instruct-v1:0",
      "prompt",
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\nBe kind.\n<|eot_id|>\n<|start_header_id|>user<|end_header_id|>\nSum {{ q }}\n<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>\nyes\n<|eot_id|>\n<|start_header_id|>user<|end_header_id|>\n{{ r }} again\n<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>\n",
    ],
    [
      "Llama 4",
      "us.meta.llama4-scout-17b-instruct-v1:0",
      "prompt",
      "<|begin_of_text|><|header_start|>system<|header_end|>\n\nBe kind.<|eot|><|header_start|>user<|header_end|>\n\nSum {{ q }}<|eot|><|header_start|>assistant<|header_end|>\n\nyes<|eot|><|header_start|>user<|header_end|>\n\n{{ r }} again<|eot|><|header_start|>assistant<|header_end|>\n\n",
    ],
    [
      "Llama 2, sent to Mixtral",
      "mistral.mixtral-8x7b-instruct-v0:1",
      "prompt",
      "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nSum {{ q }} [/INST] yes </s><s>[INST] {{ r }} again [/INST]",
    ],
    [
      "Mistral since its seventh tokenizer",
      "mistral.mistral-large-2402-v1:0",
      "prompt",
      "<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]Sum {{ q }}[/INST]yes</s>[INST]{{ r }} again[/INST]",
    ],
    [
      "DeepSeek-R1",
      "us.deepseek.r1-v1:0",
      "prompt",
      "<｜begin▁of▁sentence｜>Be kind.<｜User｜>Sum {{ q }}<｜Assistant｜>yes<｜end▁of▁sentence｜><｜User｜>{{ r }} again<｜Assistant｜><think>\n",
    ],
    [
      "Titan",
      "amazon.titan-text-express-v1",
      "inputText",
      "Be kind.\nUser: Sum {{ q }}\nBot: yes\nUser: {{ r }} again\nBot:",
    ],
    [
      "Claude 2, left in a body of Titan",
      "amazon.titan-text-express-v1",
      "inputText",
      "Be kind.\n\nHuman: Sum {{ q }}\n\nAssistant: yes\n\nHuman: {{ r }} again\n\nAssistant:",
    ],
    [
      "Claude 2",
      "anthropic.claude-v2:1",
      "prompt",
      "Be kind.\n\nHuman: Sum {{ q }}\n\nAssistant: yes\n\nHuman: {{ r }} again\n\nAssistant:",
    ],
  ];

  for (const [name, model, key, prompt] of prompts)
    it(`${name} is taken apart into turns`, () => {
      const body = bodyOf({ model, request: { [key]: prompt }, to: nova }) as JsonObject;
      expect(body.system).to.deep.equal([{ text: system }]);
      expect(body.messages).to.deep.equal([
        { role: "user", content: [{ text: "Sum {{ q }}" }] },
        { role: "assistant", content: [{ text: "yes" }] },
        { role: "user", content: [{ text: "{{ r }} again" }] },
      ]);
    });

  it("words that a model is to go on with are kept where the target goes on, and refused where it does not", () => {
    const request = { prompt: '<s>[INST] {{ q }} [/INST] {"mood":', max_tokens: 9 };
    const model = "mistral.mistral-7b-instruct-v0:2";
    expect((bodyOf({ model, request, to: haiku }) as JsonObject).messages).to.deep.include({
      role: "assistant",
      content: '{"mood":',
    });
    const refused = move({ model, request, to: sonnet46 });
    expect(refusals(refused)).to.deep.equal(["prefill"]);
    expect(refused.config).to.equal(null);
    expect(refused.could).to.not.be.empty.and.not.include(sonnet46);
  });

  it("marks inside of Liquid are no borders", () => {
    const prompt = "<s>[INST] {{ q | default: '[/INST] evil </s>' }} [/INST]";
    const body = bodyOf({ model: "mistral.mistral-7b-instruct-v0:2", request: { prompt }, to: mistral });
    expect(body).to.deep.include({
      messages: [{ role: "user", content: "{{ q | default: '[/INST] evil </s>' }}" }],
    });
  });

  for (const [why, prompt] of [
    ["a tag that spans turns", "<s>[INST] {% if q %}a [/INST] b</s>[INST] {{ q }} {% endif %}[/INST]"],
    [
      "a name given in one turn and read in another",
      "<s>[INST] {% assign x = q %}a [/INST] b</s>[INST] {{ x }} [/INST]",
    ],
    ["a role that a column brings", "<|start_header_id|>{{ role }}<|end_header_id|>\n\nHi<|eot_id|>"],
    ["words outside of any turn", "Hello <|start_header_id|>user<|end_header_id|>\n\n{{ q }}<|eot_id|>"],
    ["a prompt of the system alone", "<s>[INST] <<SYS>> {{ q }} <</SYS>>"],
    ["tools in the prompt", "<s>[AVAILABLE_TOOLS][][/AVAILABLE_TOOLS][INST] {{ q }} [/INST]"],
    [
      "the system in the middle",
      "<|start_header_id|>user<|end_header_id|>\n\n{{ q }}<|eot_id|><|start_header_id|>system<|end_header_id|>\n\nStop.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nGo<|eot_id|>",
    ],
  ] as const)
    it(`${why} is refused, and nothing is written`, () => {
      const migration = move({ model: "meta.llama3-8b-instruct-v1:0", request: { prompt }, to: nova });
      expect(migration.config).to.equal(null);
      expect(migration.refused).to.not.be.empty;
    });

  it("a raw prompt in one column is one turn, and stays raw in its own family", () => {
    const request = { prompt: "{{ prompt }}" };
    expect(bodyOf({ model: "meta.llama3-8b-instruct-v1:0", request, to: llama })).to.deep.equal(request);
    const migration = move({ model: "meta.llama3-8b-instruct-v1:0", request, to: nova });
    expect(codes(migration)).to.include("raw_prompt_without_template");
  });

  it("turns become a raw prompt with the target's marks, which a row could forge", () => {
    const migration = move({
      model: "anthropic.claude-3-haiku-20240307-v1:0",
      request: claudeBody({ system: "S" }),
      to: llama,
    });
    expect(migration.config?.request_format).to.deep.equal({
      prompt:
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{{ q }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
      max_gen_len: 100,
    });
    expect(migration.config?.chat_template).to.equal("off");
    expect(codes(migration)).to.include("forged_marks");
  });

  it("values in front of Titan's first turn get no authority that they did not have", () => {
    const request = { inputText: "You are {{ who }}.\nUser: {{ q }}\nBot:" };
    const migration = move({ model: "amazon.titan-text-express-v1", request, to: nova });
    expect(migration.config?.request_format).to.deep.include({
      messages: [{ role: "user", content: [{ text: "You are {{ who }}.\n\n{{ q }}" }] }],
    });
    expect(codes(migration)).to.include("system_into_user");
  });
});

describe("migrate: what is asked", () => {
  const claude3 = "anthropic.claude-3-5-sonnet-20240620-v1:0";

  it("limits and sampling go to their places, within what the target takes", () => {
    const request = {
      inputText: "{{ q }}",
      textGenerationConfig: { temperature: 0, topP: 0.9, maxTokenCount: 8000 },
    };
    const model = "amazon.titan-text-express-v1";
    expect(bodyOf({ model, request, to: llama })).to.deep.include({
      temperature: 0,
      top_p: 0.9,
      max_gen_len: 4096,
    });
    const { notes } = move({ model, request, to: nova });
    expect(notes.find(({ code }) => code === "clamped")?.says).to.match(/0\.00001 in place of 0/);
  });

  it("what the newest Claude refuses is left out by name; a model that did not think is kept from it", () => {
    const request = claudeBody({ temperature: 0.2, top_k: 5, stop_sequences: ["END"] });
    const migration = move({ model: claude3, request, to: sonnet5 });
    expect(migration.config?.request_format).to.deep.equal(
      claudeBody({ stop_sequences: ["END"], thinking: { type: "disabled" } }),
    );
    expect(migration.notes.filter(({ done }) => done === "left_out").map(({ at }) => at)).to.include.members([
      "temperature",
      "top_k",
    ]);
    expect(migration.notes.find(({ code }) => code === "newer_tokenizer_30_percent")?.says).to.match(/30 %/);
  });

  for (const [to, thinking] of [
    ["us.anthropic.claude-sonnet-5-5", { thinking: { type: "between_tools" } }],
    ["us.anthropic.claude-opus-5-5", { output_config: { effort: "low" } }],
    ["us.anthropic.claude-opus-4-8", {}],
    [sonnet46, {}],
  ] as const)
    it(`not to think is said to ${to} in its own way`, () => {
      expect(bodyOf({ model: claude3, request: claudeBody(), to })).to.deep.equal(claudeBody(thinking));
    });

  it("a budget of thinking has no counterpart where a model decides for itself; the other way it is asked for", () => {
    const thinking = { thinking: { type: "enabled", budget_tokens: 2000 } };
    const model = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
    const migration = move({ model, request: claudeBody({ max_tokens: 5000, ...thinking }), to: sonnet5 });
    expect(migration.config?.request_format).to.deep.include({
      thinking: { type: "adaptive" },
      max_tokens: 5000,
    });
    expect(codes(migration)).to.include("thinking_budget");
    const back = move({ model: sonnet5, request: claudeBody({ thinking: { type: "adaptive" } }), to: haiku });
    expect(refusals(back)).to.include("budget_not_known");
  });

  it("of temperature and top_p one stays for Claude from 4 on", () => {
    const migration = move({
      model: claude3,
      request: claudeBody({ temperature: 0.5, top_p: 0.9 }),
      to: sonnet46,
    });
    expect(migration.config?.request_format).to.deep.equal(claudeBody({ temperature: 0.5 }));
    expect(codes(migration)).to.include("one_sampler");
  });

  it("stop sequences that were the old template's marks go, others are renamed, and what has none is told", () => {
    const request = { prompt: "<s>[INST] {{ q }} [/INST]", stop: ["</s>", "[INST]", "END"] };
    const migration = move({ model: "mistral.mistral-7b-instruct-v0:2", request, to: nova });
    expect(migration.config?.request_format).to.deep.include({
      inferenceConfig: { stopSequences: ["END"], maxTokens: 512 },
    });
    expect(codes(migration)).to.include("old_marks");
    expect(
      codes(move({ model: claude3, request: claudeBody({ stop_sequences: ["X"] }), to: llama })),
    ).to.include("stop_dropped");
  });

  it("tools, calls, results and the choice among them are rewritten", () => {
    const openai: JsonObject = {
      messages: [
        { role: "user", content: "{{ q }}" },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
        },
        { role: "tool", tool_call_id: "1", content: "ok" },
      ],
      max_tokens: 9,
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters: { type: "object" } } },
      ],
      tool_choice: { type: "function", function: { name: "f" } },
    };
    const claude = bodyOf({ model: mistral, request: openai, to: sonnet46 });
    expect(claude).to.deep.equal({
      anthropic_version: "bedrock-2023-05-31",
      messages: [
        { role: "user", content: "{{ q }}" },
        { role: "assistant", content: [{ type: "tool_use", id: "1", name: "f", input: { a: 1 } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "ok" }] },
      ],
      max_tokens: 9,
      tools: [{ name: "f", description: "d", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "f" },
    });
    expect(bodyOf({ model: sonnet46, request: claude as JsonObject, to: mistral })).to.deep.equal(openai);
    const refused = move({
      model: sonnet46,
      request: claude as JsonObject,
      to: "us.anthropic.claude-opus-5-5",
    });
    expect(refusals(refused)).to.include("forced_tool");
    expect(refusals(move({ model: sonnet46, request: claude as JsonObject, to: llama }))).to.include("tools");
  });

  it("Cohere's documents, definitions, history and switches", () => {
    const request = {
      message: "{{ q }}",
      chat_history: [
        { role: "USER", message: "a" },
        { role: "CHATBOT", message: "b" },
      ],
      preamble: "P",
      documents: [{ title: "T", snippet: "{{ s }}" }],
      k: 0,
      presence_penalty: 0,
      frequency_penalty: 0.5,
      prompt_truncation: "AUTO_PRESERVE_ORDER",
      tools: [{ name: "f", parameter_definitions: { n: { type: "List[int]", required: true } } }],
    };
    const migration = move({ model: "cohere.command-r-v1:0", request, to: sonnet46 });
    expect(migration.config?.request_format).to.deep.equal({
      anthropic_version: "bedrock-2023-05-31",
      system: "P",
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        {
          role: "user",
          content: [
            {
              type: "document",
              title: "T",
              source: { type: "text", media_type: "text/plain", data: "{{ s }}" },
            },
            { type: "text", text: "{{ q }}" },
          ],
        },
      ],
      max_tokens: 4096,
      tools: [
        {
          name: "f",
          input_schema: {
            type: "object",
            properties: { n: { type: "array", items: { type: "integer" } } },
            required: ["n"],
          },
        },
      ],
    });
    expect(migration.notes.filter(({ done }) => done === "left_out").map(({ at }) => at)).to.deep.equal([
      "frequency_penalty",
      "prompt_truncation",
    ]);
  });

  it("images go where a model sees them, and are refused elsewhere with the models that could", () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "{{ img }}" } };
    const request = claudeBody({
      messages: [{ role: "user", content: [image, { type: "text", text: "{{ q }}" }] }],
    });
    expect(bodyOf({ model: claude3, request, to: nova })).to.deep.include({
      messages: [
        {
          role: "user",
          content: [{ image: { format: "png", source: { bytes: "{{ img }}" } } }, { text: "{{ q }}" }],
        },
      ],
    });
    const blind = move({ model: claude3, request, to: "amazon.nova-micro-v1:0" });
    expect(refusals(blind)).to.deep.equal(["image"]);
    expect(blind.could).to.include(sonnet5);
  });

  it("marks of the cache, media types, additional fields and the schema through Converse and back", () => {
    const request = claudeBody({
      system: [{ type: "text", text: "S", cache_control: { type: "ephemeral", ttl: "1h" } }],
      messages: [{ role: "user", content: [{ type: "text", text: "{{ q }}" }] }],
      top_k: 5,
      output_config: { format: { type: "json_schema", schema: { type: "object" } } },
      anthropic_beta: ["b"],
    });
    const converse = bodyOf({ model: sonnet46, request, to: sonnet46, api: "converse" }) as JsonObject;
    expect(converse).to.deep.equal({
      system: [{ text: "S" }, { cachePoint: { type: "default", ttl: "1h" } }],
      messages: [{ role: "user", content: [{ text: "{{ q }}" }] }],
      inferenceConfig: { maxTokens: 100 },
      additionalModelRequestFields: { top_k: 5, anthropic_beta: ["b"] },
      outputConfig: {
        textFormat: {
          type: "json_schema",
          structure: { jsonSchema: { name: "answer", schema: '{"type":"object"}' } },
        },
      },
    });
    const back = bodyOf({
      model: sonnet46,
      request: converse,
      to: sonnet46,
      api: "invoke_model",
      more: { api: "converse" },
    });
    expect(back).to.deep.equal(request);
  });

  it("several words of the system in front are joined; two turns of one role become one", () => {
    const request = {
      messages: [
        { role: "system", content: "A" },
        { role: "developer", content: "B" },
        { role: "user", content: "{{ q }}" },
        { role: "user", content: "and {{ r }}" },
      ],
    };
    const migration = move({ model: mistral, request, to: nova });
    expect(migration.config?.request_format).to.deep.equal({
      system: [{ text: "A" }, { text: "B" }],
      messages: [{ role: "user", content: [{ text: "{{ q }}" }, { text: "and {{ r }}" }] }],
    });
    expect(codes(migration)).to.include("turns_merged");
  });

  it("a system that a model does not take stands in front of the user's words", () => {
    const migration = move({
      model: claude3,
      request: claudeBody({ system: "S" }),
      to: "mistral.mistral-7b-instruct-v0:2",
      api: "converse",
    });
    expect(migration.config?.request_format).to.deep.include({
      messages: [{ role: "user", content: [{ text: "S\n\n{{ q }}" }] }],
    });
    expect(codes(migration)).to.include("system_into_user");
    const more = { api: "converse" } as const;
    const given = { system: [{ text: "S" }], messages: [{ role: "user", content: [{ text: "{{ q }}" }] }] };
    expect(
      bodyOf({ model: nova, request: given, to: "mistral.mistral-7b-instruct-v0:2", more }),
    ).to.deep.equal({
      messages: [{ role: "user", content: [{ text: "S\n\n{{ q }}" }] }],
    });
  });

  for (const [why, request, code] of [
    ["messages of a column", claudeBody({ messages: "{{ messages }}" }), "messages_from_column"],
    [
      "a role of a column",
      claudeBody({ messages: [{ role: "{{ role }}", content: "x" }] }),
      "message_from_column",
    ],
    [
      "a guardrail's tags",
      claudeBody({ "amazon-bedrock-guardrailConfig": { tagSuffix: "x" } }),
      "guard_tags",
    ],
  ] as const)
    it(`${why} cannot be rewritten for Converse`, () => {
      expect(refusals(move({ model: claude3, request, to: nova, api: "converse" }))).to.include(code);
    });

  it("a guardrail of Converse's body, and its blocks, are never left out", () => {
    const request = {
      messages: [{ role: "user", content: [{ guardContent: { text: { text: "{{ q }}" } } }] }],
      guardrailConfig: { guardrailIdentifier: "a", guardrailVersion: "1" },
    };
    for (const to of [haiku, nova])
      expect(
        refusals(move({ model: nova, request, to, api: "invoke_model", more: { api: "converse" } })),
      ).to.deep.equal(["block", "guardrailConfig"]);
  });

  it("a model that always thought is not told to stop", () => {
    const request = { messages: [{ role: "user", content: "{{ q }}" }], reasoning_effort: "high" };
    expect(bodyOf({ model: "openai.gpt-oss-120b-1:0", request, to: sonnet5 })).to.deep.equal({
      anthropic_version: "bedrock-2023-05-31",
      messages: [{ role: "user", content: "{{ q }}" }],
      max_tokens: 4096,
      output_config: { effort: "high" },
    });
  });

  it("messages of a column stay as they are within a family", () => {
    const request = claudeBody({ messages: "{{ messages }}" });
    expect(bodyOf({ model: claude3, request, to: sonnet46 })).to.deep.equal(request);
  });
});

describe("migrate: what comes back, and settings", () => {
  const reference = `${"$"}{KEY}`;

  it("columns keep their names; what has no counterpart is named, and refused where a table takes it", () => {
    const given = {
      model: "anthropic.claude-3-haiku-20240307-v1:0",
      request: claudeBody(),
      to: mistral,
      more: {
        response_format: {
          id: "{{ key }}",
          stop_sequence: "{{ stopped }}",
          content: [{ type: "text", text: "{{ out }}" }],
        },
      },
    };
    const migration = move(given);
    expect(migration.config?.response_format).to.deep.equal({
      id: "{{ key }}",
      choices: [{ message: { content: "{{ out }}" } }],
    });
    expect(migration.columns.filter(({ to }) => to === null).map(({ name }) => name)).to.deep.equal([
      "stopped",
    ]);
    const table = {
      write_back_url: "postgresql://x",
      write_back_table: "t",
      write_back_key: "id",
      write_back_columns: { s: "stopped" },
    };
    expect(refusals(move({ ...given, more: { ...given.more, ...table } }))).to.include("column_needed");
  });

  it("where a block of thinking may stand in front of the text, output_field takes it", () => {
    const { config } = move({
      model: "anthropic.claude-3-haiku-20240307-v1:0",
      request: claudeBody(),
      to: "us.anthropic.claude-opus-5-5",
      api: "converse",
      more: { response_format: { content: [{ type: "text", text: "{{ out }}" }] } },
    });
    expect(config).to.include({ output_field: "out" }).and.not.to.have.property("response_format");
  });

  it("a second answer that a column takes is refused", () => {
    const request = { prompt: "{{ q }}", num_generations: 2 };
    const response = { generations: [{ text: "{{ a }}" }, { text: "{{ b }}" }] };
    const migration = move({
      model: "cohere.command-text-v14",
      request,
      to: nova,
      more: { response_format: response },
    });
    expect(refusals(migration)).to.deep.equal(["several_answers"]);
  });

  it("settings of the old model go by name, references stay, and JSON text stays text", () => {
    const migration = move({
      model: "anthropic.claude-3-haiku-20240307-v1:0",
      request: claudeBody(),
      to: haiku,
      more: {
        api_key: reference,
        tokens_per_minute: 100,
        input_price_usd: 1,
        output_price_usd: 2,
        output_field: "x",
      },
    });
    expect(migration.config).to.include({ api_key: reference, model_id: haiku, output_field: "x" });
    expect(migration.config).to.not.have.any.keys("tokens_per_minute", "input_price_usd", "output_price_usd");
    expect(codes(migration).filter((code) => code === "setting_of_old_model")).to.have.lengthOf(3);
    const text = move({
      model: haiku,
      request: JSON.stringify(claudeBody()) as unknown as JsonObject,
      to: nova,
    });
    expect(text.config?.request_format).to.be.a("string");
  });

  it("an id without a geography gets the profile that the region has; residency is kept", () => {
    const to = "anthropic.claude-sonnet-4-6";
    const config = {
      region: "eu-central-1",
      model_id: nova,
      request_format: { messages: [{ role: "user", content: [{ text: "{{ q }}" }] }] },
    };
    expect(migrateConfig(config, { to })).to.have.nested.property("to.model", `eu.${to}`);
    const held = migrateConfig({ ...config, residency: "eu-" }, { to: "meta.llama3-3-70b-instruct-v1:0" });
    expect(held).to.have.nested.property("to.model", "meta.llama3-3-70b-instruct-v1:0");
    expect(
      migrateConfig({ ...config, residency: "eu-" }, { to: "anthropic.claude-fable-5-1" }),
    ).to.be.instanceOf(ConnectorError);
  });

  it("bodies and costs are shown for a row", () => {
    const config = {
      region: "us-east-1",
      model_id: "anthropic.claude-3-haiku-20240307-v1:0",
      request_format: claudeBody(),
    };
    const migration = migrateConfig(config, { to: haiku, row: { q: "Hi there" } });
    expect(migration).to.have.nested.property("to.body.messages[0].content", "Hi there");
    if (migration instanceof ConnectorError) throw migration;
    const [before, after] = [migration.from, migration.to].map((end) => end.cost_of_1000_rows.usd ?? 0);
    expect((after ?? 0) / (before ?? 1)).to.be.closeTo(4.4, 0.1);
  });

  it("vectors move among themselves, and never to another length", () => {
    const request = { inputText: "{{ t }}", dimensions: 1024, normalize: true };
    const model = "amazon.titan-embed-text-v2:0";
    expect(bodyOf({ model, request, to: "cohere.embed-v4:0" })).to.deep.equal({
      input_type: "search_document",
      texts: ["{{ t }}"],
      output_dimension: 1024,
    });
    const shorter = { ...request, dimensions: 512 };
    expect(
      refusals(move({ model, request: shorter, to: "amazon.nova-2-multimodal-embeddings-v1:0" })),
    ).to.include("dimensions");
    expect(refusals(move({ model, request, to: nova }))).to.include("other_kind");
  });

  it("a model that nothing is known of is an error that says so", () => {
    for (const config of [null, {}, { region: "r", model_id: "x.y", request_format: "{}" }])
      expect(migrateConfig(config, { to: nova })).to.be.instanceOf(ConnectorError);
    const config = { region: "us-east-1", model_id: haiku, request_format: claudeBody() };
    expect(migrateConfig(config, { to: "acme.new-1", api: "invoke_model" })).to.be.instanceOf(ConnectorError);
    expect(migrateConfig(config, { to: "acme.new-1" })).to.have.nested.property("config.api", "converse");
  });
});
