import type { ErrorCode } from "../../core/errors.js";

/**
 * One line of a ledger. `intent` is written before the socket opens, one of the others when the call has ended:
 * `received` with the answer; `refused` when it was certainly not billed; `unknown` when it may have been billed
 * and there is no answer. The latest entry of a key counts.
 */
export type Entry = Intent | Received | Unanswered;

interface Common {
  /** 32 hexadecimal digits: what the model sees, hashed. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The request is kept until it is answered, so that it can be sent again on the user's word. */
interface Request {
  readonly model: string;
  /** Where it was sent, hashed: see `InvokeRequest`. */
  readonly target: string;
  readonly body: string;
}

interface Intent extends Common, Request {
  readonly state: "intent";
}

export interface Received extends Common {
  readonly state: "received";
  readonly response: string;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** Input tokens read from and written to a prompt cache, where the service told of any. */
  readonly cache_read_tokens?: number;
  readonly cache_write_tokens?: number;
  /** The tier that served the call, where the service told it. */
  readonly service_tier?: string;
  readonly latency_ms: number;
  readonly request_id: string | null;
}

interface Unanswered extends Common, Request {
  readonly state: "refused" | "unknown";
  readonly code: ErrorCode;
}

export type EntryState = Entry["state"];

export const entryStates: readonly EntryState[] = ["intent", "received", "refused", "unknown"];

/** The first line of every ledger, by which a file is known to be one. */
export const headerLine = '{"ledger":1}\n';

/** State and key stand first, so that a scan needs no JSON parser. */
export const encodeEntry = ({ state, key, ...rest }: Entry): string =>
  `${JSON.stringify({ state, key, ...rest })}\n`;

/** State and key of a whole line without its line break; `null` for a line that is none. */
export const readHead = (line: Buffer): { state: EntryState; key: string } | null => {
  // Quotes inside JSON strings are escaped, so this is the start of another entry that lost its line break.
  if (line.at(-1) !== closingBrace || line.indexOf(entryStart, 1) > 0) return null;
  const head = headPattern.exec(line.toString("latin1", 0, 80));
  return head ? { state: head[1] as EntryState, key: head[2] as string } : null;
};

const closingBrace = 0x7d;
const entryStart = '{"state":"';
const headPattern = new RegExp(`^\\{"state":"(${entryStates.join("|")})","key":"([0-9a-f]{32})","at":\\d`);
