import { ConnectorError } from "../core/errors.js";
import type { Invocation } from "../core/invoke.js";
import { search } from "../core/jmespath.js";
import { type Json, tryParseJson } from "../core/json.js";
import type { Family, ReasoningTags } from "./families/family.js";

/** What a response says, whatever its family. Everything is `null` where the response does not say it. */
export interface Reply {
  readonly body: Json;
  /** The answer as the model wrote it, without its reasoning. */
  readonly text: string | null;
  /** The answer with reasoning inside it, as it stands in the body. */
  readonly rawText: string | null;
  readonly reasoning: string | null;
  /** The vector of a family of vectors; a list of them where the request asked for several. */
  readonly vector: Json[] | null;
  /** The service's own word, lower-cased. */
  readonly stopReason: string | null;
  /** True when a token limit cut the answer off. */
  readonly truncated: boolean;
  /** Why the model did not answer as it was asked, where the stop reason says so. */
  readonly ending: "refused" | "content_filtered" | "guardrail_intervened" | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Milliseconds, where the body says it. */
  readonly latencyMs: number | null;
  /** Input tokens read from and written to a prompt cache, beside `inputTokens`; 0 where nothing is said of them. */
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** Reads a response with its family's paths. Failure: `unreadable_response`. */
export const readReply = (
  family: Family | null,
  request: string,
  invocation: Omit<Invocation, "latencyMs" | "attempts" | "rejections">,
): Reply | ConnectorError => {
  const body = tryParseJson(invocation.body);
  if (typeof body !== "object" || body === null)
    return unreadable(invocation, invocation.body === "" ? "It is empty." : "It is not a JSON object.");
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = invocation;
  const cached = { cacheReadTokens: cacheReadTokens ?? 0, cacheWriteTokens: cacheWriteTokens ?? 0 };
  if (!family) return { ...nothingRead, body, inputTokens, outputTokens, ...cached };

  const { response, reasoningTags = [] } = family;
  const find = (path: string | undefined): unknown => (path === undefined ? null : search(path, body));
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
    ending: endings.get(stopReason ?? "") ?? null,
    inputTokens: inputTokens ?? count(find(response.usage?.input)),
    outputTokens: outputTokens ?? count(find(response.usage?.output)),
    cacheReadTokens: cacheReadTokens ?? count(find(response.usage?.cacheRead)) ?? 0,
    cacheWriteTokens: cacheWriteTokens ?? count(find(response.usage?.cacheWrite)) ?? 0,
    latencyMs: count(find(response.latency)),
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
  latencyMs: null,
} as const;

/** The families' words for an answer that was not given, lower-cased. */
const endings: ReadonlyMap<string, Reply["ending"]> = new Map([
  ["refusal", "refused"],
  ["content_filtered", "content_filtered"],
  ["content_filter", "content_filtered"],
  ["error_toxic", "content_filtered"],
  ["guardrail_intervened", "guardrail_intervened"],
]);

const unreadable = ({ requestId }: Pick<Invocation, "requestId">, detail: string): ConnectorError =>
  new ConnectorError("unreadable_response", detail, { requestId });

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
