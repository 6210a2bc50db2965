import { type JsonObject, tryParseJson } from "../../core/json.js";
import type { LocalAccount } from "./account.js";
import { isRejected, type QuotaGate } from "./account-quota.js";
import { applyFault, refuseBy } from "./apply-fault.js";
import { authenticate } from "./authenticate.js";
import { bill } from "./bill.js";
import {
  chooseFault,
  type Fault,
  type FaultPlan,
  isStreamTrouble,
  type PlannedFault,
  type Turn,
} from "./faults.js";
import { refuseDoor } from "./find-model.js";
import { type Api, type HttpReply, refuse, regionOf, type WireRequest } from "./http-message.js";
import type { JobStore } from "./jobs/job.js";
import type { Latency } from "./latency.js";
import type { LogDraft, LogStore } from "./logs/log-store.js";
import type { ObjectStore } from "./objects/store.js";
import { type InputTokens, type PromptCaches, withCacheCounts } from "./prompt-cache.js";
import { metadataOf, refuseMetadata } from "./request-metadata.js";
import { tierOf } from "./service-tier.js";
import type { Accounts } from "./sigv4.js";
import { count, type EmulatorStats } from "./stats.js";
import { type Counts, toEvents } from "./stream-events.js";
import { streamReply } from "./stream-reply.js";
import { readTask, work } from "./work.js";

/** What one running emulator knows. */
export interface Backend {
  readonly accounts: Accounts;
  readonly profileOnly: ReadonlySet<string>;
  readonly latencyMs: Latency;
  readonly stats: EmulatorStats;
  /** Digests of the billed calls. */
  readonly billed: Set<string>;
  readonly quota: QuotaGate;
  readonly caches: PromptCaches;
  readonly objects: ObjectStore;
  readonly jobs: JobStore;
  readonly logs: LogStore;
  /** The time of jobs and logs: this machine's, and what was let pass beside it. Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws a `TypeError` for what is no number of seconds. */
  readonly passTime: (seconds: unknown) => void;
  /** Replaced as a whole when faults are set. */
  plan: FaultPlan;
  /** Replaced as a whole when an account is set. */
  account: LocalAccount;
}

/** InvokeModel, Converse, and the two as streams: each step hands on or refuses; the first refusal is the reply. */
export const invokeModel = async (
  request: WireRequest,
  asked: Asked,
  backend: Backend,
): Promise<HttpReply> => {
  const { api, isStreamed, modelId, turn } = asked;
  const tier = tierOf(request);
  const planned = chooseFault(turn, request.body, tier);
  const fault = planned && asStop(planned.fault, api);
  const region = regionOf(request);
  const refused = (reply: HttpReply): HttpReply => ({
    ...reply,
    log: () => ({ ...asLogged(request, asked, region), errorCode: reply.errorType }),
  });
  if (fault?.kind === "error" && !fault.billed) {
    countFault(planned, backend.stats);
    return refused(refuseBy(fault));
  }
  const refusal = authenticate(request, backend.accounts, backend.account.clockMinutes);
  if (refusal) return refusal;
  const task = readTask(request, { api, modelId, ...backend });
  if ("status" in task) return refused(task);
  const { family, limit } = task;
  const closed = tier === "flex" ? refuseDoor("flex", task.baseId, backend.account) : null;
  if (closed) return refused(closed);
  const unfit = refuseMetadata(request, task.json);
  if (unfit) return refused(unfit);
  if (isStreamed && family.vector)
    return refused(refuse(400, "ValidationException", "The model is unsupported for streaming."));
  const admission = backend.quota.admit(task.inputTokens, limit ?? modelMaxTokens);
  if (isRejected(admission)) {
    backend.stats.rejected += 1;
    return refused(refuseBy(admission));
  }
  backend.stats.admitted += 1;
  // No await up to here: of requests that come together, none takes a fault that is used up.
  countFault(planned, backend.stats);
  const input = backend.caches.use(task);
  const { inputTokens } = input;
  const settleBill = bill(backend, { ...task, ...input }, { door: tier, region });

  const stop = fault?.kind === "stop" ? fault : undefined;
  const { json, outputTokens, latencyMs } = await work(
    { ...task, inputTokens },
    { stop, latency: backend.latencyMs },
  );
  admission.settle(outputTokens);
  settleBill(outputTokens);
  const whole = withCacheCounts(json, family, input);
  const told = tier === "default" ? whole : withTier(whole, tier, api);
  const counts = { inputTokens, outputTokens, latencyMs };
  const reply: HttpReply = {
    status: 200,
    headers: {
      "content-type": "application/json",
      ...(family.withoutCountHeaders ? {} : countHeaders(input, counts)),
      ...(tier !== "default" && api === "invoke_model" && { "X-Amzn-Bedrock-Service-Tier": tier }),
    },
    body: JSON.stringify(told),
    isAnswer: true,
    log: () => ({
      ...asLogged(request, asked, region),
      ...{ ...input, outputTokens },
      // Bedrock logs the events of a stream as a list, but puts those of Converse together.
      output: isStreamed && api === "invoke_model" ? toEvents(told as JsonObject, family, counts) : told,
    }),
  };
  const befallen = fault ? { ...applyFault(reply, fault), log: reply.log } : reply;
  if (!isStreamed || !befallen.isAnswer) return befallen;
  const trouble = fault && isStreamTrouble(fault) ? fault : undefined;
  return streamReply(befallen, { api, family, counts, trouble });
};

/** What is logged of every call. */
const asLogged = (request: WireRequest, { api, isStreamed, modelId }: Asked, region: string): LogDraft => {
  const input = tryParseJson(request.body.toString());
  const operation = operations[api][isStreamed ? 1 : 0];
  return { operation, modelId, region, metadata: metadataOf(request, input), input };
};

const operations = {
  invoke_model: ["InvokeModel", "InvokeModelWithResponseStream"],
  converse: ["Converse", "ConverseStream"],
} as const;

/** Converse tells in its answer which tier served a call. */
const withTier = (json: unknown, type: string, api: Api): unknown =>
  api === "converse" ? { ...(json as object), serviceTier: { type } } : json;

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

const countHeaders = (
  { inputTokens, cacheRead, cacheWrite }: InputTokens,
  { outputTokens, latencyMs }: Counts,
): Record<string, string> => ({
  ...(cacheRead > 0 && { "X-Amzn-Bedrock-Cache-Read-Input-Token-Count": String(cacheRead) }),
  ...(cacheWrite > 0 && { "X-Amzn-Bedrock-Cache-Write-Input-Token-Count": String(cacheWrite) }),
  "X-Amzn-Bedrock-Input-Token-Count": String(inputTokens),
  "X-Amzn-Bedrock-Output-Token-Count": String(outputTokens),
  "X-Amzn-Bedrock-Invocation-Latency": String(latencyMs),
});

/** What the quota takes for an answer without a limit: a common maximum of models. */
const modelMaxTokens = 4096;
