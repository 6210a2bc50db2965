import { claude } from "./claude.js";
import { claudeRules } from "./claude-rules.js";
import type { Family } from "./family.js";
import { nova } from "./nova.js";
import { rulesAt } from "./place-rules.js";

const asked = {
  outputConfig: {
    textFormat: {
      type: "json_schema",
      structure: { jsonSchema: { name: "answer", schema: "{{ schema_text }}" } },
    },
  },
};

/** Nova's own API takes tools as Converse does, but fewer keys of their schemas, and tells no latency. */
const { topKeys, ...asNova } = nova.structured[0];
const metrics = { latencyMs: "{{ latency_ms }}" };
const tool = { ...asNova, reply: { ...asNova.reply, metrics } };

const claudePlaces = {
  messages: ["messages"],
  max_tokens: ["inferenceConfig.maxTokens"],
  temperature: ["inferenceConfig.temperature", "additionalModelRequestFields.temperature"],
  top_p: ["inferenceConfig.topP", "additionalModelRequestFields.top_p"],
  top_k: ["additionalModelRequestFields.top_k"],
  thinking: ["additionalModelRequestFields.thinking"],
  tool_choice: ["toolConfig.toolChoice", "additionalModelRequestFields.tool_choice"],
  output_config: ["additionalModelRequestFields.output_config", "outputConfig"],
} as const;

const novaPlaces = {
  inferenceConfig: ["additionalModelRequestFields.inferenceConfig"],
  reasoningConfig: ["additionalModelRequestFields.reasoningConfig"],
} as const;

/**
 * The Converse API, whose shape is the same for every model that has it; the service puts the prompt into the
 * model's own format. Chosen by the setting `api` and not by a model's id.
 */
export const converse = {
  name: "converse",
  title: "Converse API (any model that has it)",
  models: /^/,
  request: {
    prompt: "messages[?role=='user'].content[].text | []",
    system: "system",
    maxTokens: [["inferenceConfig", "maxTokens"]],
  },
  response: {
    text: "output.message.content",
    stopReason: "stopReason",
    usage: {
      input: "usage.inputTokens",
      output: "usage.outputTokens",
      cacheRead: "usage.cacheReadInputTokens",
      cacheWrite: "usage.cacheWriteInputTokens",
      cacheWrites: "usage.cacheDetails[].[ttl, inputTokens]",
    },
    serviceTier: "serviceTier.type",
    latency: "metrics.latencyMs",
  },
  rules: [
    {
      trait: "no_system",
      when: "system",
      says: "this model is documented to take no system prompt: put it in front of the user's first words",
      level: "doubtful",
    },
    ...rulesAt(claudePlaces, claudeRules),
    ...rulesAt(novaPlaces, nova.rules),
  ],
  structured: [
    { kind: "native", trait: "native_schema", body: asked },
    {
      kind: "native",
      trait: "strict_schema",
      body: { ...asked, additionalModelRequestFields: { text: { format: { strict: true } } } },
    },
    {
      ...tool,
      models: claude.models,
      trait: "forced_tool",
      unless: [["additionalModelRequestFields", "thinking"]],
    },
    { ...tool, models: /^amazon\.nova/, topKeys },
  ],
  cache: { ...nova.cache, point: { after: { cachePoint: { type: "default" } } } },
  reply: {
    output: { message: { content: [{ text: "{{ text }}" }], role: "assistant" } },
    stopReason: "{{ stop_reason }}",
    usage: {
      inputTokens: "{{ input_tokens }}",
      outputTokens: "{{ output_tokens }}",
      totalTokens: "{{ total_tokens }}",
    },
    metrics,
  },
  withoutCountHeaders: true,
  stopReasons: { end: "end_turn", length: "max_tokens" },
} as const satisfies Family;
