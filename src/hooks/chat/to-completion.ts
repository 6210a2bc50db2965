import type { Invocation } from "../../core/invoke.js";
import { isObject, type Json, type JsonObject, valueAt } from "../../core/json.js";
import type { Reply } from "../../core/reply.js";

/**
 * An answer of Converse with a chat completion beside it, where callers of one look for text, tool calls and counts.
 * `leftOut` are the paths of the payload that the model has not seen.
 */
export const toCompletion = (
  body: JsonObject,
  { text, stopReason }: Reply,
  { usage, requestId }: Invocation,
  { model, leftOut }: { readonly model: string; readonly leftOut: readonly string[] },
): JsonObject => {
  const calls = toToolCalls(valueAt(body, ["output", "message", "content"]));
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const sent = inputTokens === null ? null : inputTokens + cacheReadTokens + cacheWriteTokens;
  const message = {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    ...body,
    ...(requestId !== null && { id: requestId }),
    object: "chat.completion",
    model,
    choices: [{ index: 0, message, finish_reason: finishReasons[stopReason ?? ""] ?? stopReason }],
    usage: {
      ...(isObject(body.usage) && body.usage),
      prompt_tokens: sent,
      completion_tokens: outputTokens,
      total_tokens: sent === null || outputTokens === null ? null : sent + outputTokens,
    },
    ...(leftOut.length > 0 && {
      _bedrock: {
        remarks: [`left out, since neither Converse nor the model takes it: ${leftOut.join(", ")}`],
      },
    }),
  } as JsonObject;
};

const toToolCalls = (content: unknown): JsonObject[] =>
  (Array.isArray(content) ? content : []).flatMap((block) => {
    const use: unknown = isObject(block) ? block.toolUse : null;
    if (!isObject(use)) return [];
    const { toolUseId, name, input } = use as JsonObject;
    const text = typeof input === "string" ? input : JSON.stringify(input ?? {});
    return [{ id: toolUseId, type: "function", function: { name, arguments: text } } as JsonObject];
  });

/** What chat completions call the stop reasons of Converse; one that is not known keeps its name. */
const finishReasons: Readonly<Record<string, Json | undefined>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  content_filtered: "content_filter",
  guardrail_intervened: "content_filter",
  refusal: "content_filter",
};
