import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import type { Json } from "../../src/core/json.js";
import type { Reply, Usage } from "../../src/core/reply.js";
import { reasoningTagsOf } from "../../src/models/answer/reasoning.js";
import { families } from "../../src/models/families/index.js";
import { readAnswer } from "../../src/models/read-answer.js";

const beside = { counts: {}, latencyMs: 77, requestId: "request-1", attempts: 1 };

const read = (
  familyName: string | null,
  body: Json,
  counts: Partial<Usage> = {},
): Reply & Usage & { latencyMs: number | null } => {
  const family = families.find(({ name }) => name === familyName) ?? null;
  const answer = readAnswer(family, "{}", { ...beside, body: JSON.stringify(body), counts });
  const { reply, usage, latencyMs } = answer;
  if (reply instanceof ConnectorError) throw reply;
  return { ...reply, ...usage, latencyMs };
};

const llama = { generation: "Yes.", prompt_token_count: 3, generation_token_count: 4, stop_reason: "stop" };

describe("reply: usage", () => {
  it("is the body's", () => {
    expect(read("llama", llama)).to.include({ inputTokens: 3, outputTokens: 4 });
  });

  it("of the headers goes first, each by itself", () => {
    expect(read("llama", llama, { inputTokens: 30 })).to.include({ inputTokens: 30, outputTokens: 4 });
    expect(read("llama", llama, { inputTokens: 0, outputTokens: 0 })).to.include({
      inputTokens: 0,
      outputTokens: 0,
    });
  });

  it("that is no number is null", () => {
    expect(read("llama", { ...llama, prompt_token_count: "3" }).inputTokens).to.equal(null);
  });

  it("of several results is their sum", () => {
    const results = [
      { outputText: "a", tokenCount: 2, completionReason: "FINISH" },
      { outputText: "b", tokenCount: 3, completionReason: "LENGTH" },
    ];
    expect(read("titan-text", { inputTextTokenCount: 1, results })).to.include({
      outputTokens: 5,
      text: "ab",
    });
  });

  for (const { name, reply, vector } of families)
    it(`that is missing is null, but for the output of a vector, which is none: ${name}`, () => {
      expect(read(name, withoutCounts(reply as Json))).to.include({
        inputTokens: null,
        outputTokens: vector ? 0 : null,
      });
    });
});

describe("reply: the end of an answer", () => {
  for (const { name, reply, stopReasons } of families) {
    if (!stopReasons) continue;
    it(`is read in lower case, and is a cut where the limit made it: ${name}`, () => {
      const ending = (reason: string): Reply =>
        read(name, JSON.parse(JSON.stringify(reply).replace("{{ stop_reason }}", reason)));
      expect(ending(stopReasons.end)).to.include({
        stopReason: stopReasons.end.toLowerCase(),
        truncated: false,
      });
      expect(ending(stopReasons.length)).to.include({
        stopReason: stopReasons.length.toLowerCase(),
        truncated: true,
      });
    });
  }

  it("that is not told is null and no cut", () => {
    expect(read("llama", { generation: "Yes." })).to.include({ stopReason: null, truncated: false });
  });
});

describe("reply: an answer in parts", () => {
  it("Claude's text blocks are joined, its thinking is kept apart", () => {
    const content = [
      { type: "thinking", thinking: "Hm." },
      { type: "text", text: "One, " },
      { type: "tool_use", name: "count" },
      { type: "text", text: "two." },
    ];
    expect(read("claude", { content })).to.include({ text: "One, two.", reasoning: "Hm." });
  });

  it("Claude's thinking alone is no answer", () => {
    expect(read("claude", { content: [{ type: "thinking", thinking: "Hm" }] })).to.include({ text: "" });
  });

  it("Nova's text is joined, its reasoning is kept apart", () => {
    const content = [
      { reasoningContent: { reasoningText: { text: "Hm." } } },
      { text: "One, " },
      { text: "two." },
    ];
    expect(read("nova", { output: { message: { content } } })).to.include({
      text: "One, two.",
      reasoning: "Hm.",
    });
  });

  it("is not trimmed", () => {
    expect(read("llama", { generation: "\n Yes. \n" }).text).to.equal("\n Yes. \n");
  });
});

describe("reply: reasoning that the prompt opened", () => {
  it("is no answer when it was cut off before its end", () => {
    const request = JSON.stringify({ prompt: "<｜User｜>Hi<｜Assistant｜><think>\n" });
    const deepseek = families.find(({ name }) => name === "deepseek-r1") ?? null;
    const body = JSON.stringify({ choices: [{ text: "Hm", stop_reason: "length" }] });
    expect(readAnswer(deepseek, request, { ...beside, body }).reply).to.include({
      text: "",
      reasoning: "Hm",
    });
  });
});

