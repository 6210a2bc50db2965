import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";

const file = (name: string): string => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** The file with the certificate of the authority that signed `startTls`'s. */
export const authority = file("authority.pem");

const identity = () => ({
  cert: readFileSync(file("server.pem")),
  key: readFileSync(file("server-key.pem")),
});

/** Takes TLS off what is sent to it and hands it on to a local port. */
export const startTls = async (port: number) => {
  const server = createTlsServer(identity(), (socket) => pipe(socket, connect(port, "127.0.0.1")));
  return listening(server);
};

interface Tunnel {
  readonly place: string;
  readonly authorization: string | undefined;
}

/**
 * A proxy that knows CONNECT and nothing else. Whatever place is asked for, its tunnels lead to the local port `to`;
 * a number that `refuses` gives is its answer instead.
 */
export const startProxy = async (to: number, refuses: (tunnel: Tunnel) => number | null = () => null) => {
  const tunnels: Tunnel[] = [];
  const server: HttpServer = createHttpServer((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, socket: Socket) => {
    const tunnel = { place: url, authorization: headers["proxy-authorization"] };
    tunnels.push(tunnel);
    const status = refuses(tunnel);
    if (status !== null) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    pipe(socket, connect(to, "127.0.0.1"));
  });
  return { ...(await listening(server)), tunnels };
};

const pipe = (near: Socket, far: Socket): void => {
  near.on("error", () => far.destroy()).on("close", () => far.destroy());
  far.on("error", () => near.destroy()).on("close", () => near.destroy());
  near.pipe(far).pipe(near);
};

const listening = async (server: Server) => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

/** Runs something with these variables in the environment, and puts back what was there. */
export const withEnvironment = async <Result>(
  variables: Readonly<Record<string, string | undefined>>,
  run: () => Promise<Result>,
): Promise<Result> => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = ([name, value]: readonly [string, string | undefined]): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  Object.entries(variables).forEach(set);
  try {
    return await run();
  } finally {
    before.forEach(set);
  }
};
