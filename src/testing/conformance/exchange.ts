import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../../generated/conformance.js";

/** One request to the service, as it came in, and its response's headers once they are there. */
export interface Exchange {
  /** Milliseconds. */
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the real service would have it paid for. */
  readonly isCall: boolean;
  /** From 1, among the calls. */
  readonly number: number;
  answered?: { readonly status: number; readonly headers: IncomingHttpHeaders };
}

/**
 * What befalls a request: an answer in place of the service's, silence before or within the answer, the end of the
 * connection, or the service's own answer at the end of a wait.
 */
export type Trouble = Answer | "stall" | "stall_body" | "reset" | Promise<void>;
