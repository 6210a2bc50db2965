import { hash } from "node:crypto";
import type { Connection } from "../connection/connection.js";
import { BadLine } from "../core/bad-line.js";
import { ConnectorError } from "../core/errors.js";
import { writeJson } from "../core/exact-json.js";
import type { InvokeRequest } from "../core/invoke.js";
import { isObject, type JsonObject, textBytes } from "../core/json.js";
import type { Family } from "../models/families/family.js";
import { checkBody } from "../models/lint-body.js";
import { beyondBytes, mostOutput } from "../models/worst-case.js";
import { setCachePoint } from "../template/cache-point.js";
import { applyChatTemplate } from "../template/chat-template.js";
import type { Plan } from "./plan.js";

/** What a record becomes: a request, or nothing to send. Its failures cost nothing. */
export type Rendered = InvokeRequest | "blank" | ConnectorError;

/** The request that a record becomes; `blank` where it has nothing to work on and `on_blank` leaves it out. */
export const renderRequest = (record: unknown, plan: Plan): Rendered => {
  if (record instanceof BadLine)
    return new ConnectorError("not_an_object", `It is ${record.place}: ${record.fault}.`);
  if (!isObject(record)) return new ConnectorError("not_an_object", `It is ${article(record)}.`);
  const { undoubleApostrophes } = plan.connection;
  try {
    const body = plan.template.render(
      undoubleApostrophes ? (undouble(record) as Record<string, unknown>) : record,
    );
    if (body instanceof ConnectorError) return body;
    const { onBlank } = plan.connection;
    if (onBlank !== "send" && plan.template.isBlank(body))
      return onBlank === "skip" ? "blank" : new ConnectorError("blank_row");
    return toRequest(plan.schemaRequest?.extend(body) ?? body, plan, record);
  } catch (cause) {
    // Values that cannot be read, such as ones nested without end.
    return new ConnectorError("template_failed", undefined, { cause });
  }
};

/**
 * The last steps before a body is sent: the family's chat template, the API's settings, then its shape and its size.
 * Failures: `invalid_body`, `body_too_large`.
 */
export const toRequest = (body: JsonObject, plan: Plan, record?: unknown): InvokeRequest | ConnectorError => {
  const { family, connection } = plan;
  const finished = withApiSettings(applyChatTemplate(family, connection.chatTemplate, body), connection);
  const wrong = checkBody(family, finished, connection.candidateModelIds);
  if (wrong) return wrong;
  const most = mostOutput(finished, family);
  if (typeof most === "string") return new ConnectorError("invalid_body", most);
  const text = textOf(finished);
  if (text === undefined) return new ConnectorError("invalid_body", "It is nested too deeply.");
  const key = keyOf(text, plan.routeKey, connection.reuseAnswers ? undefined : record);
  const request = requestOf(plan, { key, modelId: connection.modelId, body: text }, finished, most);
  if (request.bodyBytes > mostBytes)
    return new ConnectorError("body_too_large", `It has ${request.bodyBytes} bytes, and was not sent.`);
  return withCachePoint(request, finished, plan);
};

/** The key is that of the request without the point, on which no answer depends. */
const withCachePoint = (
  request: InvokeRequest,
  body: JsonObject,
  { connection, promptCache }: Plan,
): InvokeRequest => {
  if (connection.promptCache === "off" || typeof promptCache === "string") return request;
  const marked = setCachePoint(promptCache.way, promptCache.point, body);
  const cached = marked && textOf(marked);
  return cached && Buffer.byteLength(cached) <= mostBytes ? { ...request, cached } : request;
};

/** Of a body, by the API reference. */
const mostBytes = 25_000_000;

/** A request for a body that is there, as text and parsed. */
export const requestOf = (
  { family, modelFamily, routeKey, connection }: Plan,
  { key, modelId, body }: Pick<InvokeRequest, "key" | "modelId" | "body">,
  parsed: JsonObject,
  maxTokens = limitOf(parsed, family),
): InvokeRequest => ({
  modelId,
  routeKey,
  body,
  bodyBytes: Buffer.byteLength(body),
  textBytes: textBytes(parsed),
  key,
  maxTokens,
  ...(isBounded(connection) && { beyondBytes: beyondBytes(parsed, modelFamily) }),
});

/** A body of a ledger may hold what is no limit; it then sets none. */
const limitOf = (body: JsonObject, family: Family | null): number | null => {
  const most = mostOutput(body, family);
  return typeof most === "string" ? null : most;
};

const isBounded = ({ ceilings }: Connection): boolean => ceilings.tokens !== null || ceilings.usd !== null;

/**
 * The body with the connection's guardrail and service tier, which Converse takes inside it. InvokeModel takes them
 * as headers. They go before what the body says of the same.
 */
const withApiSettings = (body: JsonObject, { api, guardrail, serviceTier }: Connection): JsonObject => {
  if (api !== "converse") return body;
  return {
    ...body,
    ...(guardrail && {
      guardrailConfig: {
        trace: "enabled",
        ...(body.guardrailConfig as JsonObject | undefined),
        guardrailIdentifier: guardrail.identifier,
        guardrailVersion: guardrail.version,
      },
    }),
    ...(serviceTier && { serviceTier: { type: serviceTier } }),
  };
};

/**
 * A hash of what the answer depends on: the route and the body. With the record in it, rows that become the same
 * request keep answers of their own.
 */
const keyOf = (body: string, routeKey: string, record: unknown): string =>
  hash("sha256", `${routeKey}\n${textOf(record) ?? ""}\n${body}`, "hex").slice(0, 32);

/** What comes from anywhere may hold what JSON has no word for, or nest without end. */
const textOf = (value: unknown): string | undefined => {
  for (const write of [writeJson, withBigIntAsText])
    try {
      return write(value);
    } catch {
      // Few rows hold what JSON cannot write, and asking of every value costs as much as writing it.
    }
  return undefined;
};

const withBigIntAsText = (root: unknown): string =>
  JSON.stringify(root, (_, value) => (typeof value === "bigint" ? String(value) : value));

const article = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
};

/**
 * Undoes what the host's standard mapping does to every apostrophe. A text with an odd number of them in a row did not
 * come through it.
 */
export const undouble = (value: unknown): unknown => {
  if (typeof value === "string")
    return value.match(/'+/g)?.every(({ length }) => length % 2 === 0) ? value.replaceAll("''", "'") : value;
  if (Array.isArray(value)) return value.map(undouble);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, undouble(inner)]));
};
