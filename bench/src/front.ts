import { once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { demoApiKey } from "../../dist/testing/emulator/index.js";

/**
 * A door before the local Bedrock that speaks TLS, with HTTP/2 or 1.1. What comes in goes on over plain HTTP/1.1
 * connections that stay open.
 */
export const openFront = async (to: string, tls: { readonly key: string; readonly cert: string }) => {
  const agent = new Agent({ keepAlive: true });
  const pass = (incoming: IncomingMessage, response: ServerResponse): void => {
    forward(incoming, response, to, agent).catch(() => response.destroy());
  };
  const server = createSecureServer({ ...tls, allowHTTP1: true }, pass as never) as unknown as Server;
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
};

/** The signature covers how the request came in, so it goes on with an API key instead. */
const forward = async (
  incoming: IncomingMessage,
  response: ServerResponse,
  to: string,
  agent: Agent,
): Promise<void> => {
  const body = await buffer(incoming);
  const { method = "", url = "" } = incoming;
  const headers = {
    authorization: `Bearer ${demoApiKey}`,
    "content-type": "application/json",
    "content-length": body.length,
  };
  const call = request(to + url, { method, agent, headers });
  call.end(body);
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  const whole = await buffer(answer);
  const { connection: _, "keep-alive": __, ...kept } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, kept);
  response.end(whole);
};
