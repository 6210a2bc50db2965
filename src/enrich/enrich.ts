import { ConnectorError } from "../core/errors.js";
import type { Invocation, Invoke, InvokeRequest } from "../core/invoke.js";
import { failedTrace, type Outcome, type Trace, trace } from "../core/outcome.js";
import { estimateUsd } from "../models/prices/estimate.js";
import { usdOfUsage } from "../models/prices/rates.js";
import { invokeUntilFit } from "./invoke-until-fit.js";
import type { Plan } from "./plan.js";
import { emptyColumns, readColumns } from "./read-columns.js";
import { renderRequest } from "./request.js";

/** The pipeline: one record to one outcome. Never rejects; every failure ends in the outcome. */
export const enrich = async (
  record: unknown,
  plan: Plan,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const request = renderRequest(record, plan);
  if (request instanceof ConnectorError) return failedOutcome(record, plan, request);
  if (request === "blank") return skippedOutcome(record, plan);
  return complete(record, request, plan, invoke, stop);
};

/** The paid half of the pipeline: one request to one outcome. */
export const complete = async (
  record: unknown,
  request: InvokeRequest,
  plan: Plan,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const read = ({ reply }: Invocation) => readColumns(reply, plan);
  const result = await invokeUntilFit(request, invoke, stop, plan.mostCalls - 1, read);
  const estimate = estimateUsd(plan.price, request, plan.mostCalls);
  if ("error" in result) {
    const { error, attempts, rejections = {} } = result;
    const payloads = { request: request.body, response: null };
    // A call of an earlier run may have been billed, but not to this run.
    const free = attempts === 0 && { cost_usd: 0 };
    return { ...failedOutcome(record, plan, error, { attempts, ...free }), payloads, rejections, estimate };
  }
  const { columns, answer } = result;
  const { attempts, reply, usage, rejections = {} } = answer;
  // An answer that was there already is not paid for again.
  const isPaid = attempts > 0;
  const usd = usdOfUsage(plan.price, usage);
  const known = {
    attempts,
    billed: isPaid ? "yes" : "no",
    model: request.modelId,
    latency_ms: answer.latencyMs,
    request_id: answer.requestId,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cost_usd: isPaid ? usd : 0,
    ...(!(reply instanceof ConnectorError) && { stop_reason: reply.stopReason, truncated: reply.truncated }),
  } as const;
  const more = {
    payloads: { request: request.body, response: answer.body },
    rejections,
    ...(isPaid ? { estimate } : { savedUsd: usd }),
  };
  if (columns instanceof ConnectorError) return { ...failedOutcome(record, plan, columns, known), ...more };
  return { record, columns, trace: trace({ ...known, status: "enriched" }), ...more };
};

/** A row that was not sent, since it has nothing to work on. */
const skippedOutcome = (record: unknown, plan: Plan): Outcome => ({
  record,
  columns: emptyColumns(plan),
  trace: trace({ status: "skipped", model: plan.connection.modelId }),
  payloads: { request: null, response: null },
  rejections: {},
  remark: "every placeholder of request_format came out blank, so nothing was sent",
});

/** A record that an error ended. */
export const failedOutcome = (
  record: unknown,
  plan: Plan,
  error: ConnectorError,
  known: Partial<Trace> = {},
): Outcome => ({
  record,
  columns: emptyColumns(plan),
  trace: failedTrace(error, { model: plan.connection.modelId, ...known }, plan.connection.onUnknown),
  payloads: { request: null, response: null },
  rejections: {},
});
