import { ConnectorError } from "../core/errors.js";
import type { InvokeRequest, RawAnswer } from "../core/invoke.js";
import { search } from "../core/jmespath.js";
import { type JsonObject, valueAt } from "../core/json.js";
import { assembleEvents } from "../models/assemble/assemble-events.js";
import type { Family } from "../models/families/family.js";
import { brokenOff, type EventStream, type Head, readEventStream } from "./event-stream.js";
import type { OnPart } from "./exchange.js";
import { eventStreamType } from "./send-streamed.js";

/** One answer that is streamed. */
interface WatchedStream {
  readonly take: OnPart;
  /**
   * The answer that the events came to, as if it had come whole; the one that is given where the far side did not
   * stream. Throws what ended the stream before its end.
   */
  answer(whole: RawAnswer, headers: Head["headers"]): RawAnswer;
  /** The failure of the call. What comes after events may have been billed, whatever its kind is otherwise. */
  failure(error: ConnectorError): ConnectorError;
}

export const watchStream = (
  family: Family | null,
  onEvent: NonNullable<InvokeRequest["onEvent"]>,
): WatchedStream => {
  let stream: EventStream | null = null;
  let hasBegun = false;
  /** The stream of which this is the head; `null` for an answer that is none. */
  const streamOf = (head: Head): EventStream | null => {
    if (head.statusCode !== 200 || !head.headers["content-type"]?.startsWith(eventStreamType)) return null;
    stream ??= readEventStream(head, (event) => {
      hasBegun = true;
      onEvent(event);
    });
    return stream;
  };
  return {
    take: (part, head) => streamOf(head)?.take(part),
    answer(whole, headers) {
      const head = { statusCode: 200, headers };
      const events = streamOf(head)?.end();
      if (!events) return whole;
      const body = assembleEvents(family, events);
      if (events.length === 0 || !hasEnded(family, body)) throw brokenOff(head);
      const latencyMs = valueAt(body, [metricsName, "invocationLatency"]);
      return {
        ...whole,
        body: JSON.stringify(body),
        ...(typeof latencyMs === "number" && { latencyMs }),
      };
    },
    failure(error) {
      const { code, detail, requestId, billed } = error;
      if (code === "access_denied")
        return new ConnectorError(code, [detail, permission].filter(Boolean).join(" "), { requestId });
      if (!stream) return error;
      if (code === "unreadable_response")
        return new ConnectorError("connection_lost", "The stream broke off before its end.", { requestId });
      return hasBegun && billed === "no"
        ? new ConnectorError(code, detail, { requestId, billed: "unknown" })
        : error;
    },
  };
};

const permission = "To stream it needs bedrock:InvokeModelWithResponseStream as well.";

/** The last events tell the stop reason, and what the service counted. */
const hasEnded = (family: Family | null, body: JsonObject): boolean => {
  const { stopReason } = family?.response ?? {};
  return metricsName in body || stopReason === undefined || search(stopReason, body) !== null;
};

const metricsName = "amazon-bedrock-invocationMetrics";
