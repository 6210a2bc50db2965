import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/**
 * HTTP/1.1 with connections that stay open, one for each call at a time. The SDK's default opens an HTTP/2
 * session per request, and neither proxies nor test doubles can follow it.
 */
export const createTransport = (
  maxConcurrency: number,
  requestTimeoutMs?: number,
  connectionTimeoutMs = 10_000,
): NodeHttpHandler => {
  const agent = { keepAlive: true, maxSockets: maxConcurrency, timeout: idleMs };
  return new NodeHttpHandler({
    connectionTimeout: connectionTimeoutMs,
    socketAcquisitionWarningTimeout: 0,
    ...(requestTimeoutMs && { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true }),
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
  });
};

/** Idle sockets are closed before the far side does it, since a request on a closing socket may be lost. */
const idleMs = 15_000;
