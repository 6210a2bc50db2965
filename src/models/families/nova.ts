import type { Family } from "./family.js";

export const nova = {
  name: "nova",
  title: "Amazon Nova",
  models: /^amazon\.nova-(?!.*(?:canvas|reel|sonic|embed))/,
  request: {
    prompt: "messages[?role=='user'].content[].text | []",
    system: "system",
    maxTokens: [
      ["inferenceConfig", "maxTokens"],
      ["inferenceConfig", "max_new_tokens"],
    ],
  },
  response: {
    text: "output.message.content",
    stopReason: "stopReason",
    usage: {
      input: "usage.inputTokens",
      output: "usage.outputTokens",
      cacheRead: "usage.cacheReadInputTokenCount",
      cacheWrite: "usage.cacheWriteInputTokenCount",
    },
  },
  cache: {
    before: [["toolConfig", "tools"]],
    places: [["system"], ["messages", "*", "content"]],
    block: { text: "{{ text }}" },
    point: { within: { cachePoint: { type: "default" } } },
  },
  reasoningTags: [{ open: "<thinking>", close: "</thinking>" }],
  rules: [
    {
      trait: "no_reasoning",
      when: "inferenceConfig.reasoningConfig || reasoningConfig",
      says: "reasoningConfig is for Nova 2: remove it",
      level: "doubtful",
    },
  ],
  structured: [
    {
      kind: "tool",
      topKeys: ["type", "properties", "required"],
      body: {
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: "answer",
                description: "Takes the answer.",
                inputSchema: { json: "{{ schema }}" },
              },
            },
          ],
          toolChoice: { tool: { name: "answer" } },
        },
      },
      answer: "output.message.content[].toolUse.input",
      reply: {
        output: {
          message: {
            content: [{ toolUse: { toolUseId: "{{ id }}", name: "{{ tool }}", input: "{{ answer }}" } }],
            role: "assistant",
          },
        },
        stopReason: "{{ stop_reason }}",
        usage: {
          inputTokens: "{{ input_tokens }}",
          outputTokens: "{{ output_tokens }}",
          totalTokens: "{{ total_tokens }}",
        },
      },
      stopReason: "tool_use",
    },
  ],
  reply: {
    output: { message: { content: [{ text: "{{ text }}" }], role: "assistant" } },
    stopReason: "{{ stop_reason }}",
    usage: {
      inputTokens: "{{ input_tokens }}",
      outputTokens: "{{ output_tokens }}",
      totalTokens: "{{ total_tokens }}",
      cacheReadInputTokenCount: 0,
      cacheWriteInputTokenCount: 0,
    },
  },
  stopReasons: { end: "end_turn", length: "max_tokens" },
} as const satisfies Family;
