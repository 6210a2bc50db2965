import { ConnectorError } from "../core/errors.js";
import { type Invocation, type Invoke, type InvokeRequest, isFailed } from "../core/invoke.js";
import { isObject, type Json } from "../core/json.js";
import { failedTrace, type Outcome, type Trace, trace } from "../core/outcome.js";
import { estimateUsd } from "../models/prices/estimate.js";
import { costOf } from "../models/prices/rates.js";
import { type Reply, readReply } from "../models/reply.js";
import type { Judgement } from "../run/retry-mismatch.js";
import type { Plan } from "./plan.js";
import { toRequest } from "./request.js";

/** The pipeline: one record to one outcome. Never rejects; every failure ends in the outcome. */
export const enrich = async (
  record: unknown,
  plan: Plan,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const request = renderRequest(record, plan);
  if (request instanceof ConnectorError) return failedOutcome(record, plan, request);
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
  const result = await invoke(request, stop);
  const { attempts, rejections = {} } = result;
  if (isFailed(result)) {
    const payloads = { request: request.body, response: null };
    // A call of an earlier run may have been billed, but not to this run.
    const free = attempts === 0 && { cost_usd: 0 };
    const failed = failedOutcome(record, plan, result.error, { attempts, ...free });
    return { ...failed, payloads, rejections, estimate: estimateUsd(plan.price, request, plan.mostCalls) };
  }

  // An answer that was there already is not paid for again.
  const billed = attempts === 0 ? "no" : "yes";
  const payloads = { request: request.body, response: result.body };
  const called = { attempts, billed, latency_ms: result.latencyMs, request_id: result.requestId } as const;
  const reply = readReply(plan.family, request.body, result);
  const counted = reply instanceof ConnectorError ? result : reply;
  const { inputTokens: input_tokens, outputTokens: output_tokens } = counted;
  const usd = spentUsd(plan, counted);
  const paid =
    billed === "yes" ? { estimate: estimateUsd(plan.price, request, plan.mostCalls) } : { savedUsd: usd };
  const more = { payloads, rejections, ...paid };
  const cost_usd = billed === "yes" ? usd : 0;
  if (reply instanceof ConnectorError) {
    const known = { ...called, input_tokens, output_tokens, cost_usd };
    return { ...failedOutcome(record, plan, reply, known), ...more };
  }
  const known = {
    ...called,
    model: request.modelId,
    stop_reason: reply.stopReason,
    truncated: reply.truncated,
    input_tokens,
    output_tokens,
    cost_usd,
    latency_ms: reply.latencyMs ?? result.latencyMs,
  };
  const columns = readColumns(reply, plan);
  if (columns instanceof ConnectorError) return { ...failedOutcome(record, plan, columns, known), ...more };
  return { record, columns, trace: trace({ ...known, status: "enriched" }), ...more };
};

/** What the tokens of an answer cost; `null` where their number or price is not known. */
const spentUsd = (
  { family, price }: Plan,
  counted: Pick<Invocation, "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens">,
): number | null => {
  const { inputTokens: input, cacheReadTokens, cacheWriteTokens } = counted;
  const output = family?.vector ? 0 : counted.outputTokens;
  if (input === null || output === null) return null;
  return costOf(price, { input, output, cacheRead: cacheReadTokens ?? 0, cacheWrite: cacheWriteTokens ?? 0 });
};

const failedOutcome = (
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

/** The output columns of a reply, or why it has none. What it says of itself is read before its content. */
export const readColumns = (reply: Reply, plan: Plan): Record<string, Json> | ConnectorError =>
  endedBadly(reply, plan) ??
  plan.columns.read(reply) ??
  new ConnectorError("unreadable_response", unreadable(plan));

const endedBadly = ({ body, ending, truncated }: Reply, { connection }: Plan): ConnectorError | null => {
  if (isObject(body) && body["amazon-bedrock-guardrailAction"] === "INTERVENED")
    return new ConnectorError("guardrail_intervened");
  if (ending) return new ConnectorError(ending);
  return truncated && connection.onTruncated === "fail" ? new ConnectorError("truncated") : null;
};

/** Whether an answer does not fit the output schema, so that another one may. */
export const judgeAnswer = (plan: Plan, request: InvokeRequest, answer: Invocation): Judgement => {
  const reply = readReply(plan.family, request.body, answer);
  if (reply instanceof ConnectorError) return { ...answer, again: false };
  const columns = readColumns(reply, plan);
  const again = columns instanceof ConnectorError && columns.code === "schema_mismatch";
  return { ...reply, again };
};

/** The request that a record becomes. Its failures cost nothing. */
export const renderRequest = (record: unknown, plan: Plan): InvokeRequest | ConnectorError => {
  if (!isObject(record)) return new ConnectorError("not_an_object", `It is ${article(record)}.`);
  const { undoubleApostrophes } = plan.connection;
  try {
    const body = plan.template.render(
      undoubleApostrophes ? (undouble(record) as Record<string, unknown>) : record,
    );
    if (body instanceof ConnectorError) return body;
    return toRequest(plan.schemaRequest?.extend(body) ?? body, plan, record);
  } catch (cause) {
    // Values that cannot be read, such as ones nested without end.
    return new ConnectorError("template_failed", undefined, { cause });
  }
};

const emptyColumns = ({ columns }: Plan): Record<string, Json> =>
  Object.fromEntries(columns.names.map((name) => [name, null]));

const unreadable = ({ family, columns, connection }: Plan): string => {
  if (connection.responseFormat?.includes("{{"))
    return `It has none of the columns that response_format reads: ${columns.names.join(", ")}.`;
  return family
    ? `It has no ${family.vector ? "vector" : "text"} where the family ${family.name} keeps it.`
    : "No family is known that says where its text stands.";
};

const article = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
};

/** Undoes what the host's standard mapping does to every apostrophe. */
const undouble = (value: unknown): unknown => {
  if (typeof value === "string") return value.replaceAll("''", "'");
  if (Array.isArray(value)) return value.map(undouble);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, undouble(inner)]));
};
