import { EventStreamCodec } from "@smithy/core/event-streams";
import { isObject, type Json, type JsonObject, tryParseJson } from "../core/json.js";

/** What ends a stream before its end, in the form of the SDK's errors. */
interface StreamError {
  readonly name: string;
  readonly message: string;
  readonly $response: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
}

/** A stream that is being read. */
interface EventStream {
  /** Takes the next bytes, which may end anywhere in a frame. */
  take(bytes: Buffer): void;
  readonly events: readonly Json[];
  /** What the service said in place of the rest. */
  error(): StreamError | null;
  /** True where no frame is broken or left half. */
  isWhole(): boolean;
}

/**
 * Reads the frames of InvokeModelWithResponseStream and ConverseStream. An event of the first is what the model's vendor
 * sends; one of the second is an object under the event's name. Their padding is dropped.
 */
export const readEventStream = (
  headers: Readonly<Record<string, string>>,
  onEvent: (event: Json) => void,
): EventStream => {
  const events: Json[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let error: StreamError | null = null;
  let isBroken = false;

  const takeFrame = (frame: Buffer): void => {
    const { headers: about, body } = codec.decode(frame);
    const text = (name: string): string => String(about[name]?.value ?? "");
    const payload = tryParseJson(Buffer.from(body).toString());
    if (text(":message-type") !== "event") {
      error = toError(text(":exception-type") || text(":error-code"), payload, text(":error-message"), headers);
      return;
    }
    const event = toEvent(text(":event-type"), payload);
    events.push(event);
    onEvent(event);
  };

  return {
    events,
    error: () => error,
    isWhole: () => !isBroken && rest.length === 0,
    take(bytes) {
      if (isBroken || error) return;
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      try {
        while (!error && rest.length >= 4 && rest.length >= lengthOf(rest)) {
          const length = lengthOf(rest);
          takeFrame(rest.subarray(0, length));
          rest = rest.subarray(length);
        }
      } catch {
        // Its checksum or its length is wrong: what follows cannot be read either.
        isBroken = true;
      }
    },
  };
};

/** The service's frames are at most 16 MB long. Anything else is no frame. */
const mostBytes = 16 * 1024 * 1024;

const lengthOf = (bytes: Buffer): number => {
  const length = bytes.readUInt32BE(0);
  if (length < 16 || length > mostBytes) throw new Error("It is no frame.");
  return length;
};

const toEvent = (name: string, payload: Json | undefined): Json => {
  if (!isObject(payload)) return { [name]: payload ?? null };
  const { p: _, ...event } = payload as JsonObject;
  if (name !== "chunk" || typeof event.bytes !== "string") return { [name]: event };
  const text = Buffer.from(event.bytes, "base64").toString();
  return tryParseJson(text) ?? { [name]: text };
};

const toError = (
  type: string,
  payload: Json | undefined,
  words: string,
  headers: Readonly<Record<string, string>>,
): StreamError => {
  const { message, originalStatusCode } = (isObject(payload) ? payload : {}) as JsonObject;
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  return {
    name,
    message: typeof message === "string" ? message : words,
    $response: {
      statusCode: statuses[name] ?? (typeof originalStatusCode === "number" ? originalStatusCode : 500),
      headers,
    },
  };
};

/** What the service's errors come with where they are answers of their own. */
const statuses: Readonly<Record<string, number | undefined>> = {
  ValidationException: 400,
  ModelTimeoutException: 408,
  ModelStreamErrorException: 424,
  ThrottlingException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
};

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);
