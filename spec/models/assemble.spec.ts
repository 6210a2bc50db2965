import { expect } from "chai";
import { assembleEvents } from "../../src/models/assemble/assemble-events.js";
import { resolveFamily } from "../../src/models/find-family.js";

const assembled = (modelId: string, events: unknown[]) =>
  assembleEvents(resolveFamily(modelId), events as never);
const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";

describe("assembling the events of a stream", () => {
  it("reads Claude's thinking, text, citations and tool calls, and the last counts", () => {
    const block = (index: number, content_block: object, ...deltas: object[]) => [
      { type: "content_block_start", index, content_block },
      { type: "ping" },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ];
    const cited = { type: "char_location", cited_text: "late" };
    const events = [
      {
        type: "message_start",
        message: {
          id: "msg_1",
          role: "assistant",
          content: [],
          stop_reason: null,
          usage: { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 4 },
        },
      },
      ...block(
        0,
        { type: "thinking", thinking: "", signature: "" },
        { type: "thinking_delta", thinking: "It is " },
        { type: "thinking_delta", thinking: "late." },
        { type: "signature_delta", signature: "c2ln" },
      ),
      ...block(
        1,
        { type: "text", text: "" },
        { type: "text_delta", text: "Sad" },
        { type: "text_delta", text: "." },
        { type: "citations_delta", citation: cited },
        { type: "citations_delta", citation: cited },
      ),
      ...block(
        2,
        { type: "tool_use", id: "toolu_1", name: "log", input: {} },
        { type: "input_json_delta", partial_json: "" },
        { type: "input_json_delta", partial_json: '{"mood": ' },
        { type: "input_json_delta", partial_json: '"sad"}' },
      ),
      ...block(3, { type: "tool_use", id: "toolu_2", name: "now", input: {} }),
      ...block(4, { type: "redacted_thinking", data: "eA==" }),
      {
        type: "message_delta",
        delta: { stop_reason: "tool_use", stop_sequence: null },
        usage: { output_tokens: 40 },
      },
      { type: "message_stop", "amazon-bedrock-invocationMetrics": { outputTokenCount: 40 } },
    ];
    expect(assembled(claude, events)).to.deep.equal({
      id: "msg_1",
      role: "assistant",
      content: [
        { type: "thinking", thinking: "It is late.", signature: "c2ln" },
        { type: "text", text: "Sad.", citations: [cited, cited] },
        { type: "tool_use", id: "toolu_1", name: "log", input: { mood: "sad" } },
        { type: "tool_use", id: "toolu_2", name: "now", input: {} },
        { type: "redacted_thinking", data: "eA==" },
      ],
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 40, cache_read_input_tokens: 4 },
      "amazon-bedrock-invocationMetrics": { outputTokenCount: 40 },
    });
  });

  it("reads Converse's reasoning, text, citations and tool calls, and what stands beside them", () => {
    const delta = (contentBlockIndex: number, delta: object) => ({
      contentBlockDelta: { contentBlockIndex, delta },
    });
    const cited = { title: "Mail", location: {} };
    const events = [
      { messageStart: { role: "assistant" } },
      delta(0, { reasoningContent: { text: "It is " } }),
      delta(0, { reasoningContent: { text: "late." } }),
      delta(0, { reasoningContent: { signature: "c2ln" } }),
      delta(1, { reasoningContent: { redactedContent: "eA==" } }),
      delta(2, { text: "Sad" }),
      delta(2, { text: "." }),
      { contentBlockStop: { contentBlockIndex: 2 } },
      { contentBlockStart: { contentBlockIndex: 3, start: { toolUse: { toolUseId: "t1", name: "log" } } } },
      delta(3, { toolUse: { input: '{"mood":' } }),
      delta(3, { toolUse: { input: '"sad"}' } }),
      { contentBlockStart: { contentBlockIndex: 4, start: { toolUse: { toolUseId: "t2", name: "now" } } } },
      delta(5, { text: "It says so" }),
      delta(5, { citation: cited }),
      { messageStop: { stopReason: "tool_use", additionalModelResponseFields: { a: 1 } } },
      {
        metadata: {
          usage: { inputTokens: 9, outputTokens: 4 },
          metrics: { latencyMs: 5 },
          trace: { guardrail: {} },
        },
      },
      { somethingNew: { a: 1 } },
    ];
    expect(assembleEvents(null, events as never)).to.deep.equal({
      output: {
        message: {
          role: "assistant",
          content: [
            { reasoningContent: { reasoningText: { text: "It is late.", signature: "c2ln" } } },
            { reasoningContent: { redactedContent: "eA==" } },
            { text: "Sad." },
            { toolUse: { toolUseId: "t1", name: "log", input: { mood: "sad" } } },
            { toolUse: { toolUseId: "t2", name: "now", input: {} } },
            { citationsContent: { content: [{ text: "It says so" }], citations: [cited] } },
          ],
        },
      },
      stopReason: "tool_use",
      additionalModelResponseFields: { a: 1 },
      usage: { inputTokens: 9, outputTokens: 4 },
      metrics: { latencyMs: 5 },
      trace: { guardrail: {} },
    });
  });

  it("joins Nova's text, which comes in a block for every piece", () => {
    const events = ["The ", "parcel", "."].flatMap((text, contentBlockIndex) => [
      { contentBlockDelta: { delta: { text }, contentBlockIndex } },
      { contentBlockStop: { contentBlockIndex } },
    ]);
    expect(assembled("amazon.nova-lite-v1:0", events)).to.have.deep.nested.property(
      "output.message.content",
      [{ text: "The parcel." }],
    );
  });

  it("reads a chat completion's choices by their index, with tool calls in pieces", () => {
    const chunk = (index: number, delta: object, finish_reason: string | null = null) => ({
      id: "c1",
      object: "chat.completion.chunk",
      model: "m",
      choices: [{ index, delta, finish_reason }],
    });
    const call = (index: number, rest: object) => ({ tool_calls: [{ index, ...rest }] });
    const events = [
      chunk(0, { role: "assistant", content: "" }),
      chunk(1, { role: "assistant", content: null }),
      chunk(0, { content: "Sa", reasoning_content: "Hm" }),
      chunk(0, { content: "d", reasoning_content: "." }),
      chunk(1, call(0, { id: "t1", type: "function", function: { name: "log", arguments: "" } })),
      chunk(1, call(0, { function: { arguments: '{"a"' } })),
      chunk(1, call(1, { id: "t2", type: "function", function: { name: "now", arguments: "{}" } })),
      chunk(1, call(0, { id: "t1", function: { arguments: ":1}" } })),
      chunk(0, {}, "stop"),
      { ...chunk(1, {}, "tool_calls"), usage: { prompt_tokens: 3 } },
    ];
    expect(assembled("openai.gpt-oss-120b-1:0", events)).to.deep.equal({
      id: "c1",
      object: "chat.completion",
      model: "m",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Sad", reasoning_content: "Hm." },
          finish_reason: "stop",
        },
        {
          index: 1,
          message: {
            role: "assistant",
            content: null,
            tool_calls: [
              { index: 0, id: "t1", type: "function", function: { name: "log", arguments: '{"a":1}' } },
              { index: 1, id: "t2", type: "function", function: { name: "now", arguments: "{}" } },
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
      usage: { prompt_tokens: 3 },
    });
  });

  it("keeps Llama's first count of the prompt and its last of the answer", () => {
    const events = [
      { generation: "Sa", prompt_token_count: 20, generation_token_count: 1, stop_reason: null },
      { generation: "d.", prompt_token_count: null, generation_token_count: 2, stop_reason: null },
      { generation: "", prompt_token_count: null, generation_token_count: 3, stop_reason: "stop" },
    ];
    expect(assembled("meta.llama3-1-8b-instruct-v1:0", events)).to.deep.equal({
      generation: "Sad.",
      prompt_token_count: 20,
      generation_token_count: 3,
      stop_reason: "stop",
    });
  });

  it("reads Jamba's chunks in either of the two ways that are told of", () => {
    const text = [
      { text: "Sa", finish_reason: null, index: 0 },
      { text: "d.", finish_reason: "stop", index: 0, usage: { prompt_tokens: 3 } },
    ];
    const chat = [
      { choices: [{ index: 0, delta: { role: "assistant", content: "Sa" }, finish_reason: null }] },
      {
        choices: [{ index: 0, delta: { content: "d." }, finish_reason: "stop" }],
        usage: { prompt_tokens: 3 },
      },
    ];
    for (const events of [text, chat]) {
      const body = assembled("ai21.jamba-1-5-mini-v1:0", events);
      expect(body).to.have.nested.property("choices[0].message.content", "Sad.");
      expect(body).to.have.nested.property("choices[0].finish_reason", "stop");
      expect(body).to.have.nested.property("usage.prompt_tokens", 3);
    }
  });

  it("loses nothing of events that no family knows", () => {
    const events = [
      { answer: { delta: { words: "One " } }, n: 1 },
      { answer: { delta: { words: "two" } } },
      "text",
      null,
    ];
    expect(assembleEvents(null, events as never)).to.deep.equal({
      answer: { delta: { words: "One two" } },
      n: 1,
    });
  });

  it("keeps arguments that were cut off as text", () => {
    const events = [
      { messageStart: {} },
      { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t", name: "log" } } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"mood":' } } } },
      { messageStop: { stopReason: "max_tokens" } },
    ];
    expect(assembleEvents(null, events as never)).to.have.nested.property(
      "output.message.content[0].toolUse.input",
      '{"mood":',
    );
  });
});