describe("reply: reasoning inside the text", () => {
  const cases: readonly (readonly [string, "deepseek-r1" | "openai-chat", string, string, string | null])[] =
    [
      ["between its tags", "deepseek-r1", "<think>Hm.</think>Yes.", "Yes.", "Hm."],
      ["after a line break", "deepseek-r1", "\n<think>\nHm.\n</think>\n\nYes.", "\n\nYes.", "\nHm.\n"],
      ["opened by the prompt", "deepseek-r1", "Hm.</think>Yes.", "Yes.", "Hm."],
      ["up to the first closing tag", "deepseek-r1", "Hm.</think>It is </think>.", "It is </think>.", "Hm."],
      ["that is empty", "deepseek-r1", "<think></think>Yes.", "Yes.", ""],
      ["cut off, so that there is no answer", "deepseek-r1", "<think>Hm", "", "Hm"],
      ["none", "deepseek-r1", "Yes.", "Yes.", null],
      ["of gpt-oss", "openai-chat", "<reasoning>Hm.</reasoning>Yes.", "Yes.", "Hm."],
      ["of gpt-oss, cut off", "openai-chat", "<reasoning>Hm", "", "Hm"],
      ["of Qwen", "openai-chat", "<think>\nHm.\n</think>Yes.", "Yes.", "\nHm.\n"],
      [
        "none, in an answer about tags",
        "openai-chat",
        "Write </think> at the end.",
        "Write </think> at the end.",
        null,
      ],
      [
        "none, in an answer about both tags",
        "openai-chat",
        "Use <think> and </think>.",
        "Use <think> and </think>.",
        null,
      ],
    ];
  for (const [what, family, rawText, text, reasoning] of cases)
    it(`${what} (${family})`, () => {
      const choices = [{ text: rawText, message: { content: rawText } }];
      expect(read(family, { choices })).to.include({ rawText, text, reasoning });
    });

  it("is the body's own where the response keeps it apart", () => {
    const choices = [{ message: { content: "Yes.", reasoning_content: "Hm." } }];
    expect(read("openai-chat", { choices })).to.include({ text: "Yes.", reasoning: "Hm." });
  });
});

describe("reply: what cannot be read", () => {
  for (const [what, body] of Object.entries({
    nothing: "",
    HTML: "<html>",
    cut: '{"a":',
    scalar: "5",
    null: "null",
  }))
    it(`${what} is an error, and paid for`, () => {
      const error = readAnswer(null, "{}", { ...beside, body }).reply;
      expect(error).to.be.instanceOf(ConnectorError);
      expect(error).to.include({
        code: "unreadable_response",
        billed: "yes",
        retryable: false,
        requestId: "request-1",
      });
      expect((error as ConnectorError).message).to.not.contain("html");
    });

  for (const { name } of families)
    it(`a body without its text has null for text: ${name}`, () => {
      expect(read(name, { message: "hello", content: 5, results: null, choices: [] })).to.include({
        text: null,
        rawText: null,
        reasoning: null,
        vector: null,
        stopReason: null,
      });
    });

  it("without a family only the body and the headers' usage are known", () => {
    expect(read(null, llama, { inputTokens: 9 })).to.deep.equal({
      body: llama,
      text: null,
      rawText: null,
      reasoning: null,
      guessedBy: null,
      reasoningTags: reasoningTagsOf(null),
      vector: null,
      unread: [],
      callsTool: false,
      stopReason: null,
      truncated: false,
      guardrail: null,
      ending: null,
      inputTokens: 9,
      outputTokens: null,
      latencyMs: 77,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    });
  });

  it("cached input is read from the headers, else from the body", () => {
    const usage = { input_tokens: 4, cache_read_input_tokens: 30, cache_creation_input_tokens: 20 };
    const body = { content: [], usage };
    expect(read("claude", body)).to.include({ inputTokens: 4, cacheReadTokens: 30, cacheWriteTokens: 20 });
    expect(read("claude", body, { cacheReadTokens: 31 })).to.include({ cacheReadTokens: 31 });
  });
});

/** A response of the service without the leaves that hold numbers. */
const withoutCounts = (node: Json): Json => {
  if (Array.isArray(node)) return node.map(withoutCounts);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => !(typeof value === "string" && /_tokens|_ms/.test(value)))
      .map(([key, value]) => [key, withoutCounts(value)]),
  );
};
