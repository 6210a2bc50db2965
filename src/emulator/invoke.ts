import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type JSONValue, search } from "@jmespath-community/jmespath";
import type { Family } from "../families/family.js";
import { answer } from "./answer.js";
import { authenticate } from "./authenticate.js";
import { readBody } from "./body.js";
import { fill } from "./fill.js";
import { findModel } from "./models.js";
import type { Accounts } from "./sigv4.js";
import { count, type EmulatorStats } from "./stats.js";
import { countTokens, cutToTokens } from "./tokens.js";
import type { Reply, WireRequest } from "./wire.js";

/** What one running emulator knows. */
export interface Backend {
  readonly accounts: Accounts;
  readonly profileOnly: ReadonlySet<string>;
  readonly latencyMs: number;
  readonly stats: EmulatorStats;
}

/** InvokeModel: each step hands on or refuses; the first refusal is the reply. */
export const invokeModel = async (
  request: WireRequest,
  modelId: string,
  backend: Backend,
): Promise<Reply> => {
  const started = performance.now();
  count(backend.stats.models, modelId);
  const refusal = authenticate(request, backend.accounts);
  if (refusal) return refusal;
  const model = findModel(modelId, backend.profileOnly);
  if ("status" in model) return model;
  const body = readBody(request, model.family);
  if ("status" in body) return body;

  const { family, baseId } = model;
  const prompt = promptOf(body.json, family);
  const [full] = await Promise.all([write(prompt, family), wait(backend.latencyMs)]);
  const { text, tokens, cut } = cutToTokens(full, tokenLimit(body.json, family));
  const inputTokens = countTokens(prompt);
  const latencyMs = Math.round(performance.now() - started);
  backend.stats.answered += 1;
  backend.stats.input_tokens += inputTokens;
  backend.stats.output_tokens += tokens;
  const values = {
    text,
    prompt,
    stop_reason: cut ? family.stopReasons.length : family.stopReasons.end,
    input_tokens: inputTokens,
    output_tokens: tokens,
    total_tokens: inputTokens + tokens,
    latency_ms: latencyMs,
    id: randomUUID(),
    model: baseId,
    created: Math.floor(Date.now() / 1000),
  };
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      ...(withoutCounts.has(family.name) ? {} : countHeaders(inputTokens, tokens, latencyMs)),
    },
    body: JSON.stringify(fill(family.reply, values)),
  };
};

/** Whether Bedrock sends the count headers for these is not known; a client must do without them. */
const withoutCounts = new Set(["jamba"]);

const countHeaders = (input: number, output: number, latencyMs: number): Record<string, string> => ({
  "X-Amzn-Bedrock-Input-Token-Count": String(input),
  "X-Amzn-Bedrock-Output-Token-Count": String(output),
  "X-Amzn-Bedrock-Invocation-Latency": String(latencyMs),
});

const promptOf = (json: Readonly<Record<string, unknown>>, family: Family): string =>
  [search(json as JSONValue, family.request.prompt)]
    .flat()
    .filter((part) => typeof part === "string")
    .join("\n");

/** A prompt that opens a reasoning tag gets its reasoning and the closing tag before the answer. */
const write = async (prompt: string, family: Family): Promise<string> => {
  const text = await answer(prompt);
  const tag = family.reasoningTags?.find(
    ({ open, openedByPrompt }) => openedByPrompt && prompt.trimEnd().endsWith(open),
  );
  return tag ? `The text decides: I read it once and sum it up.\n${tag.close}\n\n${text}` : text;
};

/** The first limit the body gives, else none. */
const tokenLimit = (json: Readonly<Record<string, unknown>>, family: Family): number => {
  for (const path of family.request.maxTokens) {
    const limit = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], json);
    if (typeof limit === "number") return limit;
  }
  return Number.POSITIVE_INFINITY;
};

/** Unreferenced, so that a waiting answer does not keep a closed emulator's process alive. */
const wait = async (ms: number): Promise<void> => {
  if (ms > 0) await delay(ms, undefined, { ref: false });
};
