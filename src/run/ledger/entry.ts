import { crc32 } from "node:zlib";
import type { Clock } from "../../core/clock.js";
import type { ErrorCode } from "../../core/errors.js";
import { isOpen, type JobEntry, type JobStage } from "./job.js";

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
  /** The key of the batch job that took the call, where one did. */
  readonly job?: string;
}

/** Of one that an answer ends, nobody asks any more which of a key's calls it was. */
interface OneCall {
  /** Names the one call among all of its key, to workers and in the account's logs; none for one of a batch job. */
  readonly claim?: string;
}

/** The request is kept until it is answered, so that it can be sent again on the user's word. */
interface Request {
  readonly model: string;
  /** Where it was sent, hashed: see `InvokeRequest`. */
  readonly target: string;
  readonly body: string;
}

export interface Intent extends Common, OneCall, Request {
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
  /** `null` where nobody told it, as of a batch job. */
  readonly latency_ms: number | null;
  readonly request_id: string | null;
}

export interface Unanswered extends Common, OneCall, Request {
  readonly state: "refused" | "unknown";
  readonly code: ErrorCode;
}

export type EntryState = Line["state"];

/** All that a line may hold. */
export type Line = Entry | Lost | JobEntry;

export const entryStates: readonly EntryState[] = ["intent", "received", "refused", "unknown", "lost", "job"];

/**
 * What a repair leaves behind: so many lines could not even be told by their key, so that every request that the ledger
 * does not know may be one of theirs. None: the user has said that it does not matter.
 */
export interface Lost extends Common {
  readonly state: "lost";
  readonly lines: number;
}

/** The key of `Lost`, which no request has. */
export const lostKey = "0".repeat(32);

/** Where a line stands: its number, from 1, and the key of the line before it, by which that one is told if it is lost. */
interface Position {
  readonly n: number;
  readonly after: string;
}

/** What a line says of itself, and of what is in it. */
export interface Head extends Position {
  readonly state: EntryState;
  readonly key: string;
  /** The batch job that took the call, where one did. */
  readonly job?: string | undefined;
}

/**
 * The line of an entry, with its line break: JSON that begins with a CRC-32 of what follows it, in hexadecimal, the length of
 * the entry in bytes, and its position. State, key, time and job come next, so that a scan needs no JSON parser.
 */
export const encodeEntry = ({ state, key, at, ...rest }: Line, position: Position): Buffer => {
  const job = "job" in rest && { job: rest.job };
  return encodeText(JSON.stringify({ state, key, at, ...job, ...rest }), position);
};

/** The same of an entry that is JSON already, in that order. */
export const encodeText = (entry: string, { n, after }: Position): Buffer => {
  const length = Buffer.byteLength(entry);
  const head = `{"sum":"        ","length":${length},"n":${n},"after":"${after}",`;
  const line = Buffer.allocUnsafe(head.length + length);
  // The head takes the place of the entry's opening brace.
  line.write(entry, head.length - 1);
  line.write(head, 0, "latin1");
  line.write("\n", line.length - 1, "latin1");
  line.write(sumOf(line.subarray(sumEnd, -1)), sumAt, "latin1");
  return line;
};

/** The entry of a line that checks, as JSON. */
export const textOf = (line: Buffer): string => `{${line.toString("utf8", guessHead(line)?.end ?? 1)}`;

/** Eight hexadecimal digits. */
export const sumOf = (text: string | Buffer): string => crc32(text).toString(16).padStart(8, "0");

/** The head of a whole line without its line break; `null` for a line that is none, or is damaged. */
export const readHead = (line: Buffer): Head | null => {
  const guessed = guessHead(line);
  if (!guessed || sumOf(line.subarray(sumEnd)) !== guessed.sum) return null;
  return guessed.end + guessed.length - 1 === line.length ? guessed.head : null;
};

/** The head of what may be a part of a line, unchecked. */
export const guessHead = (line: Buffer): { head: Head; sum: string; length: number; end: number } | null => {
  const found = headPattern.exec(line.toString("latin1", 0, longestHead));
  if (!found) return null;
  const [start, sum = "", length, n, after = "", state, key = "", job] = found;
  const head = { n: Number(n), after, state: state as EntryState, key, job };
  return { head, sum, length: Number(length), end: start.indexOf('"state":') };
};

const sumAt = '{"sum":"'.length;
const sumEnd = '{"sum":"12345678",'.length;
const longestHead = 256;
const headPattern = new RegExp(
  `^\\{"sum":"([0-9a-f]{8})","length":(\\d+),"n":(\\d+),"after":"([0-9a-f]{32}|)","state":"(${entryStates.join("|")})","key":"([0-9a-f]{32})","at":\\d(?:[^,]*,"job":"([0-9a-f]{32})")?`,
);

/** The head of a line of the first format, which had no checksum, length or number. */
export const readOldHead = (line: Buffer): Pick<Head, "state" | "key"> | null => {
  // Quotes inside JSON strings are escaped, so this is the start of another entry that lost its line break.
  if (line.at(-1) !== closingBrace || line.indexOf('{"state":"', 1) > 0) return null;
  const found = oldPattern.exec(line.toString("latin1", 0, 80));
  return found ? { state: found[1] as EntryState, key: found[2] as string } : null;
};

const closingBrace = 0x7d;
const oldPattern = /^\{"state":"(intent|received|refused|unknown)","key":"([0-9a-f]{32})","at":\d/;

/** A line as it was written; `null` where it is no JSON. */
export const decodeEntry = (line: Buffer): Line | null => {
  try {
    const { sum: _, length: __, n: ___, after: ____, ...entry } = JSON.parse(line.toString("utf8"));
    return entry as Line;
  } catch {
    return null;
  }
};

/** Something was sent, and nothing more is known. */
export const heldEntry = (key: string): Entry => ({
  ...{ state: "unknown", key, at: 0, model: "", target: "", body: "" },
  code: "ledger_unusable",
});

export const lostEntry = (lines: number, at: number): Lost => ({ state: "lost", key: lostKey, at, lines });

/** Names for claims: 128 bits of chance for all of one caller, and the number of each. */
export const createClaims = ({ random }: Pick<Clock, "random">): (() => string) => {
  const part = (): string => Math.floor(random() * 2 ** 32).toString(36);
  const own = `${part()}-${part()}-${part()}-${part()}`;
  let claims = 0;
  return () => `${own}-${++claims}`;
};

/** A call that waits in a batch job. */
export type JobCall = Intent & { readonly job: string };

/** Whether an entry is one. */
export const isInJob = (entry: Entry | null): entry is JobCall =>
  entry?.state === "intent" && entry.job !== undefined;

/**
 * What counts of a call in a job, by the job's stage: nothing, where nothing was sent; that nobody knows what became of it,
 * where the job's line was lost.
 */
export const standingOf = (entry: Intent, stage: JobStage | undefined): Intent | null => {
  if (stage === "abandoned" || stage === "refused") return null;
  if (stage !== undefined && isOpen({ stage })) return entry;
  const { job: _, ...call } = entry;
  return call;
};
