import { ConnectorError } from "../core/errors.js";
import type { Invocation, RawAnswer } from "../core/invoke.js";
import { search } from "../core/jmespath.js";
import { isObject, type Json, tryParseJson } from "../core/json.js";
import type { Reply } from "../core/reply.js";
import type { Family, ReasoningTags } from "./families/family.js";

/** Reads an answer of any family, through any API, to the request that has this body: the one place that does. */
export const readAnswer = (family: Family | null, request: string, answer: RawAnswer): Invocation => {
  const { body, counts, latencyMs, requestId, attempts } = answer;
  const json = tryParseJson(body);
  const isRead = typeof json === "object" && json !== null;
  const find = (path: string | undefined): unknown =>
    isRead && path !== undefined ? search(path, json) : null;
  const { usage, latency } = family?.response ?? {};
  return {
    body,
    reply: isRead ? readReply(family, request, json, find) : unreadable(requestId, body),
    usage: {
      inputTokens: counts.inputTokens ?? count(find(usage?.input)),
      outputTokens: counts.outputTokens ?? (family?.vector ? 0 : count(find(usage?.output))),
      cacheReadTokens: counts.cacheReadTokens ?? count(find(usage?.cacheRead)) ?? 0,
      cacheWriteTokens: counts.cacheWriteTokens ?? count(find(usage?.cacheWrite)) ?? 0,
    },
    latencyMs: count(find(latency)) ?? latencyMs,
    requestId,
    attempts,
  };
};

const readReply = (
  family: Family | null,
  request: string,
  body: Json,
  find: (path: string | undefined) => unknown,
): Reply => {
  const intervened = isObject(body) && body["amazon-bedrock-guardrailAction"] === "INTERVENED";
  if (!family) return { ...nothingRead, body, ending: intervened ? "guardrail_intervened" : null };
  const { response, reasoningTags = [] } = family;
  const answer = find(response.text);
  const rawText = string(answer);
  const promptEnds = (tag: string): boolean =>
    String(search(family.request.prompt, tryParseJson(request) ?? null))
      .trimEnd()
      .endsWith(tag);
  const inline = rawText === null ? null : splitReasoning(rawText, reasoningTags, promptEnds);
  const stopReason = string(find(response.stopReason))?.toLowerCase() ?? null;
  return {
    body,
    rawText,
    text: inline?.text ?? null,
    reasoning: inline?.reasoning ?? (string(find(response.reasoning)) || null),
    vector: family.vector && Array.isArray(answer) && answer.length > 0 ? answer : null,
    stopReason,
    truncated: stopReason !== null && response.truncated.includes(stopReason),
    ending: intervened ? "guardrail_intervened" : (endings.get(stopReason ?? "") ?? null),
  };
};

const nothingRead = {
  text: null,
  rawText: null,
  reasoning: null,
  vector: null,
  stopReason: null,
  truncated: false,
  ending: null,
} as const;

/** The families' words for an answer that was not given, lower-cased. */
const endings: ReadonlyMap<string, Reply["ending"]> = new Map([
  ["refusal", "refused"],
  ["content_filtered", "content_filtered"],
  ["content_filter", "content_filtered"],
  ["error_toxic", "content_filtered"],
  ["guardrail_intervened", "guardrail_intervened"],
]);

const unreadable = (requestId: string | null, body: string): ConnectorError =>
  new ConnectorError("unreadable_response", body === "" ? "It is empty." : "It is not a JSON object.", {
    requestId,
  });

/** Splits off reasoning that stands in front of the answer, tags and all; the answer is left untouched. */
export const splitReasoning = (
  text: string,
  tags: readonly ReasoningTags[],
  promptEnds: (tag: string) => boolean = () => false,
): { text: string; reasoning: string | null } => {
  for (const { open, close, openedByPrompt } of tags) {
    const opened = text.trimStart().startsWith(open);
    const end = text.indexOf(close);
    if (end >= 0 && (opened || openedByPrompt)) {
      const start = opened ? text.indexOf(open) + open.length : 0;
      return { text: text.slice(end + close.length), reasoning: text.slice(start, end) };
    }
    // Cut off inside the reasoning: there is no answer.
    if (opened) return { text: "", reasoning: text.slice(text.indexOf(open) + open.length) };
    if (openedByPrompt && promptEnds(open)) return { text: "", reasoning: text };
  }
  return { text, reasoning: null };
};

const string = (value: unknown): string | null => (typeof value === "string" ? value : null);
const count = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
