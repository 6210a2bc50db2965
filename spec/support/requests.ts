import { ConnectorError, type ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, InvokeRequest, Read } from "../../src/core/invoke.js";
import type { Usage } from "../../src/core/reply.js";
import { readAnswer } from "../../src/models/read-answer.js";

/** A request whose key is its body's own. */
export const requestOf = (body: string, changes: Partial<InvokeRequest> = {}): InvokeRequest => ({
  modelId: "model",
  body,
  bodyBytes: Buffer.byteLength(body),
  textBytes: Buffer.byteLength(body),
  key: Buffer.from(body).toString("hex").padStart(32, "0").slice(-32),
  routeKey: "0".repeat(16),
  maxTokens: 100,
  ...changes,
});

/** Reads the counts beside an answer, and of the body that it is JSON. */
export const readPlainly: Read = ({ body }, answer) => readAnswer(null, body, answer);

/** An answered call of no family: what is counted is what is said here. */
export const answerOf = (
  body: string,
  { attempts = 1, rejections, ...counts }: Partial<Usage & Pick<Invocation, "attempts" | "rejections">> = {},
): Invocation => {
  const beside = { counts: { inputTokens: 10, outputTokens: 5, ...counts }, latencyMs: 1, requestId: null };
  return { ...readAnswer(null, "{}", { body, ...beside, attempts }), ...(rejections && { rejections }) };
};

/** A call that failed after one request. */
export const failureOf = (code: ErrorCode, detail?: string): FailedInvocation => ({
  error: new ConnectorError(code, detail),
  attempts: 1,
});
