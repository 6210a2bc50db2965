import type { Form } from "../form.js";

const sampling = {
  topP: { at: [["p"]], range: [0, 1] },
  // 0 turns it off.
  topK: { at: [["k"]], range: [0, 500], nothing: [0] },
  guardTag: { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] },
} as const;

export const cohereCommandForm = {
  name: "cohere-command",
  dialect: "text",
  silent: { return_likelihoods: "NONE", truncate: "NONE", stream: false, logit_bias: {} },
  talk: { is: "prompt", at: "prompt", marks: "none" },
  words: {
    ...sampling,
    maxTokens: { at: [["max_tokens"]], range: [1, 4096], absent: [{ value: 20 }] },
    temperature: { at: [["temperature"]], range: [0, 5] },
    stop: { at: [["stop_sequences"]], list: true, most: 4 },
    answers: { at: [["num_generations"]], nothing: [1] },
  },
  reply: {
    text: ["/generations/0/text"],
    stopReason: ["/generations/0/finish_reason"],
    id: ["/id"],
  },
  endings: [
    ["COMPLETE", "end"],
    ["MAX_TOKENS", "length"],
    ["ERROR_TOXIC", "filtered"],
    ["ERROR", null],
  ],
  warmth: [{ value: 0.9 }],
} as const satisfies Form;

export const cohereCommandRForm = {
  name: "cohere-command-r",
  dialect: "text",
  silent: {
    search_queries_only: false,
    raw_prompting: false,
    return_prompt: false,
    prompt_truncation: "OFF",
    tool_results: [],
  },
  talk: {
    is: "history",
    at: "message",
    history: "chat_history",
    system: "preamble",
    roles: { USER: "user", CHATBOT: "assistant" },
  },
  words: {
    ...sampling,
    maxTokens: { at: [["max_tokens"]], range: [1, 4096] },
    temperature: { at: [["temperature"]], range: [0, 1] },
    stop: { at: [["stop_sequences"]], list: true },
    frequencyPenalty: { at: [["frequency_penalty"]], range: [0, 1], nothing: [0] },
    presencePenalty: { at: [["presence_penalty"]], range: [0, 1], nothing: [0] },
    seed: { at: [["seed"]] },
    documents: { at: [["documents"]] },
    tools: {
      at: [["tools"]],
      each: {
        name: "$name",
        "description?": "$description",
        "parameter_definitions?": "$parameters:definitions",
      },
    },
  },
  reply: {
    text: ["/text", "/chat_history/1/message"],
    role: ["/chat_history/1/role"],
    stopReason: ["/finish_reason"],
    id: ["/response_id"],
    toolCalls: ["/tool_calls"],
    toolInput: ["/tool_calls/0/parameters"],
  },
  endings: [
    ["COMPLETE", "end"],
    ["MAX_TOKENS", "length"],
    ["STOP_SEQUENCE", "stop"],
    ["ERROR_TOXIC", "filtered"],
    ["ERROR_LIMIT", "context"],
    ["ERROR", null],
    ["USER_CANCEL", null],
  ],
  warmth: [{ value: 0.3 }],
} as const satisfies Form;
