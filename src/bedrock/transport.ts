import { buildQueryString, type HttpHandler } from "@smithy/core/protocols";
import type { HttpHandlerOptions } from "@smithy/types";
import type { Dispatcher } from "undici";
import { trustedAuthorities } from "./authorities.js";
import { exchange, type OnPart } from "./exchange.js";
import { proxyTo } from "./proxy.js";
import { poolSkippingContinue } from "./skip-continue.js";
import { throughProxy } from "./through-proxy.js";

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
  const ways = createWays(connections, connectTimeoutMs);
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle({ protocol, hostname, port, path, query, method, headers, body }, given = {}) {
      const { abortSignal, onPart } = given as TransportOptions;
      const search = buildQueryString(query);
      const origin = `${protocol}//${hostname}${port ? `:${port}` : ""}`;
      const { dispatcher, proxy } = ways.to(origin);
      const options = { origin, path: search ? `${path}?${search}` : path, method, headers, body };
      const signal = abortSignal as AbortSignal | undefined;
      const answer = exchange(dispatcher, options, deadlineMs, signal, onPart);
      return proxy === null ? answer : answer.catch(naming(proxy));
    },
    destroy() {
      ways.destroy();
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
};

/** Lets a failure name the proxy that it may be of. */
const naming =
  (proxy: string) =>
  (error: Error): never => {
    throw Object.assign(error, { proxy, message: `${error.message}, through ${proxy}` });
  };

/** How requests get to a place, and the name of the proxy that lies between, if any. */
interface Way {
  readonly dispatcher: Dispatcher;
  readonly proxy: string | null;
}

/** The ways to the places of one client, each found out once, and all of them closed together. */
const createWays = (connections: number, connectTimeoutMs: number) => {
  const secureContext = trustedAuthorities();
  const options = {
    connections,
    connect: { timeout: connectTimeoutMs, ...(secureContext && { secureContext }) },
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const ways = new Map<string, Way>();
  const find = (origin: string): Way => {
    const proxy = proxyTo(new URL(origin));
    return proxy
      ? { dispatcher: throughProxy(proxy, options), proxy: proxy.name }
      : { dispatcher: poolSkippingContinue(origin, options), proxy: null };
  };
  return {
    to(origin: string): Way {
      const way = ways.get(origin) ?? find(origin);
      ways.set(origin, way);
      return way;
    },
    destroy() {
      for (const { dispatcher } of ways.values()) void dispatcher.destroy();
    },
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
