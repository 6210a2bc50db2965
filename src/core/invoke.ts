import type { ConnectorError, ErrorCode } from "./errors.js";
import type { Json } from "./json.js";
import type { Reply, Usage } from "./reply.js";

/** One call of a model: what goes on the wire, and what is known of it before. */
export interface InvokeRequest {
  /** A model id, profile id or ARN. */
  readonly modelId: string;
  /** The body, as JSON text. */
  readonly body: string;
  /** Bytes of the body in UTF-8. */
  readonly bodyBytes: number;
  /** Bytes of all the texts in the body, without its keys and punctuation. */
  readonly textBytes: number;
  /** The same for calls whose answers may stand for each other: 32 hexadecimal digits. */
  readonly key: string;
  /** Asked since an earlier answer of its row did not fit, by a key of its own. */
  readonly isAgain?: true;
  /** Names the one call among those of its key, where a ledger records it. */
  readonly claim?: string;
  /** The same for all requests of one model, place and guardrail: 16 hexadecimal digits. */
  readonly routeKey: string;
  /** The most output tokens that the body asks for, in all answers together; `null` where it sets no limit. */
  readonly maxTokens: number | null;
  /** Under a ceiling of tokens or dollars: input tokens beside those that its bytes bound, and what nothing bounds. */
  readonly beyondBytes?: { readonly tokens: number; readonly unbounded: readonly string[] };
  /** The body with a point up to where a prompt cache keeps it, which is sent in its place. */
  readonly cached?: string;
  /** The service tier of this call, in place of the connection's. */
  readonly serviceTier?: "flex";
  /** Words of the body that stand in no row, beside those of the settings, so that an error may say them. */
  readonly plainWords?: readonly string[];
  /**
   * Has the answer streamed: gets each of the service's events as it comes. They are the caller's to watch alone; the
   * answer is made of them all, as if it had come whole. An answer that is there already has none.
   */
  readonly onEvent?: (event: Json) => void;
}

/** What came back from one call that Bedrock answered with success, read once, directly above the wire. */
export interface Invocation {
  /** The response body as it came; it may not be JSON. */
  readonly body: string;
  /** What the body says, or `unreadable_response`. */
  readonly reply: Reply | ConnectorError;
  /** From Bedrock's response headers or, where it sent none, from the body. */
  readonly usage: Usage;
  /**
   * The service's own latency where it says it, else the time measured here; `null` where nobody measured it.
   * Milliseconds.
   */
  readonly latencyMs: number | null;
  readonly requestId: string | null;
  /** HTTP requests made for this row; 0 for an answer that was there already. */
  readonly attempts: number;
  readonly rejections?: Rejections;
  /** The ledger did not take it: nobody finds it there. */
  readonly isUnkept?: true;
}

/** An answer as it came over the wire, or out of a ledger, before anybody has read it. */
export interface RawAnswer {
  readonly body: string;
  /** Counts that came beside the body. They go before those in it. */
  readonly counts: Partial<Usage>;
  /** Milliseconds; `null` where nobody measured it. */
  readonly latencyMs: number | null;
  readonly requestId: string | null;
  readonly attempts: number;
}

/** Reads an answer to a request: the one place that does. */
export type Read = (request: InvokeRequest, answer: RawAnswer) => Invocation;

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
export type Invoke = InvokeWith<[]>;

/** An `Invoke` on a stretch of the way where more goes with the request. */
export type InvokeWith<Rest extends unknown[]> = (
  request: InvokeRequest,
  stop: AbortSignal,
  ...rest: Rest
) => Promise<Invocation | FailedInvocation>;

export const isFailed = (result: Invocation | FailedInvocation): result is FailedInvocation =>
  "error" in result;

/** A request that ended before it was sent. */
export const unsent = (error: ConnectorError): FailedInvocation => ({ error, attempts: 0 });

/** The last of a row's calls, with the attempts and rejections of those before it, which were made in vain. */
export const afterEarlier = <Result extends Invocation | FailedInvocation>(
  earlier: readonly (Invocation | FailedInvocation)[],
  last: Result,
): Result => {
  if (earlier.length === 0) return last;
  let { attempts } = last;
  const rejections: Rejections = { ...last.rejections };
  const add = (code: ErrorCode, count: number): void => {
    rejections[code] = (rejections[code] ?? 0) + count;
  };
  for (const result of earlier) {
    attempts += result.attempts;
    for (const [code, count] of Object.entries(result.rejections ?? {}) as [ErrorCode, number][])
      add(code, count);
    if (isFailed(result)) add(result.error.code, 1);
  }
  return { ...last, attempts, rejections };
};

/** Calls under way, by key. */
export type Underway = Map<string, Promise<Invocation | FailedInvocation>>;
