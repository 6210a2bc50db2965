import { search } from "../../core/jmespath.js";
import { isObject, type Json, type JsonObject } from "../../core/json.js";
import type { Family } from "../families/family.js";
import { assembleBlocks } from "./blocks.js";
import { layOver } from "./lay-over.js";
import { assembleMessage } from "./message.js";

/**
 * The response that a stream's events are the pieces of, in the shape that it has without a stream. Events tell by
 * themselves how they belong together; what they are chunks of, their family says. Nothing that is not known is
 * dropped: it is laid over what came before.
 */
export const assembleEvents = (family: Family | null, events: readonly Json[]): JsonObject => {
  const objects = events.filter((event): event is JsonObject => isObject(event));
  return { ...assemble(family, objects), ...Object.assign({}, ...objects.map(ofService)) };
};

const assemble = (family: Family | null, events: readonly JsonObject[]): JsonObject => {
  if (events.some(({ type }) => type === "message_start")) return assembleMessage(events);
  if (events.some((event) => "messageStart" in event || "contentBlockDelta" in event))
    return assembleBlocks(events);
  const laid = events.reduce<Json>((whole, event) => layOver(whole, event), {}) as JsonObject;
  const whole = family?.stream?.whole;
  const body = whole === undefined ? laid : search(whole, laid);
  return withMessages((isObject(body) ? body : laid) as JsonObject);
};

/** What the service puts into an event beside what the model says: metrics, and what a guardrail did. */
const ofService = (event: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(event).filter(([key]) => key.startsWith("amazon-bedrock-")));

/** A chat completion calls the pieces of its messages `delta`. */
const withMessages = (body: JsonObject): JsonObject => {
  const { choices, object } = body;
  if (!Array.isArray(choices)) return body;
  const whole = choices.map((choice) => {
    if (!isObject(choice) || !isObject(choice.delta)) return choice;
    const { delta, ...rest } = choice as JsonObject;
    return { ...rest, message: delta } as JsonObject;
  });
  return {
    ...body,
    ...(object === "chat.completion.chunk" && { object: "chat.completion" }),
    choices: whole,
  };
};
