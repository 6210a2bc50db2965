import { EventStreamCodec } from "@smithy/core/event-streams";

/** What goes into one frame of an event stream: an event of the service, or the error that ends the stream. */
export type Framed =
  | { readonly event: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly exception: string; readonly message: string };

/** The bytes of an event stream. Each event carries the service's padding, of a length that changes. */
export const toFrames = (framed: readonly Framed[]): Buffer[] =>
  framed.map((one, index) => {
    const [kind, name, payload] =
      "event" in one
        ? ["event", one.event, { ...one.payload, p: alphabet.slice(0, 1 + ((index * 17) % alphabet.length)) }]
        : ["exception", one.exception, { message: one.message }];
    const headers = { [`:${kind}-type`]: name, ":content-type": "application/json", ":message-type": kind };
    return Buffer.from(
      codec.encode({
        headers: Object.fromEntries(
          Object.entries(headers).map(([key, value]) => [key, { type: "string", value }]),
        ),
        body: Buffer.from(JSON.stringify(payload)),
      }),
    );
  });

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);
