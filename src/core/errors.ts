import { errorCodes } from "./error-codes.js";
import type { Billed, Scope } from "./error-kind.js";

export type { Billed };

export type ErrorCode = keyof typeof errorCodes;

/** The one error of the connector. Inside the pipeline it is a value that is returned, not thrown. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly billed: Billed;
  readonly scope: Scope;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  /** What stands behind the code's own sentence. */
  readonly detail: string | undefined;

  /**
   * `detail` is appended to the code's own sentence and must not hold secrets or row values. `billed` is for what came
   * when work had begun.
   */
  constructor(
    code: ErrorCode,
    detail?: string,
    more: {
      retryAfterMs?: number | null;
      requestId?: string | null;
      scope?: Scope | undefined;
      billed?: Billed;
      cause?: unknown;
    } = {},
  ) {
    super(detail ? `${errorCodes[code].message} ${detail}` : errorCodes[code].message, { cause: more.cause });
    this.code = code;
    this.retryable = errorCodes[code].retryable;
    this.billed = more.billed ?? errorCodes[code].billed;
    this.scope = more.scope ?? errorCodes[code].scope;
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.requestId = more.requestId ?? null;
    this.detail = detail;
  }
}
