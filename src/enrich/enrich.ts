import { ConnectorError } from "../core/errors.js";
import type { FailedInvocation, Invocation, Invoke, InvokeRequest } from "../core/invoke.js";
import { failedTrace, type Outcome, type Trace, trace, usageTrace } from "../core/outcome.js";
import { emptyReply } from "../core/reply.js";
import { estimateUsd } from "../models/prices/estimate.js";
import { batchTier, ratesOfBatch, roundUsd, usdOfUsage, usdSavedByCache } from "../models/prices/rates.js";
import { invokeUntilFit, type ReadAnswer } from "./invoke-until-fit.js";
import type { Plan } from "./plan.js";
import { type Columns, emptyColumns, readColumns } from "./read-columns.js";
import { renderRequest } from "./request.js";

/** The pipeline: one record to one outcome. Never rejects; every failure ends in the outcome. */
export const enrich = (
  record: unknown,
  plan: Plan,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> | Outcome => {
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
  const read = (answer: Invocation) => readColumns(answer, plan);
  const result = await invokeUntilFit(request, invoke, stop, plan.mostCalls - 1, read);
  return outcomeOf(record, request, plan, result);
};

/** What came of a record's calls. */
const outcomeOf = (
  record: unknown,
  request: InvokeRequest,
  plan: Plan,
  result: ReadAnswer<Columns> | FailedInvocation,
): Outcome => {
  const isBatched = !("error" in result) && result.answer.usage.serviceTier === batchTier;
  const rates = isBatched ? ratesOfBatch(plan.price, plan.tiers) : plan.price;
  const estimate = estimateUsd(rates, request, plan.mostCalls);
  if ("error" in result) {
    const { error, attempts, rejections = {} } = result;
    const payloads = { request: request.body, response: null };
    // A call of an earlier run may have been billed, but not to this run.
    const free = attempts === 0 && { cost_usd: 0 };
    return { ...failedOutcome(record, plan, error, { attempts, ...free }), payloads, rejections, estimate };
  }
  const { columns, answer, usages } = result;
  const { attempts, reply, usage, rejections = {} } = answer;
  // An answer that was there already is not paid for again.
  const isPaid = attempts > 0;
  const usd = sumUsd(usages.map((each) => usdOfUsage(plan.price, each, plan.tiers)));
  const said = reply instanceof ConnectorError ? emptyReply : reply;
  const read = columns instanceof ConnectorError ? null : columns;
  const known: Trace = {
    status: "enriched",
    model: request.modelId,
    stop_reason: said.stopReason,
    truncated: said.truncated,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cost_usd: isPaid ? usd : 0,
    latency_ms: answer.latencyMs,
    attempts,
    billed: isPaid ? "yes" : "no",
    request_id: answer.requestId,
    usage: usageTrace(usage),
    guardrail: said.guardrail,
    repaired: read?.repaired ?? false,
    remarks: read && read.remarks.length > 0 ? read.remarks : null,
    error: null,
  };
  const told = {
    payloads: { request: request.body, response: answer.body },
    rejections,
    estimate,
    savedUsd: isPaid ? 0 : usd,
    cacheSavedUsd: isPaid ? sumUsd(usages.map((each) => usdSavedByCache(plan.price, each, plan.tiers))) : 0,
  };
  if (columns instanceof ConnectorError) return { ...failedOutcome(record, plan, columns, known), ...told };
  return { record, columns: columns.values, trace: known, keptEmpty: columns.keptEmpty, ...told };
};

/** `null` where one of them is not known. */
const sumUsd = (amounts: readonly (number | null)[]): number | null =>
  amounts.reduce(
    (total, usd) => (total === null || usd === null ? null : roundUsd(total + usd)),
    0 as number | null,
  );

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
