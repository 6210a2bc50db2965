import { ConnectorError } from "./errors.js";
import { type Invoke, type InvokeRequest, isFailed } from "./invoke.js";
import type { Job } from "./job.js";
import { isObject, type Json } from "./json.js";
import { failedTrace, type Outcome, type Trace, trace } from "./outcome.js";
import { type Reply, readReply } from "./reply.js";
import { toRequest } from "./request.js";

/** The pipeline: one record to one outcome. Never rejects; every failure ends in the outcome. */
export const enrich = async (
  record: unknown,
  job: Job,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const request = renderRequest(record, job);
  if (request instanceof ConnectorError) return failedOutcome(record, job, request);
  return complete(record, request, job, invoke, stop);
};

/** The paid half of the pipeline: one request to one outcome. */
export const complete = async (
  record: unknown,
  request: InvokeRequest,
  job: Job,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const result = await invoke(request, stop);
  const { attempts, rejections = {} } = result;
  if (isFailed(result)) {
    const payloads = { request: request.body, response: null };
    return { ...failedOutcome(record, job, result.error, { attempts }), payloads, rejections };
  }

  // An answer that was there already is not paid for again.
  const billed = attempts === 0 ? "no" : "yes";
  const payloads = { request: request.body, response: result.body };
  const called = { attempts, billed, latency_ms: result.latencyMs, request_id: result.requestId } as const;
  const reply = readReply(job.family, request.body, result);
  if (reply instanceof ConnectorError) {
    const { inputTokens: input_tokens, outputTokens: output_tokens } = result;
    const known = { ...called, input_tokens, output_tokens };
    return { ...failedOutcome(record, job, reply, known), payloads, rejections };
  }
  const known = {
    ...called,
    model: request.modelId,
    stop_reason: reply.stopReason,
    truncated: reply.truncated,
    input_tokens: reply.inputTokens,
    output_tokens: reply.outputTokens,
  };
  const columns = job.columns.read(reply);
  const ended = endedBadly(reply, job);
  if (ended || !columns) {
    const error = ended ?? new ConnectorError("unreadable_response", unreadable(job));
    return { ...failedOutcome(record, job, error, known), payloads, rejections };
  }
  return { record, columns, trace: trace({ ...known, status: "enriched" }), payloads, rejections };
};

const failedOutcome = (
  record: unknown,
  job: Job,
  error: ConnectorError,
  known: Partial<Trace> = {},
): Outcome => ({
  record,
  columns: emptyColumns(job),
  trace: failedTrace(error, { model: job.connection.modelId, ...known }, job.connection.onUnknown),
  payloads: { request: null, response: null },
  rejections: {},
});

/** What the response says of itself is read before its content. */
const endedBadly = ({ body, ending, truncated }: Reply, { connection }: Job): ConnectorError | null => {
  if (isObject(body) && body["amazon-bedrock-guardrailAction"] === "INTERVENED")
    return new ConnectorError("guardrail_intervened");
  if (ending) return new ConnectorError(ending);
  return truncated && connection.onTruncated === "fail" ? new ConnectorError("truncated") : null;
};

/** The request that a record becomes. Its failures cost nothing. */
const renderRequest = (record: unknown, job: Job): InvokeRequest | ConnectorError => {
  if (!isObject(record)) return new ConnectorError("not_an_object", `It is ${article(record)}.`);
  const { undoubleApostrophes } = job.connection;
  try {
    const body = job.template.render(
      undoubleApostrophes ? (undouble(record) as Record<string, unknown>) : record,
    );
    return body instanceof ConnectorError ? body : toRequest(body, job, record);
  } catch (cause) {
    // Values that cannot be read, such as ones nested without end.
    return new ConnectorError("template_failed", undefined, { cause });
  }
};

const emptyColumns = ({ columns }: Job): Record<string, Json> =>
  Object.fromEntries(columns.names.map((name) => [name, null]));

const unreadable = ({ family, columns, connection }: Job): string =>
  connection.responseFormat?.includes("{{")
    ? `It has none of the columns that response_format reads: ${columns.names.join(", ")}.`
    : `It has no ${family?.vector ? "vector" : "text"} where the family ${family?.name} keeps it.`;

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
