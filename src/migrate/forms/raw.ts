import type { Form } from "../form.js";

const guardTag = { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] } as const;

/** Ends of the families that say nothing but these two. */
const twoEndings = [
  ["stop", "end"],
  ["stop", "stop"],
  ["length", "length"],
  ["length", "context"],
] as const;

export const llamaForm = {
  name: "llama",
  dialect: "text",
  talk: { is: "prompt", at: "prompt", marks: "llama3", images: "images" },
  words: {
    maxTokens: { at: [["max_gen_len"]], range: [1, 8192], absent: [{ value: 512 }] },
    temperature: { at: [["temperature"]], range: [0, 1] },
    topP: { at: [["top_p"]], range: [0, 1] },
    guardTag,
  },
  prefill: {},
  reply: {
    text: ["/generation"],
    stopReason: ["/stop_reason"],
    inputTokens: ["/prompt_token_count"],
    outputTokens: ["/generation_token_count"],
  },
  endings: twoEndings,
  warmth: [{ value: 0.5 }],
} as const satisfies Form;

const small = /mistral-7b|mixtral-8x7b/;

export const mistralTextForm = {
  name: "mistral-text",
  dialect: "text",
  talk: { is: "prompt", at: "prompt", marks: "mistral", wraps: true },
  words: {
    maxTokens: { at: [["max_tokens"]], range: [1, 8192], absent: [{ models: small, value: 512 }] },
    temperature: { at: [["temperature"]], range: [0, 1] },
    topP: { at: [["top_p"]], range: [0, 1] },
    topK: { at: [["top_k"]], range: [1, 200] },
    stop: { at: [["stop"]], list: true, most: 10 },
    guardTag,
  },
  prefill: {},
  reply: { text: ["/outputs/0/text"], stopReason: ["/outputs/0/stop_reason"] },
  endings: twoEndings,
  warmth: [{ models: small, value: 0.5 }, { value: 0.7 }],
} as const satisfies Form;

export const deepseekR1Form = {
  name: "deepseek-r1",
  dialect: "text",
  talk: { is: "prompt", at: "prompt", marks: "deepseek" },
  words: {
    maxTokens: { at: [["max_tokens"]], range: [1, 32768] },
    temperature: { at: [["temperature"]], range: [0, 1] },
    topP: { at: [["top_p"]], range: [0, 1] },
    stop: { at: [["stop"]], list: true, most: 10 },
    guardTag,
  },
  prefill: {},
  reply: {
    text: ["/choices/0/text"],
    stopReason: ["/choices/0/stop_reason", "/choices/0/finish_reason"],
  },
  endings: twoEndings,
} as const satisfies Form;

export const titanTextForm = {
  name: "titan-text",
  dialect: "text",
  talk: { is: "prompt", at: "inputText", marks: "titan" },
  words: {
    maxTokens: {
      at: [["textGenerationConfig", "maxTokenCount"]],
      range: [0, 8192],
      absent: [{ value: 512 }],
    },
    temperature: { at: [["textGenerationConfig", "temperature"]], range: [0, 1] },
    topP: { at: [["textGenerationConfig", "topP"]], range: [0.00001, 1] },
    stop: { at: [["textGenerationConfig", "stopSequences"]], list: true },
    guardTag,
  },
  reply: {
    text: ["/results/0/outputText"],
    stopReason: ["/results/0/completionReason"],
    inputTokens: ["/inputTextTokenCount"],
    outputTokens: ["/results/0/tokenCount"],
  },
  endings: [
    ["FINISH", "end"],
    ["FINISHED", "end"],
    ["LENGTH", "length"],
    ["STOP_CRITERIA_MET", "stop"],
    ["CONTENT_FILTERED", "filtered"],
    ["RAG_QUERY_WHEN_RAG_DISABLED", null],
  ],
  warmth: [{ value: 0.7 }],
} as const satisfies Form;
