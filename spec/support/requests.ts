import { ConnectorError, type ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, InvokeRequest } from "../../src/core/invoke.js";

/** A request whose key is its body's own. */
export const requestOf = (body: string, changes: Partial<InvokeRequest> = {}): InvokeRequest => ({
  modelId: "model",
  body,
  textBytes: Buffer.byteLength(body),
  key: Buffer.from(body).toString("hex").padStart(32, "0").slice(-32),
  routeKey: "0".repeat(16),
  maxTokens: 100,
  ...changes,
});

/** An answered call. */
export const answerOf = (body: string, changes: Partial<Invocation> = {}): Invocation => ({
  body,
  inputTokens: 10,
  outputTokens: 5,
  latencyMs: 1,
  requestId: null,
  attempts: 1,
  ...changes,
});

/** A call that failed after one request. */
export const failureOf = (code: ErrorCode, detail?: string): FailedInvocation => ({
  error: new ConnectorError(code, detail),
  attempts: 1,
});
