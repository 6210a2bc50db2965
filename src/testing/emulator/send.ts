import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { HttpReply } from "./http-message.js";

const dripPieces = 20;
const defaultDripMs = 20;

/**
 * Writes the reply with a request id of its own. Resolves when that is over, to whether the reply was written
 * whole. A client that has gone away is no error.
 */
export const sendReply = async (response: ServerResponse, reply: HttpReply): Promise<boolean> => {
  if (response.destroyed) return false;
  const { delivery } = reply;
  if (delivery?.kind === "reset_after") return reset(response);
  if (delivery?.kind === "stall_headers") return stall(response);
  const body = reply.stream ?? Buffer.from(reply.body);
  response.writeHead(reply.status, {
    ...(!("x-amzn-requestid" in reply.headers) && { "x-amzn-requestid": randomUUID() }),
    ...(reply.status !== 204 && { "content-length": body.length }),
    ...reply.headers,
  });
  const half = body.subarray(0, body.length / 2);
  switch (delivery?.kind) {
    case "stall_body":
      response.write(half);
      return stall(response);
    case "torn_body":
      await new Promise<unknown>((written) => response.write(half, written));
      return reset(response);
    case "drip":
      return drip(response, body, delivery.everyMs ?? defaultDripMs);
    default:
      response.end(body);
      return true;
  }
};

const reset = (response: ServerResponse): false => {
  response.destroy();
  return false;
};

/** Waits until the client or the emulator ends the connection. */
const stall = async (response: ServerResponse): Promise<false> => {
  if (!response.destroyed) await once(response, "close");
  return false;
};

/** The timer is unreferenced, so that it does not keep a closed emulator's process alive. */
const drip = async (response: ServerResponse, body: Buffer, everyMs: number): Promise<boolean> => {
  const size = Math.max(1, Math.ceil(body.length / dripPieces));
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  for (let start = 0; start < body.length; start += size) {
    if (start > 0) await delay(everyMs, undefined, { ref: false, signal: gone.signal }).catch(() => {});
    if (response.destroyed) return false;
    response.write(body.subarray(start, start + size));
  }
  response.end();
  return true;
};
