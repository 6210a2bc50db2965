import { ConnectorError } from "../core/errors.js";
import type { Invocation, RawAnswer } from "../core/invoke.js";
import { search } from "../core/jmespath.js";
import { isObject, type Json, tryParseJson } from "../core/json.js";
import { type Ending, emptyReply, type ReasoningTags, type Reply } from "../core/reply.js";
import { type Parts, readBlocks } from "./answer/blocks.js";
import { readGuardrail } from "./answer/guardrail.js";
import { reasoningTagsOf, splitReasoning } from "./answer/reasoning.js";
import { readUsage } from "./answer/usage.js";
import { stopWords } from "./families/answer-words.js";
import type { Family } from "./families/family.js";

/**
 * Reads an answer of any family, through any API, to the request that has this body: the one place that does. `tags` are
 * those of the model, which may be of another family than the API's.
 */
export const readAnswer = (
  family: Family | null,
  request: string,
  answer: RawAnswer,
  tags: readonly ReasoningTags[] = reasoningTagsOf(family),
): Invocation => {
  const { body, counts, latencyMs, requestId, attempts } = answer;
  const json = tryParseJson(body);
  const isRead = typeof json === "object" && json !== null;
  const find = (path: string | undefined): unknown =>
    isRead && path !== undefined ? search(path, json) : null;
  const usage = readUsage(family, isRead ? json : null, find, counts);
  const stopReason = string(find(family?.response.stopReason))?.toLowerCase() ?? null;
  const guarded = readGuardrail(isRead ? json : null, stopReason);
  const known = { stopReason, guardrail: guarded.verdict, reasoningTags: tags };
  return {
    body,
    reply: isRead ? readReply(family, request, json, known) : unreadable(requestId, body),
    usage: { ...usage, ...(Object.keys(guarded.units).length > 0 && { guardrailUnits: guarded.units }) },
    latencyMs: number(find(family?.response.latency)) ?? latencyMs,
    requestId,
    attempts,
  };
};

type Known = Pick<Reply, "stopReason" | "guardrail" | "reasoningTags">;

const readReply = (family: Family | null, request: string, body: Json, known: Known): Reply => {
  const base = { ...emptyReply, ...known, body, truncated: means("truncated", known.stopReason) };
  if (!family) return { ...base, ending: known.guardrail === "blocked" ? "guardrail_intervened" : null };
  const answer = search(family.response.text, body);
  if (family.vector)
    return {
      ...base,
      vector: Array.isArray(answer) && answer.length > 0 ? answer : null,
      ending: endedBadly(known),
    };
  const parts = partsOf(family, body, answer);
  if (!parts) return { ...base, ending: endedBadly(known) };
  // Where reasoning is kept apart, a lone closing tag is a word of the answer.
  const tags =
    parts.reasoning === "" ? known.reasoningTags : known.reasoningTags.filter((tag) => !tag.openedByPrompt);
  const inline = splitReasoning(parts.text, tags, (tag) => promptEnds(family, request, tag));
  const reasoning = [parts.reasoning, inline.reasoning ?? ""].filter(Boolean).join("\n");
  // Blocks of unknown kinds alone are no text, not even an empty one.
  const isText = parts.text !== "" || parts.unread.length === 0;
  return {
    ...base,
    rawText: isText ? parts.text : null,
    text: isText ? inline.text : null,
    reasoning: reasoning || inline.reasoning,
    guessedBy: inline.guessedBy ?? null,
    unread: parts.unread,
    callsTool: parts.callsTool,
    ending: endedBadly(known) ?? withoutText({ ...parts, text: inline.text, reasoning }, known.stopReason),
  };
};

/** The blocks of an answer and what stands beside them; `null` where a body has no place for an answer. */
const partsOf = ({ response }: Family, body: Json, answer: unknown): Parts | null => {
  const apart = {
    reasoning: response.reasoning ? readBlocks(search(response.reasoning, body)) : null,
    refusal: response.refusal ? readBlocks(search(response.refusal, body)) : null,
    tools: response.toolCalls ? search(response.toolCalls, body) : null,
  };
  const calls = Array.isArray(apart.tools) ? apart.tools.length > 0 : isObject(apart.tools);
  const blocks =
    readBlocks(answer) ?? ((answer === null && hasPlace(response.text, body)) || calls ? nothingSaid : null);
  return (
    blocks && {
      ...blocks,
      reasoning: (apart.reasoning?.text ?? "") + blocks.reasoning,
      refusal: (apart.refusal?.text ?? "") + blocks.refusal,
      callsTool: blocks.callsTool || calls,
    }
  );
};

const nothingSaid: Parts = { text: "", reasoning: "", refusal: "", callsTool: false, unread: [] };

/** Whether a body is shaped as one with an answer in it, although the answer is null or left out. */
const hasPlace = (path: string, body: Json): boolean => {
  const [, parent, key = ""] = /^(?:(.+)\.)?(\w+)$/.exec(path.split(" || ")[0] ?? "") ?? [];
  if (parent !== undefined) return isObject(search(parent, body));
  return isObject(body) && key !== "" && Object.hasOwn(body, key);
};

/** What the service says of the end, before anybody reads the text. */
const endedBadly = ({ stopReason, guardrail }: Known): Ending | null => {
  if (guardrail === "blocked") return "guardrail_intervened";
  return (
    (["refused", "content_filtered", "malformed_answer"] as const).find((word) => means(word, stopReason)) ??
    null
  );
};

/** What an answer is that says nothing in words. */
const withoutText = (parts: Parts, stopReason: string | null): Ending | null => {
  if (parts.refusal !== "") return "refused";
  if (parts.callsTool && (isBlank(parts.text) || means("tool_call", stopReason))) return "tool_call";
  if (!isBlank(parts.text)) return null;
  if (parts.unread.length > 0) return "unreadable_response";
  return isBlank(parts.reasoning) ? "empty_answer" : "only_reasoning";
};

const means = (what: keyof typeof stopWords, stopReason: string | null): boolean =>
  stopReason !== null && (stopWords[what] as readonly string[]).includes(stopReason);

const promptEnds = (family: Family, request: string, tag: string): boolean =>
  String(search(family.request.prompt, tryParseJson(request) ?? null))
    .trimEnd()
    .endsWith(tag);

const unreadable = (requestId: string | null, body: string): ConnectorError =>
  new ConnectorError("unreadable_response", body === "" ? "It is empty." : "It is not a JSON object.", {
    requestId,
  });

const isBlank = (text: string): boolean => text.trim() === "";
const string = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
