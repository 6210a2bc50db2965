import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type JSONValue, search } from "@jmespath-community/jmespath";
import type { Family } from "../families/family.js";
import type { LocalAccount } from "./account.js";
import { answer } from "./answer.js";
import { applyFault, refuseBy } from "./apply-fault.js";
import { authenticate } from "./authenticate.js";
import { readBody } from "./body.js";
import { vectorsOf } from "./embed.js";
import { chooseFault, type FaultPlan, type PlannedFault, type Turn } from "./faults.js";
import { fill } from "./fill.js";
import { findModel } from "./models.js";
import type { Accounts } from "./sigv4.js";
import { count, countBilled, type EmulatorStats } from "./stats.js";
import { countTokens, cutToTokens } from "./tokens.js";
import type { Reply, WireRequest } from "./wire.js";

/** What one running emulator knows. */
export interface Backend {
  readonly accounts: Accounts;
  readonly profileOnly: ReadonlySet<string>;
  readonly latencyMs: number;
  readonly stats: EmulatorStats;
  /** Digests of the billed calls. */
  readonly billed: Set<string>;
  /** Replaced as a whole when faults are set. */
  plan: FaultPlan;
  /** Replaced as a whole when an account is set. */
  account: LocalAccount;
}

/** InvokeModel: each step hands on or refuses; the first refusal is the reply. */
export const invokeModel = async (
  request: WireRequest,
  modelId: string,
  turn: Turn,
  backend: Backend,
): Promise<Reply> => {
  const started = performance.now();
  const planned = chooseFault(turn, request.body);
  const fault = planned?.fault;
  if (fault?.kind === "error" && !fault.billed) {
    countFault(planned, backend.stats);
    return refuseBy(fault);
  }
  const refusal = authenticate(request, backend.accounts, backend.account.clockMinutes);
  if (refusal) return refusal;
  const model = findModel(modelId, backend.profileOnly, backend.account.arns);
  if ("status" in model) return model;
  const body = readBody(request, model);
  if ("status" in body) return body;
  // No await up to here: of requests that come together, none takes a fault that is used up.
  countFault(planned, backend.stats);
  countBilled(backend.stats, backend.billed, modelId, request.body);

  const { family, baseId } = model;
  const prompt = promptOf(body.json, family);
  const [full] = await Promise.all([write(prompt, family), wait(backend.latencyMs)]);
  const stop = fault?.kind === "stop" ? fault : undefined;
  const { text, tokens, cut } = cutToTokens(stop?.text ?? full, tokenLimit(body.json, family));
  const inputTokens = countTokens(prompt);
  const latencyMs = Math.round(performance.now() - started);
  backend.stats.input_tokens += inputTokens;
  backend.stats.output_tokens += tokens;
  const values = {
    text,
    prompt,
    ...vectorsOf(body.json, model),
    stop_reason: stop?.reason ?? family.stopReasons?.[cut ? "length" : "end"],
    input_tokens: inputTokens,
    output_tokens: tokens,
    total_tokens: inputTokens + tokens,
    latency_ms: latencyMs,
    id: randomUUID(),
    model: baseId,
    created: Math.floor(Date.now() / 1000),
  };
  const reply: Reply = {
    status: 200,
    headers: {
      "content-type": "application/json",
      ...(family.withoutCountHeaders ? {} : countHeaders(inputTokens, tokens, latencyMs)),
    },
    body: JSON.stringify(fill(family.reply, values)),
    isAnswer: true,
  };
  return fault ? applyFault(reply, fault) : reply;
};

/** Uses a fault up once, if there is one. */
export const countFault = (planned: PlannedFault | undefined, stats: EmulatorStats): void => {
  if (!planned) return;
  planned.timesLeft -= 1;
  count(stats.faults, planned.fault.kind);
};

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
  if (family.vector) return "";
  const text = await answer(prompt);
  const tag = family.reasoningTags?.find(
    ({ open, openedByPrompt }) => openedByPrompt && prompt.trimEnd().endsWith(open),
  );
  return tag ? `The text decides: I read it once and sum it up.\n${tag.close}\n\n${text}` : text;
};

/** The first limit the body gives, else none; a vector has no output tokens. */
const tokenLimit = (json: Readonly<Record<string, unknown>>, family: Family): number => {
  if (family.vector) return 0;
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
