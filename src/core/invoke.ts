import type { ConnectorError, ErrorCode } from "./errors.js";

/** One call of a model: what goes on the wire, and what is known of it before. */
export interface InvokeRequest {
  /** A model id, profile id or ARN. */
  readonly modelId: string;
  /** The body, as JSON text. */
  readonly body: string;
  /** Bytes of all the texts in the body, without its keys and punctuation. */
  readonly textBytes: number;
  /** The same for calls whose answers may stand for each other: 32 hexadecimal digits. */
  readonly key: string;
  /** The same for all requests of one model, place and guardrail: 16 hexadecimal digits. */
  readonly routeKey: string;
  /** The most output tokens that the body asks for; `null` where it sets no limit. */
  readonly maxTokens: number | null;
  /** Waits for the moment to go on the wire, where a pacer has a say in it. False when `stop` was aborted first. */
  readonly leave?: (stop: AbortSignal) => Promise<boolean>;
}

/** What came back from one call that Bedrock answered with success. */
export interface Invocation {
  /** The response body as it came; it may not be JSON. */
  readonly body: string;
  /** Token counts from Bedrock's response headers, where it sent them. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Input tokens that were read from and written to a prompt cache; `inputTokens` counts none of them. */
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** The service's own latency where it says it, else the time measured here. Milliseconds. */
  readonly latencyMs: number;
  readonly requestId: string | null;
  /** HTTP requests made for this row; 0 for an answer that was there already. */
  readonly attempts: number;
  readonly rejections?: Rejections;
}

/** Calls that Bedrock rejected on the way and that were made again, by error code. */
export type Rejections = Partial<Record<ErrorCode, number>>;

/** A call that failed, and how many HTTP requests were made for it. */
export interface FailedInvocation {
  readonly error: ConnectorError;
  readonly attempts: number;
  readonly rejections?: Rejections;
}

/**
 * One paid call. Never rejects: a failure is a value. Retry, limits and the like are each
 * `(next: Invoke) => Invoke`. `stop` ends waiting before a call; it does not cut a call short.
 */
export type Invoke = (request: InvokeRequest, stop: AbortSignal) => Promise<Invocation | FailedInvocation>;

export const isFailed = (result: Invocation | FailedInvocation): result is FailedInvocation =>
  "error" in result;
