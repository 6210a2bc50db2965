import { expect } from "chai";
import { type StandInModel, settingsOf, useStandIn } from "../support/stand-in.js";

type Api = "invoke_model" | "converse";

const converse = (content: unknown, stopReason = "end_turn", more: object = {}) => ({
  output: { message: { role: "assistant", content } },
  stopReason,
  usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
  ...more,
});
const claude = (content: unknown, stop_reason = "end_turn", more: object = {}) => ({
  role: "assistant",
  content,
  stop_reason,
  usage: { input_tokens: 20, output_tokens: 10 },
  ...more,
});
const chat = (message: object, finish_reason = "stop") => ({
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
  usage: { prompt_tokens: 20, completion_tokens: 10 },
});
const depot = "It is at the depot.";

describe("what counts as an answer", () => {
  const bedrock = useStandIn();

  describe("the texts of all blocks in their order, without reasoning", () => {
    const answers: [what: string, model: StandInModel, api: Api, body: unknown, text?: string][] = [
      [
        "Converse with citations",
        "claude",
        "converse",
        converse([
          { text: "According to the note, " },
          {
            citationsContent: {
              content: [{ text: "the parcel left " }, { text: "on Monday." }],
              citations: [{}],
            },
          },
          { text: " So it says." },
        ]),
        "According to the note, the parcel left on Monday. So it says.",
      ],
      [
        "Claude with citations",
        "claude",
        "invoke_model",
        claude([
          { type: "text", text: "It is " },
          { type: "text", text: "at the depot.", citations: [{ cited_text: "depot" }] },
        ]),
      ],
      [
        "a block with what belongs to it",
        "nova",
        "invoke_model",
        converse([{ text: depot, cachePoint: { type: "default" } }]),
      ],
      [
        "guarded content",
        "nova",
        "converse",
        converse([
          { guardContent: { text: { text: "It is ", qualifiers: ["query"] } } },
          { text: "at the depot." },
        ]),
      ],
      [
        "chunks of a chat, thinking among them",
        "pixtral",
        "invoke_model",
        chat({
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
            { type: "text", text: depot },
          ],
        }),
      ],
      ["texts in a list", "kimi", "invoke_model", chat({ content: ["It is ", "at the depot."] })],
      ["reasoning beside the answer", "qwen", "invoke_model", chat({ content: depot, reasoning: "hm" })],
      [
        "tags through Converse",
        "kimi",
        "converse",
        converse([{ text: `<think>The user asks.</think>${depot}` }]),
      ],
      [
        "tags of the model's own API",
        "kimi",
        "invoke_model",
        chat({ content: `<think>The user asks.</think>${depot}` }),
      ],
      [
        "tags that the model's prompt opened",
        "kimi",
        "converse",
        converse([{ text: `The user asks.\n</think>${depot}` }]),
      ],
      [
        "a closing tag as a word of an answer whose reasoning is kept apart",
        "kimi",
        "converse",
        converse([
          { reasoningContent: { reasoningText: { text: "hm" } } },
          { text: "Write </think> at the end." },
        ]),
        "Write </think> at the end.",
      ],
      [
        "tags in a block of their own",
        "kimi",
        "converse",
        converse([{ text: "<think>hm</think>" }, { text: depot }]),
      ],
      [
        "tags over two blocks",
        "kimi",
        "converse",
        converse([{ text: "<think>h" }, { text: `m</think>${depot}` }]),
      ],
      ["tags twice", "qwen", "converse", converse([{ text: `<think>a</think>\n<think>b</think>${depot}` }])],
      [
        "Nova's tags",
        "nova",
        "invoke_model",
        converse([{ text: `<thinking> It is late. </thinking>${depot}` }]),
      ],
      [
        "gpt-oss's markers",
        "gpt-oss",
        "converse",
        converse([
          {
            text: `<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>${depot}`,
          },
        ]),
      ],
      ["Magistral's tags", "pixtral", "converse", converse([{ text: `[THINK]hm[/THINK]${depot}` }])],
      ["DeepSeek's, through Converse", "r1", "converse", converse([{ text: `hm</think>${depot}` }])],
      [
        "the tags that somebody asked Claude for are its answer",
        "claude",
        "converse",
        converse([{ text: `<thinking>hm</thinking>${depot}` }]),
        `<thinking>hm</thinking>${depot}`,
      ],
      [
        "redacted reasoning",
        "claude",
        "invoke_model",
        claude([
          { type: "redacted_thinking", data: "x" },
          { type: "text", text: depot },
        ]),
      ],
    ];
    for (const [what, model, api, body, text = depot] of answers)
      it(what, async () => {
        const { row, summary } = await bedrock.run(settingsOf(model, api), { body });
        expect(row._bedrock).to.include({
          status: "enriched",
          billed: "yes",
          input_tokens: 20,
          remarks: null,
        });
        expect(row.completion).to.equal(text);
        expect(summary).to.include({ enriched: 1, failed: 0 });
      });
  });

  it("what stands in front of a lone closing tag is taken for reasoning with a word of it, or is typed JSON", async () => {
    const settings = settingsOf("kimi");
    const answer = { body: chat({ content: "The tag </think> ends it." }) };
    const { row } = await bedrock.run(settings, answer, [{ text: "What is <think>" }]);
    expect(row).to.include({ completion: " ends it." });
    expect(row._bedrock.remarks).to.deep.equal(["What stood in front of </think> was taken for reasoning."]);
    const output_schema = { type: "object", properties: { tag: { type: "string" } }, required: ["tag"] };
    const typed = { body: chat({ content: '{"tag":"a </think> b"}' }) };
    expect((await bedrock.run({ ...settings, output_schema }, typed)).row.tag).to.equal("a </think> b");
  });

  it("a prompt that ends in a tag opens no reasoning where the API writes the model's turn", async () => {
    const answer = { body: chat({ content: depot }) };
    const { row } = await bedrock.run(settingsOf("kimi"), answer, [{ text: "What is <think>" }]);
    expect(row).to.include({ completion: depot });
  });

  it("the tags of a model of no family are any that are known", async () => {
    const settings = { ...settingsOf("kimi", "converse"), model_id: "vendor.new-model-v1" };
    const { row } = await bedrock.run(settings, { body: converse([{ text: `<think>hm</think>${depot}` }]) });
    expect(row.completion).to.equal(depot);
  });

  it("a column of a response format has no reasoning in it either", async () => {
    const response_format = {
      output: { message: { content: [{ text: "{{ first }}" }, { text: "{{ second }}" }] } },
    };
    const settings = { ...settingsOf("kimi", "converse"), response_format };
    const { row } = await bedrock.run(settings, {
      body: converse([{ text: `<think>hm</think>${depot}` }, { text: "So be it." }]),
    });
    expect(row).to.include({ first: depot, second: "So be it." });
  });

  describe("what is not known is named", () => {
    const unknown: [what: string, model: StandInModel, api: Api, body: unknown, kind: string][] = [
      [
        "Converse",
        "claude",
        "converse",
        converse([{ text: depot }, { hologram: { text: "?" } }]),
        "hologram",
      ],
      [
        "Claude",
        "claude",
        "invoke_model",
        claude([
          { type: "hologram", text: "?" },
          { type: "text", text: depot },
        ]),
        "hologram",
      ],
      [
        "chat",
        "pixtral",
        "invoke_model",
        chat({ content: [{ type: "text", text: depot }, { type: "audio" }] }),
        "audio",
      ],
      ["an image", "nova", "converse", converse([{ text: depot }, { image: { format: "png" } }]), "image"],
      [
        "inside of citations",
        "nova",
        "converse",
        converse([{ citationsContent: { content: [{ text: depot }, { video: {} }] } }]),
        "video",
      ],
      [
        "a tool's call beside an answer",
        "nova",
        "converse",
        converse([{ text: depot }, { toolUse: { input: {} } }]),
        "a tool's call",
      ],
    ];
    for (const [what, model, api, body, kind] of unknown)
      it(`${what}: the row is enriched, and says what was not read`, async () => {
        const { row } = await bedrock.run(settingsOf(model, api), { body });
        expect(row._bedrock).to.deep.include({
          status: "enriched",
          remarks: [`The answer holds more that was not read: ${kind}.`],
        });
        expect(row.completion).to.equal(depot);
      });

    it("alone it is a failure that names it", async () => {
      const { row } = await bedrock.run(settingsOf("nova", "converse"), {
        body: converse([{ hologram: { text: "?" } }]),
      });
      expect(row._bedrock).to.include({ status: "failed", billed: "yes" });
      expect(row._bedrock.error?.code).to.equal("unreadable_response");
      expect(row._bedrock.error?.message).to.contain("hologram");
    });

    it("a name that is no plain word is not shown", async () => {
      const { row } = await bedrock.run(settingsOf("nova", "converse"), {
        body: converse([{ "The parcel is late.": {} }]),
      });
      expect(row._bedrock.error?.message).to.not.contain("parcel");
    });
  });

  describe("endings that are no answer have codes of their own", () => {
    const tool = { toolUse: { toolUseId: "1", name: "look_up", input: { q: "x" } } };
    const endings: [
      what: string,
      model: StandInModel,
      api: Api,
      body: unknown,
      code: string,
      says?: string,
    ][] = [
      ["Claude, no blocks", "claude", "invoke_model", claude([]), "empty_answer", "end_turn"],
      [
        "Claude, blank text",
        "claude",
        "invoke_model",
        claude([{ type: "text", text: " \n" }]),
        "empty_answer",
      ],
      ["Converse, no blocks", "nova", "converse", converse([]), "empty_answer"],
      ["Converse, no content", "nova", "converse", converse(undefined), "empty_answer"],
      ["chat, null", "qwen", "invoke_model", chat({ content: null }), "empty_answer"],
      ["chat, no content", "qwen", "invoke_model", chat({}), "empty_answer"],
      ["Llama", "llama", "invoke_model", { generation: "", stop_reason: "stop" }, "empty_answer"],
      [
        "Mistral",
        "mistral",
        "invoke_model",
        { outputs: [{ text: "", stop_reason: "stop" }] },
        "empty_answer",
      ],
      [
        "Titan",
        "titan",
        "invoke_model",
        { results: [{ outputText: "\n", completionReason: "FINISH" }] },
        "empty_answer",
      ],
      ["Titan, no results", "titan", "invoke_model", { results: [] }, "empty_answer"],
      [
        "Command",
        "command",
        "invoke_model",
        { generations: [{ text: "", finish_reason: "COMPLETE" }] },
        "empty_answer",
      ],
      ["Command R", "command-r", "invoke_model", { text: "", finish_reason: "COMPLETE" }, "empty_answer"],
      ["Jamba", "jamba", "invoke_model", chat({ content: "", tool_calls: null }), "empty_answer"],
      ["R1", "r1", "invoke_model", { choices: [{ text: "", stop_reason: "stop" }] }, "empty_answer"],
      [
        "Claude thinks",
        "claude",
        "invoke_model",
        claude([{ type: "thinking", thinking: "hm" }]),
        "only_reasoning",
      ],
      [
        "Nova thinks",
        "nova",
        "converse",
        converse([{ reasoningContent: { reasoningText: { text: "hm" } } }]),
        "only_reasoning",
      ],
      [
        "chat thinks",
        "kimi",
        "invoke_model",
        chat({ content: null, reasoning_content: "hm" }),
        "only_reasoning",
      ],
      ["tags alone", "kimi", "converse", converse([{ text: "<think>hm</think>\n" }]), "only_reasoning"],
      ["tags that never end", "qwen", "converse", converse([{ text: "<think>hm" }]), "only_reasoning"],
      [
        "Nova, malformed",
        "nova",
        "invoke_model",
        converse([{ text: "<tools>\n<__function=json>" }], "malformed_tool_use"),
        "malformed_answer",
        "malformed_tool_use",
      ],
      [
        "Converse, malformed",
        "claude",
        "converse",
        converse([{ text: "{" }], "malformed_model_output"),
        "malformed_answer",
        "malformed_model_output",
      ],
      [
        "Nova, out of service",
        "nova",
        "invoke_model",
        converse([{ text: "It" }], "service_unavailable"),
        "malformed_answer",
        "service_unavailable",
      ],
      [
        "Command R, an error",
        "command-r",
        "invoke_model",
        { text: "It", finish_reason: "ERROR" },
        "malformed_answer",
        "error",
      ],
      [
        "Claude calls a tool",
        "claude",
        "invoke_model",
        claude(
          [
            { type: "text", text: "Let me see." },
            { type: "tool_use", id: "1", name: "look_up", input: {} },
          ],
          "tool_use",
        ),
        "tool_call",
      ],
      ["Converse calls a tool", "nova", "converse", converse([tool], "tool_use"), "tool_call"],
      [
        "chat calls a tool",
        "qwen",
        "invoke_model",
        chat({ content: null, tool_calls: [{ function: { name: "a", arguments: "{}" } }] }, "tool_calls"),
        "tool_call",
      ],
      [
        "chat calls a function",
        "qwen",
        "invoke_model",
        chat({ content: null, function_call: { name: "a", arguments: "{}" } }, "function_call"),
        "tool_call",
      ],
      [
        "Command R calls a tool",
        "command-r",
        "invoke_model",
        { text: "", tool_calls: [{ name: "a", parameters: {} }], finish_reason: "COMPLETE" },
        "tool_call",
      ],
      ["Claude refuses", "claude", "invoke_model", claude([], "refusal"), "refused"],
      ["chat refuses", "qwen", "invoke_model", chat({ content: null, refusal: "I cannot help." }), "refused"],
      [
        "chat refuses in a block",
        "qwen",
        "invoke_model",
        chat({ content: [{ type: "refusal", refusal: "No." }] }),
        "refused",
      ],
      [
        "a filter",
        "titan",
        "invoke_model",
        { results: [{ outputText: "", completionReason: "CONTENT_FILTERED" }] },
        "content_filtered",
      ],
    ];
    for (const [what, model, api, body, code, says = ""] of endings)
      it(`${what}: ${code}`, async () => {
        const { row, summary } = await bedrock.run(settingsOf(model, api), { body });
        expect(row._bedrock).to.include({ status: "failed", billed: "yes", attempts: 1 });
        expect(row._bedrock.error?.code).to.equal(code);
        expect(row._bedrock.error?.message).to.contain(says);
        expect(row.completion).to.equal(null);
        expect(summary.errors).to.have.nested.property(`${code}.count`, 1);
      });

    for (const [what, body] of [
      ["empty", claude([])],
      ["of reasoning alone", claude([{ type: "thinking", thinking: "hm" }])],
    ] as const)
      it(`an answer that is ${what} is empty text with on_empty: keep, and counted`, async () => {
        const { row, summary } = await bedrock.run({ ...settingsOf("claude"), on_empty: "keep" }, { body });
        expect(row._bedrock).to.include({ status: "enriched", error: null });
        expect(row.completion).to.equal("");
        expect(summary).to.include({ enriched: 1, empty: 1 });
      });

    it("on_empty: keep keeps no tool's call and no refusal", async () => {
      const settings = { ...settingsOf("claude"), on_empty: "keep" };
      const { rows } = await bedrock.run(
        settings,
        [{ body: claude([{ type: "tool_use", input: {} }], "tool_use") }, { body: claude([], "refusal") }],
        [{ text: "a" }, { text: "b" }],
      );
      expect(rows.map(({ _bedrock }) => _bedrock.error?.code)).to.deep.equal(["tool_call", "refused"]);
    });

    it("a response format may read a tool's call", async () => {
      const response_format = { content: [{ type: "tool_use", input: { q: "{{ asked }}" } }] };
      const { row } = await bedrock.run(
        { ...settingsOf("claude"), response_format },
        { body: claude([{ type: "tool_use", id: "1", name: "look_up", input: { q: "depot" } }], "tool_use") },
      );
      expect(row._bedrock.status).to.equal("enriched");
      expect(row.asked).to.equal("depot");
    });

    it("a response format may read what stands beside an empty text", async () => {
      const settings = {
        ...settingsOf("command-r"),
        response_format: { search_queries: [{ text: "{{ q }}" }] },
      };
      const body = { text: "", search_queries: [{ text: "depot" }], finish_reason: "COMPLETE" };
      expect((await bedrock.run(settings, { body })).row).to.include({ q: "depot" });
      const { row } = await bedrock.run(settings, { body: { text: "", finish_reason: "COMPLETE" } });
      expect(row._bedrock.error?.code).to.equal("empty_answer");
    });

    it("a response format that names the text and its end has no answer in an empty one", async () => {
      const response_format = {
        content: [{ type: "text", text: "{{ summary }}" }],
        stop_reason: "{{ ending }}",
        usage: { output_tokens: "{{ tokens }}" },
      };
      const { row } = await bedrock.run({ ...settingsOf("claude"), response_format }, { body: claude([]) });
      expect(row._bedrock.error?.code).to.equal("empty_answer");
      expect(row).to.include({ summary: null, ending: null });
    });

    it("a body of another shape is unreadable, not empty", async () => {
      for (const body of [{ other: 1 }, { generation: "Hi", stop_reason: "stop" }]) {
        const { row } = await bedrock.run(settingsOf("claude"), { body });
        expect(row._bedrock.error?.code).to.equal("unreadable_response");
      }
    });
  });

  describe("that a limit cut it off is told before anything else", () => {
    const cut: [what: string, model: StandInModel, api: Api, body: unknown][] = [
      [
        "reasoning took the limit: chat",
        "kimi",
        "invoke_model",
        chat({ content: null, reasoning_content: "hm" }, "length"),
      ],
      ["reasoning took the limit: tags", "kimi", "converse", converse([{ text: "<think>hm" }], "max_tokens")],
      [
        "reasoning took the limit: Claude",
        "claude",
        "invoke_model",
        claude([{ type: "thinking", thinking: "hm" }], "max_tokens"),
      ],
      [
        "a tool's call was cut off",
        "claude",
        "invoke_model",
        claude([{ type: "tool_use", id: "1", name: "look_up", input: {} }], "max_tokens"),
      ],
      ["nothing came", "llama", "invoke_model", { generation: "", stop_reason: "length" }],
      ["the context is full", "claude", "converse", converse([], "model_context_window_exceeded")],
      [
        "Command R's context is full",
        "command-r",
        "invoke_model",
        { text: "", finish_reason: "ERROR_LIMIT" },
      ],
    ];
    for (const [what, model, api, body] of cut)
      it(what, async () => {
        const { row } = await bedrock.run(settingsOf(model, api), { body });
        expect(row._bedrock).to.include({ status: "failed", truncated: true, billed: "yes" });
        expect(row._bedrock.error?.code).to.equal("truncated");
        expect(row._bedrock.error?.message).to.contain("Raise the output limit");
      });

    it("with text it is kept, and marked", async () => {
      const { row } = await bedrock.run(settingsOf("kimi"), { body: chat({ content: "It is" }, "length") });
      expect(row._bedrock).to.include({ status: "enriched", truncated: true });
    });
  });
});
