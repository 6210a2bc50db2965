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
import { type Api, type HttpReply, refuse, regionOf, type WireRequest } from "./http-message.js";
import type { JobStore } from "./jobs/job.js";
import type { Latency } from "./latency.js";
import type { ObjectStore } from "./objects/store.js";
import { type InputTokens, type PromptCaches, withCacheCounts } from "./prompt-cache.js";
import type { Accounts } from "./sigv4.js";
import { count, type EmulatorStats } from "./stats.js";
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
  { api, isStreamed, modelId, turn }: Asked,
  backend: Backend,
): Promise<HttpReply> => {
  const planned = chooseFault(turn, request.body);
  const fault = planned && asStop(planned.fault, api);
  if (fault?.kind === "error" && !fault.billed) {
    countFault(planned, backend.stats);
    return refuseBy(fault);
  }
  const refusal = authenticate(request, backend.accounts, backend.account.clockMinutes);
  if (refusal) return refusal;
  const task = readTask(request, { api, modelId, ...backend });
  if ("status" in task) return task;
  const { family, limit } = task;
  if (isStreamed && family.vector)
    return refuse(400, "ValidationException", "The model is unsupported for streaming.");
  const admission = backend.quota.admit(task.inputTokens, limit ?? modelMaxTokens);
  if (isRejected(admission)) {
    backend.stats.rejected += 1;
    return refuseBy(admission);
  }
  backend.stats.admitted += 1;
  // No await up to here: of requests that come together, none takes a fault that is used up.
  countFault(planned, backend.stats);
  const input = backend.caches.use(task);
  const { inputTokens } = input;
  const settleBill = bill(backend, { ...task, ...input }, { door: "default", region: regionOf(request) });

  const stop = fault?.kind === "stop" ? fault : undefined;
  const { json, outputTokens, latencyMs } = await work(
    { ...task, inputTokens },
    { stop, latency: backend.latencyMs },
  );
  admission.settle(outputTokens);
  settleBill(outputTokens);
  const reply: HttpReply = {
    status: 200,
    headers: {
      "content-type": "application/json",
      ...(family.withoutCountHeaders ? {} : countHeaders(input, outputTokens, latencyMs)),
    },
    body: JSON.stringify(withCacheCounts(json, family, input)),
    isAnswer: true,
  };
  const befallen = fault ? applyFault(reply, fault) : reply;
  if (!isStreamed || !befallen.isAnswer) return befallen;
  const trouble = fault && isStreamTrouble(fault) ? fault : undefined;
  return streamReply(befallen, { api, family, counts: { inputTokens, outputTokens, latencyMs }, trouble });
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

const countHeaders = (
  { inputTokens, cacheRead, cacheWrite }: InputTokens,
  output: number,
  latencyMs: number,
): Record<string, string> => ({
  ...(cacheRead > 0 && { "X-Amzn-Bedrock-Cache-Read-Input-Token-Count": String(cacheRead) }),
  ...(cacheWrite > 0 && { "X-Amzn-Bedrock-Cache-Write-Input-Token-Count": String(cacheWrite) }),
  "X-Amzn-Bedrock-Input-Token-Count": String(inputTokens),
  "X-Amzn-Bedrock-Output-Token-Count": String(output),
  "X-Amzn-Bedrock-Invocation-Latency": String(latencyMs),
});

/** What the quota takes for an answer without a limit: a common maximum of models. */
const modelMaxTokens = 4096;
