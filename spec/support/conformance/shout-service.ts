import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/**
 * A paid service as small as one can be: `POST /say/MODEL` with `{ say }` answers `{ said, end }`, in capitals, and
 * counts characters in headers. It takes one key, and the tokens that `POST /session` gives for it.
 */
export const startShout = async (): Promise<{ url: string; close(): void }> => {
  const tokens = new Set([shoutKey]);
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const reply = (status: number, content: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(content));
    };
    const known = tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""));
    if (!known) return reply(401, { why: "who are you" });
    if (request.url === "/about") return reply(200, { name: "shout" });
    if (request.url === "/session") {
      const token = `session-${tokens.size}`;
      tokens.add(token);
      return reply(200, { token });
    }
    const json = parse(body);
    if (!json) return reply(400, { why: "what is that" });
    const said = String(json.say).toUpperCase();
    const counts = { "x-in": String(body.length), "x-out": String(said.length) };
    reply(200, { said, end: "stop" }, counts);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const parse = (body: string): { say?: unknown } | null => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

export const shoutKey = "key-of-the-shouter-1";
