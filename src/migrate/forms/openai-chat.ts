import type { Form } from "../form.js";

export const chatReply = {
  text: ["/choices/0/message/content"],
  role: ["/choices/0/message/role"],
  stopReason: ["/choices/0/finish_reason", "/choices/0/stop_reason"],
  inputTokens: ["/usage/prompt_tokens"],
  outputTokens: ["/usage/completion_tokens"],
  totalTokens: ["/usage/total_tokens"],
  toolCalls: ["/choices/0/message/tool_calls"],
  index: ["/choices/0/index"],
  id: ["/id"],
  model: ["/model"],
} as const;

export const openaiChatForm = {
  name: "openai-chat",
  dialect: "openai",
  silent: { stream: false, model: null, parallel_tool_calls: true, logprobs: false },
  talk: {
    is: "messages",
    at: "messages",
    content: "either",
    systemRoles: ["system", "developer"],
    toolRole: true,
  },
  blocks: {
    text: { type: "text", text: "$text" },
    image: { type: "image_url", image_url: { url: "data:image/$format;base64,$data" } },
    call: { id: "$id", type: "function", function: { name: "$name", arguments: "$input:json" } },
  },
  words: {
    maxTokens: { at: [["max_tokens"], ["max_completion_tokens"]] },
    temperature: { at: [["temperature"]], range: [0, 2] },
    topP: { at: [["top_p"]], range: [0, 1] },
    topK: { at: [["top_k"]], range: [0, 500] },
    stop: { at: [["stop"]], list: true },
    frequencyPenalty: { at: [["frequency_penalty"]], range: [-2, 2], nothing: [0] },
    presencePenalty: { at: [["presence_penalty"]], range: [-2, 2], nothing: [0] },
    seed: { at: [["seed"]] },
    answers: { at: [["n"]], nothing: [1] },
    effort: { at: [["reasoning_effort"]], for: { models: /^openai\.gpt-oss/ } },
    schema: {
      at: [["response_format"]],
      shapes: {
        json: {
          type: "json_schema",
          json_schema: { "name?": "$name", schema: "$schema", "strict?": "$strict" },
        },
        loose: { type: "json_object" },
      },
      nothing: [{ type: "text" }],
      for: { trait: "native_schema" },
    },
    tools: {
      at: [["tools"]],
      each: {
        type: "function",
        function: { name: "$name", "description?": "$description", "parameters?": "$parameters" },
      },
    },
    toolChoice: {
      at: [["tool_choice"]],
      shapes: {
        auto: "auto",
        any: "required",
        call: "any",
        one: { type: "function", function: { name: "$name" } },
        none: "none",
      },
    },
    guardTag: { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] },
  },
  reply: {
    ...chatReply,
    object: ["/object"],
    created: ["/created"],
    reasoning: ["/choices/0/message/reasoning_content"],
    toolInput: ["/choices/0/message/tool_calls/0/function/arguments"],
  },
  endings: [
    ["stop", "end"],
    ["stop", "stop"],
    ["length", "length"],
    ["length", "context"],
    ["tool_calls", "tool"],
    ["content_filter", "filtered"],
  ],
  warmth: [{ models: /^mistral\./, value: 0.7 }],
} as const satisfies Form;
