import { isObject, type Json, type JsonObject, tryParseJson } from "../../core/json.js";
import { growBlock } from "./lay-over.js";

/** The response that the events of ConverseStream, and Nova's, are the pieces of. Each event is one named object. */
export const assembleBlocks = (events: readonly JsonObject[]): JsonObject => {
  let role: Json = "assistant";
  let rest: JsonObject = {};
  const blocks = new Map<number, JsonObject>();
  for (const [name, value] of events.flatMap((event) => Object.entries(event))) {
    if (!isObject(value)) continue;
    const { contentBlockIndex, start, delta, ...named } = value as JsonObject;
    const at = Number(contentBlockIndex);
    if (name === "messageStart") role = named.role ?? role;
    else if (name === "contentBlockStart") blocks.set(at, isObject(start) ? start : {});
    else if (name === "contentBlockDelta") blocks.set(at, grown(blocks.get(at) ?? {}, delta ?? null));
    else if (name === "messageStop" || name === "metadata") rest = { ...rest, ...named };
  }
  const ordered = [...blocks].sort(([one], [other]) => one - other).map(([, block]) => finished(block));
  return { output: { message: { role, content: joined(ordered) } }, ...rest };
};

/** Of a text's citations each delta brings a whole one. */
const grown = (block: JsonObject, delta: Json): JsonObject => {
  if (!isObject(delta)) return block;
  const { citation, ...pieces } = delta as JsonObject;
  const longer = growBlock(block, pieces);
  return citation === undefined
    ? longer
    : { ...longer, citations: [...((block.citations as Json[] | undefined) ?? []), citation] };
};

/** A block as it is without a stream. A tool's arguments that were cut off are no JSON, and stay text. */
const finished = (block: JsonObject): JsonObject => {
  const { toolUse, reasoningContent, citations } = block;
  if (isObject(toolUse)) {
    const { input = "" } = toolUse as JsonObject;
    const parsed = typeof input === "string" ? (tryParseJson(input || "{}") ?? input) : input;
    return { ...block, toolUse: { ...(toolUse as JsonObject), input: parsed } };
  }
  if (isObject(reasoningContent) && !("redactedContent" in reasoningContent))
    return { ...block, reasoningContent: { reasoningText: reasoningContent as JsonObject } };
  return citations === undefined
    ? block
    : { citationsContent: { content: [{ text: block.text ?? "" }], citations } };
};

/** Nova numbers every piece of text as a block of its own. */
const joined = (blocks: readonly JsonObject[]): JsonObject[] => {
  const list: JsonObject[] = [];
  for (const block of blocks) {
    const last = list.at(-1);
    if (last && isText(last) && isText(block)) list[list.length - 1] = { text: `${last.text}${block.text}` };
    else list.push(block);
  }
  return list;
};

const isText = (block: JsonObject): boolean =>
  typeof block.text === "string" && Object.keys(block).length === 1;
