import type { Form } from "../form.js";
import { converseBlocks, converseReply, converseTools } from "./nova.js";

/** What the Converse API has a word for. The rest a model takes under `additionalModelRequestFields`, as its family has it. */
export const converseForm = {
  name: "converse",
  dialect: "converse",
  talk: { is: "messages", at: "messages", content: "blocks", system: "system" },
  blocks: converseBlocks,
  words: {
    ...converseTools,
    maxTokens: { at: [["inferenceConfig", "maxTokens"]] },
    temperature: { at: [["inferenceConfig", "temperature"]], range: [0, 1] },
    topP: { at: [["inferenceConfig", "topP"]], range: [0, 1] },
    stop: { at: [["inferenceConfig", "stopSequences"]], list: true },
    schema: {
      at: [["outputConfig", "textFormat"]],
      shapes: {
        json: {
          type: "json_schema",
          structure: { jsonSchema: { "name?": "$name", schema: "$schema:json" } },
        },
      },
      for: { trait: "native_schema" },
    },
  },
  reply: {
    ...converseReply,
    cacheRead: ["/usage/cacheReadInputTokens"],
    cacheWrite: ["/usage/cacheWriteInputTokens"],
    latency: ["/metrics/latencyMs"],
  },
  endings: [
    ["end_turn", "end"],
    ["max_tokens", "length"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool"],
    ["content_filtered", "filtered"],
    ["guardrail_intervened", "filtered"],
    ["model_context_window_exceeded", "context"],
  ],
} as const satisfies Form;
