import type { JsonObject } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import type { StreamTrouble } from "./faults.js";
import { type Framed, toFrames } from "./frames.js";
import type { Api, HttpReply } from "./http-message.js";
import { type Counts, toEvents, withMetrics } from "./stream-events.js";

/** An answer as the streaming sister of its operation sends it: an event stream, without headers that count. */
export const streamReply = (reply: HttpReply, { api, family, counts, trouble }: Streaming): HttpReply => {
  const events = toEvents(JSON.parse(reply.body), family, counts);
  const framed = api === "converse" ? events.map(named) : withMetrics(events, counts).map(chunk);
  return {
    ...reply,
    headers: {
      "content-type": "application/vnd.amazon.eventstream",
      ...(api === "invoke_model" && { "X-Amzn-Bedrock-Content-Type": "application/json" }),
    },
    stream: Buffer.concat(toFrames(befallen(framed, trouble))),
  };
};

interface Streaming {
  readonly api: Api;
  readonly family: Family;
  readonly counts: Counts;
  readonly trouble: StreamTrouble | undefined;
}

const chunk = (event: JsonObject): Framed => ({
  event: "chunk",
  payload: { bytes: Buffer.from(JSON.stringify(event)).toString("base64") },
});

const named = (event: JsonObject): Framed => {
  const [[name = "", payload] = []] = Object.entries(event);
  return { event: name, payload: payload as JsonObject };
};

const befallen = (framed: Framed[], trouble: StreamTrouble | undefined): Framed[] => {
  if (!trouble) return framed;
  const { after = 2 } = trouble;
  const before = framed.slice(0, after);
  return trouble.kind === "stream_end"
    ? before
    : [...before, { exception: trouble.type, message: trouble.message }];
};
