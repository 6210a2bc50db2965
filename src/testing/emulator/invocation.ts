import { randomUUID } from "node:crypto";
import { type JSONValue, search } from "@jmespath-community/jmespath";
import { fillLeaves } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import { apiFamilies } from "../../models/families/index.js";
import type { LocalAccount } from "./account.js";
import { isRejected, type QuotaGate } from "./account-quota.js";
import { answer } from "./answer.js";
import { applyFault, refuseBy } from "./apply-fault.js";
import { authenticate } from "./authenticate.js";
import { vectorsOf } from "./embed.js";
import {
  chooseFault,
  type Fault,
  type FaultPlan,
  isStreamTrouble,
  type PlannedFault,
  type Turn,
} from "./faults.js";
import { findModel } from "./find-model.js";
import { type Api, type HttpReply, refuse, type WireRequest } from "./http-message.js";
import { type Latency, wait } from "./latency.js";
import type { ObjectStore } from "./object-store.js";
import { readBody } from "./request-body.js";
import type { Accounts } from "./sigv4.js";
import { count, countBilled, type EmulatorStats } from "./stats.js";
import { streamReply } from "./stream-reply.js";
import { findWanted, refuseUnfit, type Wanted, type Written, writeFitting } from "./structured-output.js";
import { countTokens, cutToTokens } from "./tokens.js";

/** What one running emulator knows. */
export interface Backend {
  readonly accounts: Accounts;
  readonly profileOnly: ReadonlySet<string>;
  readonly latencyMs: Latency;
  readonly stats: EmulatorStats;
  /** Digests of the billed calls. */
  readonly billed: Set<string>;
  readonly quota: QuotaGate;
  readonly objects: ObjectStore;
  /** Replaced as a whole when faults are set. */
  plan: FaultPlan;
  /** Replaced as a whole when an account is set. */
  account: LocalAccount;
}

/** InvokeModel, Converse, and the two as streams: each step hands on or refuses; the first refusal is the reply. */
export const invokeModel = async (
  request: WireRequest,
  { api, isStreamed, modelId, turn }: Asked,
  backend: Backend,
): Promise<HttpReply> => {
  const started = performance.now();
  const planned = chooseFault(turn, request.body);
  const fault = planned && asStop(planned.fault, api);
  if (fault?.kind === "error" && !fault.billed) {
    countFault(planned, backend.stats);
    return refuseBy(fault);
  }
  const refusal = authenticate(request, backend.accounts, backend.account.clockMinutes);
  if (refusal) return refusal;
  const model = findModel(modelId, backend.profileOnly, backend.account);
  if ("status" in model) return model;
  const { baseId } = model;
  const family = apiFamilies[api] ?? model.family;
  const body = readBody(request, { family, baseId });
  if ("status" in body) return body;
  if (isStreamed && family.vector)
    return refuse(400, "ValidationException", "The model is unsupported for streaming.");
  const prompt = promptOf(body.json, family);
  const wanted = findWanted(body.json, prompt, family);
  const unfit = wanted && refuseUnfit(wanted, baseId, family);
  if (unfit) return unfit;
  const inputTokens = countTokens(prompt);
  const limit = tokenLimit(body.json, family);
  const admission = backend.quota.admit(inputTokens, limit ?? modelMaxTokens);
  if (isRejected(admission)) {
    backend.stats.rejected += 1;
    return refuseBy(admission);
  }
  backend.stats.admitted += 1;
  // No await up to here: of requests that come together, none takes a fault that is used up.
  countFault(planned, backend.stats);
  countBilled(backend.stats, backend.billed, modelId, request.body);

  const stop = fault?.kind === "stop" ? fault : undefined;
  // A text that is given costs no work, so that a bench measures its clients and not the NLP model.
  const given: Written | null = stop?.text === undefined ? null : { text: stop.text };
  const [written] = await Promise.all([given ?? write(prompt, family, wanted), wait(backend.latencyMs)]);
  const { text, tokens, cut } = cutToTokens(written.text, limit ?? Number.POSITIVE_INFINITY);
  admission.settle(tokens);
  // A tool's arguments that were cut off are no JSON, so they come as text.
  const tool = cut || stop ? undefined : written.tool;
  const latencyMs = Math.round(performance.now() - started);
  backend.stats.input_tokens += inputTokens;
  backend.stats.output_tokens += tokens;
  const values = {
    text,
    prompt,
    ...vectorsOf(body.json, { family, baseId }),
    stop_reason: stop?.reason ?? tool?.stopReason ?? family.stopReasons?.[cut ? "length" : "end"],
    answer: written.answer,
    tool: wanted?.tool ?? "answer",
    answer_text: text,
    input_tokens: inputTokens,
    output_tokens: tokens,
    total_tokens: inputTokens + tokens,
    latency_ms: latencyMs,
    id: randomUUID(),
    model: baseId,
    created: Math.floor(Date.now() / 1000),
  };
  const reply: HttpReply = {
    status: 200,
    headers: {
      "content-type": "application/json",
      ...(family.withoutCountHeaders ? {} : countHeaders(inputTokens, tokens, latencyMs)),
    },
    body: JSON.stringify(fillLeaves(tool?.reply ?? family.reply, values)),
    isAnswer: true,
  };
  const befallen = fault ? applyFault(reply, fault) : reply;
  if (!isStreamed || !befallen.isAnswer) return befallen;
  const trouble = fault && isStreamTrouble(fault) ? fault : undefined;
  return streamReply(befallen, {
    api,
    family,
    counts: { inputTokens, outputTokens: tokens, latencyMs },
    trouble,
  });
};

interface Asked {
  readonly api: Api;
  readonly isStreamed: boolean;
  readonly modelId: string;
  readonly turn: Turn;
}

/** Converse tells by the stop reason that a guardrail intervened. */
const asStop = (fault: Fault, api: Api): Fault =>
  api === "converse" && fault.kind === "guardrail"
    ? { ...fault, kind: "stop", reason: "guardrail_intervened" }
    : fault;

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

/** The words of the user in a body. */
export const promptOf = (json: Readonly<Record<string, unknown>>, family: Family): string =>
  [search(json as JSONValue, family.request.prompt)]
    .flat()
    .filter((part) => typeof part === "string")
    .join("\n");

/** A prompt that opens a reasoning tag gets its reasoning and the closing tag before the answer. */
const write = async (prompt: string, family: Family, wanted: Wanted | null): Promise<Written> => {
  if (family.vector) return { text: "" };
  const written = wanted ? await writeFitting(wanted, prompt) : { text: await answer(prompt) };
  const tag = family.reasoningTags?.find(
    ({ open, openedByPrompt }) => openedByPrompt && prompt.trimEnd().endsWith(open),
  );
  if (!tag) return written;
  return {
    ...written,
    text: `The text decides: I read it once and sum it up.\n${tag.close}\n\n${written.text}`,
  };
};

/** What the quota takes for an answer without a limit: a common maximum of models. */
const modelMaxTokens = 4096;

/** The first limit the body gives, else none; a vector has no output tokens. */
const tokenLimit = (json: Readonly<Record<string, unknown>>, family: Family): number | null => {
  if (family.vector) return 0;
  for (const path of family.request.maxTokens) {
    const limit = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], json);
    if (typeof limit === "number") return limit;
  }
  return null;
};
