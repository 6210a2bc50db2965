import { checkBody } from "./body-check.js";
import { applyChatTemplate } from "./chat-template.js";
import { ConnectorError } from "./errors.js";
import { type Invoke, isFailed } from "./invoke.js";
import type { Job } from "./job.js";
import { isObject, type Json, type JsonObject } from "./json.js";
import { failedTrace, type Outcome, type Trace, trace } from "./outcome.js";
import { readReply } from "./reply.js";

/** The pipeline: one record to one outcome. Never rejects; every failure ends in the outcome. */
export const enrich = async (
  record: unknown,
  job: Job,
  invoke: Invoke,
  stop: AbortSignal,
): Promise<Outcome> => {
  const { modelId } = job.connection;
  const fail = (
    error: ConnectorError,
    known: Partial<Trace> = {},
    payloads: Outcome["payloads"] = { request: null, response: null },
  ): Outcome => ({
    record,
    columns: emptyColumns(job),
    trace: failedTrace(error, { model: modelId, ...known }),
    payloads,
  });

  const request = renderBody(record, job);
  if (request instanceof ConnectorError) return fail(request);

  const result = await invoke({ modelId, body: request }, stop);
  const { attempts } = result;
  if (isFailed(result)) return fail(result.error, { attempts }, { request, response: null });

  const payloads = { request, response: result.body };
  const { latencyMs: latency_ms, requestId: request_id } = result;
  const reply = readReply(job.family, request, result);
  if (reply instanceof ConnectorError) {
    const { inputTokens: input_tokens, outputTokens: output_tokens } = result;
    return fail(reply, { attempts, latency_ms, request_id, input_tokens, output_tokens }, payloads);
  }
  const known = {
    model: modelId,
    stop_reason: reply.stopReason,
    truncated: reply.truncated,
    input_tokens: reply.inputTokens,
    output_tokens: reply.outputTokens,
    latency_ms,
    attempts,
    request_id,
  };
  const columns = job.columns.read(reply);
  if (!columns) return fail(new ConnectorError("unreadable_response", unreadable(job)), known, payloads);
  return { record, columns, trace: trace({ ...known, status: "enriched", billed: "yes" }), payloads };
};

/** The body that a record becomes, as JSON text. Failures before any money is spent. */
export const renderBody = (record: unknown, job: Job): string | ConnectorError => {
  if (!isObject(record)) return new ConnectorError("not_an_object", `It is ${article(record)}.`);
  const { undoubleApostrophes } = job.connection;
  const rendered = job.template.render(
    undoubleApostrophes ? (undouble(record) as Record<string, unknown>) : record,
  );
  if (rendered instanceof ConnectorError) return rendered;
  return finishBody(rendered, job);
};

/** The last steps before any body is sent: the family's chat template, then its shape. */
export const finishBody = (body: JsonObject, { family, connection }: Job): string | ConnectorError => {
  const finished = applyChatTemplate(family, connection.chatTemplate, body);
  return checkBody(family, finished) ?? JSON.stringify(finished);
};

const emptyColumns = ({ columns }: Job): Record<string, Json> =>
  Object.fromEntries(columns.names.map((name) => [name, null]));

const unreadable = ({ family, columns, connection }: Job): string =>
  connection.responseFormat?.includes("{{")
    ? `It has none of the columns that response_format reads: ${columns.names.join(", ")}.`
    : `It has no text where the family ${family?.name} keeps it.`;

const article = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
};

/** Undoes what the host's standard mapping does to every apostrophe. */
const undouble = (value: unknown): unknown => {
  if (typeof value === "string") return value.replaceAll("''", "'");
  if (Array.isArray(value)) return value.map(undouble);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, undouble(inner)]));
};
