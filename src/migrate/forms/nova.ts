import type { Form } from "../form.js";

/** Nova and Converse write blocks and tools alike. */
export const converseBlocks = {
  text: { text: "$text" },
  image: { image: { format: "$format", source: { bytes: "$data" } } },
  document: {
    document: {
      format: "$format",
      "name?": "$name",
      "citations?": "$citations",
      "context?": "$context",
      source: { bytes: "$data" },
    },
  },
  paper: {
    document: {
      format: "txt",
      "name?": "$name",
      "citations?": "$citations",
      "context?": "$context",
      source: { text: "$text" },
    },
  },
  video: { video: { format: "$format", source: "$source" } },
  call: { toolUse: { toolUseId: "$id", name: "$name", input: "$input" } },
  result: { toolResult: { toolUseId: "$id", content: "$content" } },
  thought: { reasoningContent: { reasoningText: { text: "$text", "signature?": "$signature" } } },
  cache: { cachePoint: { type: "default", "ttl?": "$ttl" } },
} as const;

export const converseTools = {
  tools: {
    at: [["toolConfig", "tools"]],
    each: {
      toolSpec: { name: "$name", "description?": "$description", inputSchema: { json: "$parameters" } },
    },
  },
  toolChoice: {
    at: [["toolConfig", "toolChoice"]],
    shapes: { auto: { auto: {} }, any: { any: {} }, one: { tool: { name: "$name" } } },
  },
} as const;

export const converseReply = {
  text: ["/output/message/content/0/text"],
  role: ["/output/message/role"],
  stopReason: ["/stopReason"],
  inputTokens: ["/usage/inputTokens"],
  outputTokens: ["/usage/outputTokens"],
  totalTokens: ["/usage/totalTokens"],
  toolInput: ["/output/message/content/0/toolUse/input"],
  reasoning: ["/output/message/content/0/reasoningContent/reasoningText/text"],
} as const;

export const novaForm = {
  name: "nova",
  dialect: "converse",
  silent: { schemaVersion: "messages-v1" },
  talk: { is: "messages", at: "messages", content: "blocks", system: "system" },
  blocks: converseBlocks,
  words: {
    ...converseTools,
    maxTokens: {
      at: [
        ["inferenceConfig", "maxTokens"],
        ["inferenceConfig", "max_new_tokens"],
      ],
    },
    temperature: { at: [["inferenceConfig", "temperature"]], range: [0.00001, 1] },
    topP: { at: [["inferenceConfig", "topP"]], range: [0, 1] },
    topK: { at: [["inferenceConfig", "topK"]], range: [0, 128] },
    stop: { at: [["inferenceConfig", "stopSequences"]], list: true },
    thinking: {
      at: [["inferenceConfig", "reasoningConfig"]],
      shapes: {
        off: { type: "disabled" },
        on: { type: "enabled", "maxReasoningEffort?": "$effort" },
      },
      for: { lacks: "no_reasoning" },
    },
    guardTag: { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] },
  },
  prefill: {},
  reply: {
    ...converseReply,
    cacheRead: ["/usage/cacheReadInputTokenCount"],
    cacheWrite: ["/usage/cacheWriteInputTokenCount"],
  },
  endings: [
    ["end_turn", "end"],
    ["max_tokens", "length"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool"],
    ["content_filtered", "filtered"],
  ],
  warmth: [{ value: 0.7 }],
} as const satisfies Form;
