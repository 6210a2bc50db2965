import { search } from "../../core/jmespath.js";
import { fillLeaves, isObject, type Json, type JsonObject } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";

/** Counts of an answer, which stand in the last event of InvokeModelWithResponseStream. */
export interface Counts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly latencyMs: number;
}

/** The events that an answer comes in where it is streamed, in the grammar of its family. */
export const toEvents = (reply: JsonObject, family: Family, counts: Counts): JsonObject[] => {
  if (Array.isArray(reply.content)) return messageEvents(reply, counts);
  if (isObject(reply.output)) return converseEvents(reply);
  const { choices } = reply;
  if (Array.isArray(choices) && isObject((choices[0] as JsonObject).message))
    return chatEvents(reply, choices);
  return chunkEvents(reply, family, counts);
};

/** The last event with what the service says there of the whole call. */
export const withMetrics = (events: readonly JsonObject[], counts: Counts): JsonObject[] => [
  ...events.slice(0, -1),
  {
    ...events.at(-1),
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: counts.inputTokens,
      outputTokenCount: counts.outputTokens,
      invocationLatency: counts.latencyMs,
      firstByteLatency: counts.latencyMs,
    },
  },
];

/** Two words or so at a time; no character is cut in two. */
const piecesOf = (text: unknown): string[] => String(text ?? "").match(/[\s\S]{1,12}/gu) ?? [];

const objects = (list: Json | undefined): JsonObject[] =>
  (Array.isArray(list) ? list : []).filter((item): item is JsonObject => isObject(item));

const messageEvents = (reply: JsonObject, { inputTokens, outputTokens }: Counts): JsonObject[] => {
  const { content, stop_reason = null, stop_sequence = null, usage, ...rest } = reply;
  const blocks = objects(content).flatMap((block, index) => {
    const { text, input, thinking, ...known } = block;
    const [kind, key, pieces] =
      input !== undefined
        ? ["input_json_delta", "partial_json", piecesOf(JSON.stringify(input))]
        : thinking !== undefined
          ? ["thinking_delta", "thinking", piecesOf(thinking)]
          : ["text_delta", "text", piecesOf(text)];
    const empty =
      input !== undefined ? { input: {} } : thinking !== undefined ? { thinking: "" } : { text: "" };
    return [
      { type: "content_block_start", index, content_block: { ...known, ...empty } },
      ...pieces.map((piece) => ({ type: "content_block_delta", index, delta: { type: kind, [key]: piece } })),
      { type: "content_block_stop", index },
    ];
  });
  const first = { ...(usage as JsonObject), input_tokens: inputTokens, output_tokens: 1 };
  return [
    {
      type: "message_start",
      message: { ...rest, content: [], stop_reason: null, stop_sequence: null, usage: first },
    },
    ...blocks,
    { type: "message_delta", delta: { stop_reason, stop_sequence }, usage: { output_tokens: outputTokens } },
    { type: "message_stop" },
  ];
};

const converseEvents = (reply: JsonObject): JsonObject[] => {
  const { output, stopReason = null, ...rest } = reply;
  const { role, content } = (output as { message: JsonObject }).message;
  const blocks = objects(content).flatMap((block, contentBlockIndex) => {
    const tool = block.toolUse as JsonObject | undefined;
    const pieces = piecesOf(tool ? JSON.stringify(tool.input) : block.text);
    const deltas = pieces.map((piece) => (tool ? { toolUse: { input: piece } } : { text: piece }));
    const { input: _, ...start } = tool ?? {};
    return [
      // A text has no start of its own.
      ...(tool ? [{ contentBlockStart: { start: { toolUse: start }, contentBlockIndex } }] : []),
      ...deltas.map((delta) => ({ contentBlockDelta: { delta, contentBlockIndex } })),
      { contentBlockStop: { contentBlockIndex } },
    ];
  });
  return [
    { messageStart: { role: role ?? "assistant" } },
    ...blocks,
    { messageStop: { stopReason } },
    { metadata: rest },
  ] as JsonObject[];
};

/** As vendors of chat completions stream them; not recorded from Bedrock itself. */
const chatEvents = (reply: JsonObject, choices: readonly Json[]): JsonObject[] => {
  const { choices: _, usage, object: __, ...rest } = reply;
  const [choice] = objects(choices as Json[]);
  const { content, tool_calls, ...message } = (choice?.message ?? {}) as JsonObject;
  const event = (delta: Json, finish_reason: Json = null): JsonObject => ({
    ...rest,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = objects(tool_calls).flatMap((call, index) => {
    const { arguments: text, ...named } = call.function as JsonObject;
    return [
      event({ tool_calls: [{ ...call, index, function: { ...named, arguments: "" } }] }),
      ...piecesOf(text).map((piece) => event({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ];
  });
  return [
    event({ ...message, content: "" }),
    ...piecesOf(content).map((piece) => event({ content: piece })),
    ...calls,
    { ...event({}, choice?.finish_reason ?? null), ...(usage !== undefined && { usage }) },
  ];
};

/** Chunks of text in the family's own shape. What is not known before the end is null until then. */
const chunkEvents = (reply: JsonObject, family: Family, counts: Counts): JsonObject[] => {
  const { text, stopReason = "stop_reason" } = family.response;
  const pieces = piecesOf(search(text, reply));
  const last = Math.max(pieces.length, 1) - 1;
  return Array.from({ length: last + 1 }, (_, index) =>
    fillLeaves(family.stream?.chunk ?? reply, {
      text: pieces[index] ?? "",
      index: 0,
      is_last: index === last,
      stop_reason: index === last ? search(stopReason, reply) : null,
      input_tokens: counts.inputTokens,
      first_input_tokens: index === 0 ? counts.inputTokens : null,
      output_tokens:
        index === last ? counts.outputTokens : Math.ceil((counts.outputTokens * (index + 1)) / (last + 1)),
      reply: index === last ? reply : null,
      event_type: index === last ? "stream-end" : "text-generation",
    }),
  ) as JsonObject[];
};
