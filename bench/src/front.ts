import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { demoCredentials } from "../../dist/emulator/index.js";

/**
 * A door before the local Bedrock that speaks TLS and HTTP/2 where it has a certificate, and that takes Converse,
 * which has the shape of Nova's InvokeModel. What comes in goes on over HTTP/1.1 connections that stay open.
 */
export const openFront = async (to: string, tls?: { readonly key: string; readonly cert: string }) => {
  const agent = new Agent({ keepAlive: true });
  const pass = (incoming: IncomingMessage, response: ServerResponse): void => {
    forward(incoming, response, to, agent).catch(() => response.destroy());
  };
  const server = tls
    ? (createSecureServer({ ...tls, allowHTTP1: true }, pass as never) as unknown as Server)
    : createServer({ keepAliveTimeout: 120_000 }, pass);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
};

/** The signature covers the way the request came, so it goes on with an API key instead. */
const forward = async (
  incoming: IncomingMessage,
  response: ServerResponse,
  to: string,
  agent: Agent,
): Promise<void> => {
  const came = await buffer(incoming);
  const { method = "", url = "" } = incoming;
  const isConverse = url.endsWith("/converse");
  const path = isConverse ? url.replace(/\/converse$/, "/invoke") : url;
  const body = isConverse ? withoutExtras(came) : came;
  const headers = {
    authorization: `Bearer ${demoCredentials.apiKey}`,
    "content-type": "application/json",
    "content-length": body.length,
  };
  const call = request(to + path, { method, agent, headers });
  call.end(body);
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  const whole = await buffer(answer);
  const { connection: _, "keep-alive": __, ...kept } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, kept);
  response.end(whole);
};

/** What Converse and Nova's InvokeModel have in common. */
const withoutExtras = (body: Buffer): Buffer => {
  const { messages, inferenceConfig } = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify({ messages, inferenceConfig }));
};
