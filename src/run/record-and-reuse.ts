import { ConnectorError } from "../core/errors.js";
import { type Invocation, type Invoke, isFailed } from "../core/invoke.js";
import type { OnUnknown } from "../core/outcome.js";
import type { Received } from "./ledger/entry.js";
import type { Ledger } from "./ledger/ledger.js";

/**
 * Answers from the ledger what was answered before, without a call. A row that was sent and never answered is
 * `outcome_unknown`, unless the user wants it sent again.
 */
export const reuse = (ledger: Ledger, onUnknown: OnUnknown, next: Invoke): Invoke => {
  return async (request, stop) => {
    const entry = await ledger.find(request.key).catch((cause: Error) => cause);
    if (entry instanceof Error)
      return {
        error: new ConnectorError("ledger_unusable", `It could not be read: ${entry.message}.`),
        attempts: 0,
      };
    if (entry?.state === "received") return fromEntry(entry);
    const unknown = entry?.state === "unknown" || entry?.state === "intent";
    if (unknown && onUnknown !== "retry")
      return { error: new ConnectorError("outcome_unknown"), attempts: 0 };
    return next(request, stop);
  };
};

/**
 * Writes the intent before the call and its outcome before it is handed over. When the disk refuses the intent,
 * nothing is sent; when it refuses the answer, the answer is handed over all the same.
 */
export const record = (ledger: Ledger, next: Invoke): Invoke => {
  return async (request, stop) => {
    const { key, modelId: model, routeKey: target, body } = request;
    try {
      await ledger.append({ state: "intent", key, at: Date.now(), model, target, body });
    } catch (error) {
      return { error: error as ConnectorError, attempts: 0 };
    }
    const result = await next(request, stop);
    try {
      if (!isFailed(result)) await ledger.append(toEntry(key, result));
      else {
        const { code, billed } = result.error;
        const state = billed === "no" ? "refused" : "unknown";
        await ledger.append({ state, key, at: Date.now(), model, target, body, code });
      }
    } catch {
      // The next row's intent meets the same disk and ends the run; this row's answer is not lost for it.
    }
    return result;
  };
};

const toEntry = (key: string, result: Invocation): Received => ({
  state: "received",
  key,
  at: Date.now(),
  response: result.body,
  input_tokens: result.inputTokens,
  output_tokens: result.outputTokens,
  // Few answers have any, and a ledger may hold millions of lines.
  ...(result.cacheReadTokens && { cache_read_tokens: result.cacheReadTokens }),
  ...(result.cacheWriteTokens && { cache_write_tokens: result.cacheWriteTokens }),
  latency_ms: result.latencyMs,
  request_id: result.requestId,
});

/** What came back from the call that a ledger's entry tells of; nothing is sent for it. */
export const fromEntry = (entry: Received): Invocation => ({
  body: entry.response,
  inputTokens: entry.input_tokens,
  outputTokens: entry.output_tokens,
  ...(entry.cache_read_tokens !== undefined && { cacheReadTokens: entry.cache_read_tokens }),
  ...(entry.cache_write_tokens !== undefined && { cacheWriteTokens: entry.cache_write_tokens }),
  latencyMs: entry.latency_ms,
  requestId: entry.request_id,
  attempts: 0,
});
