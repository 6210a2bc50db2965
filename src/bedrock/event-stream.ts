import { EventStreamCodec } from "@smithy/core/event-streams";
import type { HttpResponse } from "@smithy/core/protocols";
import { isObject, type Json, type JsonObject, tryParseJson } from "../core/json.js";
import { ServiceError } from "./service-error.js";

export type Head = Pick<HttpResponse, "statusCode" | "headers">;

/** A stream that is being read. */
export interface EventStream {
  /** Takes the next bytes, which may end anywhere in a frame. */
  take(bytes: Buffer): void;
  /** The events, at the end. Throws what ended them before their end: an error of the service, or none. */
  end(): readonly Json[];
}

/**
 * Reads the frames of InvokeModelWithResponseStream and ConverseStream. An event of the first is what the model's vendor
 * sends; one of the second is an object under the event's name. Their padding is dropped.
 */
export const readEventStream = (head: Head, onEvent: (event: Json) => void): EventStream => {
  const events: Json[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let error: Error | null = null;

  const takeFrame = (frame: Buffer): void => {
    const { headers, body } = codec.decode(frame);
    const about = (name: string): string => String(headers[name]?.value ?? "");
    const payload = tryParseJson(Buffer.from(body).toString());
    if (about(":message-type") === "event") {
      const event = toEvent(about(":event-type"), payload);
      events.push(event);
      onEvent(event);
    } else error = toError(about(":exception-type") || about(":error-code"), payload, head);
  };

  return {
    take(bytes) {
      if (error) return;
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      try {
        while (!error && rest.length >= lengthOf(rest)) {
          const frame = rest.subarray(0, lengthOf(rest));
          rest = rest.subarray(frame.length);
          takeFrame(frame);
        }
      } catch {
        // A length or a checksum is wrong: what follows cannot be read either.
        error = brokenOff(head);
      }
    },
    end() {
      if (error) throw error;
      if (rest.length > 0) throw brokenOff(head);
      return events;
    },
  };
};

/** A stream that ended, or could not be read on, before its last event: a success that broke off. */
export const brokenOff = ($response: Head): Error => Object.assign(new Error("It broke off."), { $response });

/** The service's frames are at most 16 MB long. Anything else is no frame. */
const mostBytes = 16 * 1024 * 1024;

/** The length of the frame that begins here; endless where too little is there to tell. */
const lengthOf = (bytes: Buffer): number => {
  if (bytes.length < 4) return Number.POSITIVE_INFINITY;
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

/** As if it had come as an answer of its own, with its status. */
const toError = (type: string, payload: Json | undefined, { headers }: Head): Error => {
  const { originalStatusCode } = (isObject(payload) ? payload : {}) as JsonObject;
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  const status = statuses[name] ?? (typeof originalStatusCode === "number" ? originalStatusCode : 500);
  return new ServiceError(status, { ...headers, "x-amzn-errortype": name }, JSON.stringify(payload ?? {}));
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
