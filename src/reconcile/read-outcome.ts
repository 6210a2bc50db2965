import { serviceErrorCode } from "../bedrock/classify.js";
import { isOfIdentity } from "../bedrock/invoke-model.js";
import type { Store } from "../bedrock/object-store.js";
import { statusOfType } from "../bedrock/service-error.js";
import { ConnectorError, type ErrorCode } from "../core/errors.js";
import { parseExact, writeJson } from "../core/exact-json.js";
import type { Invocation } from "../core/invoke.js";
import { isObject, type Json } from "../core/json.js";
import { assembleEvents } from "../models/assemble/assemble-events.js";
import { apiFamilies } from "../models/families/index.js";
import { resolveFamily } from "../models/find-family.js";
import { readAnswer } from "../models/read-answer.js";
import { bytesOf } from "./log-files.js";
import type { LogRecord } from "./read-record.js";

/** Why a call that stands in the logs stays unknown. */
export type Undecided = "sent_again" | "failed" | "without_text" | "unreadable";

/** What a record says became of its call. */
export type LoggedOutcome =
  | { readonly is: "answered"; readonly invocation: Invocation }
  | { readonly is: "refused"; readonly code: ErrorCode }
  | { readonly is: "undecided"; readonly why: Undecided };

export const readOutcome = async (record: LogRecord, store: Store): Promise<LoggedOutcome> => {
  const { output, errorCode, counts } = record;
  // What stands beside an error is its message, or an answer that broke off, which was billed.
  if (errorCode !== null)
    return counts.outputTokens ? { is: "undecided", why: "failed" } : ofError(errorCode);
  if (!output) return { is: "undecided", why: "without_text" };
  const body = "body" in output ? output.body : await readBody(output.address, store);
  const invocation = isTree(body) ? toInvocation(record, body) : null;
  return invocation ? { is: "answered", invocation } : { is: "undecided", why: "unreadable" };
};

/**
 * What was certainly not billed is refused. But what is sent once more as the same call says nothing of what came after it, and
 * what failed in the service may have been billed.
 */
const ofError = (errorCode: string): LoggedOutcome => {
  const status = /^\d{3}$/.test(errorCode) ? Number(errorCode) : statusOfType(errorCode);
  const code = serviceErrorCode(errorCode, status, "");
  const error = new ConnectorError(code);
  if (isOfIdentity(error)) return { is: "undecided", why: "sent_again" };
  return error.billed === "no" ? { is: "refused", code } : { is: "undecided", why: "failed" };
};

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Answers of more than 100 kB stand in objects of their own; `null` for one that is not there, or is no JSON. */
const readBody = async (address: string, store: Store): Promise<unknown> => {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of bytesOf(address, store)) chunks.push(chunk);
    return parseExact(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
};

const toInvocation = (record: LogRecord, body: object): Invocation | null => {
  const { operation, modelId, counts, requestId } = record;
  const family = operation.startsWith("Converse") ? apiFamilies.converse : resolveFamily(modelId);
  const whole = Array.isArray(body) ? assembleEvents(family ?? null, body as Json[]) : body;
  if (!isObject(whole) || Object.keys(whole).length === 0) return null;
  const answer = { body: writeJson(whole), counts, latencyMs: null, requestId, attempts: 0 };
  const invocation = readAnswer(family ?? null, "", answer);
  return invocation.reply instanceof ConnectorError ? null : invocation;
};
