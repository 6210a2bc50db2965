import { buildQueryString, type HttpHandler } from "@smithy/core/protocols";
import type { HttpHandlerOptions } from "@smithy/types";
import { Agent } from "undici";
import { exchange, type OnPart } from "./exchange.js";
import { poolSkippingContinue } from "./skip-continue.js";

/**
 * Makes what carries a client's requests over so many connections to one place, each request ended after
 * `deadlineMs`.
 */
type MakeTransport = (connections: number, deadlineMs: number, connectTimeoutMs?: number) => HttpHandler;

/** What a transport is told of one request beside it. */
export interface TransportOptions extends HttpHandlerOptions {
  readonly onPart?: OnPart | undefined;
}

/**
 * HTTP/1.1 with connections that stay open, one for each call at a time. The SDK's default opens an HTTP/2 session
 * per request; Node's own client takes half as much work again per call. The deadline is kept here, since a signal
 * for each call would turn the SDK's `cacheMiddleware` off.
 */
const throughUndici: MakeTransport = (connections, deadlineMs, connectTimeoutMs = 10_000) => {
  const agent = new Agent({
    connections,
    factory: poolSkippingContinue,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ protocol, hostname, port, path, query, method, headers, body }, given = {}) {
      const { abortSignal, onPart } = given as TransportOptions;
      const search = buildQueryString(query);
      const options = {
        origin: `${protocol}//${hostname}${port ? `:${port}` : ""}`,
        path: search ? `${path}?${search}` : path,
        method,
        headers,
        body,
      };
      const signal = abortSignal as AbortSignal | undefined;
      return { response: await exchange(agent, options, deadlineMs, signal, onPart) };
    },
    destroy() {
      void agent.destroy();
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
};

/** Idle sockets are closed before the far side does it, since a request on a closing socket may be lost. */
const idleMs = 15_000;

let make = throughUndici;

/** The transport of a client: of the calls, and of those for credentials. */
export const createTransport: MakeTransport = (...limits) => make(...limits);

/**
 * Has all clients made from now on use another transport; none stands for the usual one. For test doubles of HTTP.
 */
export const useTransport = (other: MakeTransport = throughUndici): void => {
  make = other;
};
