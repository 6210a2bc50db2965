import { isObject, type Json, type JsonObject, tryParseJson } from "../../core/json.js";
import { growBlock, layOver } from "./lay-over.js";

/** The message that Claude's events are the pieces of. */
export const assembleMessage = (events: readonly JsonObject[]): JsonObject => {
  let message: JsonObject = {};
  const blocks = new Map<number, JsonObject>();
  for (const { type, index, delta, message: first, content_block: block, ...event } of events) {
    const at = Number(index);
    if (type === "message_start" && isObject(first)) message = { ...message, ...first };
    else if (type === "content_block_start") blocks.set(at, isObject(block) ? block : {});
    else if (type === "content_block_delta") blocks.set(at, grown(blocks.get(at) ?? {}, delta ?? null));
    else if (type === "message_delta") {
      const usage = layOver(message.usage ?? {}, event.usage ?? null);
      message = { ...message, ...event, ...(isObject(delta) && delta), usage };
    }
  }
  const ordered = [...blocks].sort(([one], [other]) => one - other).map(([, block]) => finished(block));
  return { ...message, content: [...listed(message.content), ...ordered] };
};

const listed = (content: Json | undefined): Json[] => (Array.isArray(content) ? content : []);

/** Of a text's citations each delta brings a whole one. */
const grown = (block: JsonObject, delta: Json): JsonObject => {
  if (!isObject(delta)) return block;
  const { type: _, citation, ...pieces } = delta as JsonObject;
  const longer = growBlock(block, pieces);
  return citation === undefined ? longer : { ...longer, citations: [...listed(block.citations), citation] };
};

/** A tool's arguments come as pieces of JSON text. Cut off they are none, and stay text. */
const finished = ({ partial_json: text, ...block }: JsonObject): JsonObject =>
  typeof text === "string" && text !== "" ? { ...block, input: tryParseJson(text) ?? text } : block;
