import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { demoCredentials } from "./authenticate.js";
import type { Backend } from "./invoke.js";
import { readProfileOnly } from "./models.js";
import { route } from "./route.js";
import { type EmulatorStats, emptyStats } from "./stats.js";
import { readRequest, sendReply } from "./wire.js";

export { demoCredentials, type EmulatorStats };

export interface EmulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** How long an answer takes at least, in milliseconds. Default 0. Refusals come at once. */
  readonly latencyMs?: number;
}

export interface Emulator {
  /** The endpoint to give to a client, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** The counts so far; `GET /__stats` answers the same as JSON. */
  stats(): EmulatorStats;
  /** Ends every connection, also those with a request under way. */
  close(): Promise<void>;
}

/**
 * Starts a local Bedrock Runtime that speaks the service's wire: InvokeModel under SigV4 or an API key, in
 * every family's shape, and AssumeRole of STS. It knows `demoCredentials` only. Rejects when the port is taken.
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { port = 0, host = "127.0.0.1", latencyMs = 0 } = options;
  const stats = emptyStats();
  const { accessKeyId, secretAccessKey } = demoCredentials;
  const accounts = new Map([[accessKeyId, { secretAccessKey }]]);
  const backend: Backend = { accounts, profileOnly: readProfileOnly(), latencyMs, stats };
  const server = createServer((incoming, response) => {
    readRequest(incoming)
      .then((request) => route(request, backend))
      .then((reply) => sendReply(response, reply))
      .catch(() => response.destroy()); // The client went away while it was sending.
  });
  // Longer than any client keeps an idle connection, so that none is closed as it is taken up again.
  server.keepAliveTimeout = 120_000;
  server.on("connection", () => {
    stats.connections += 1;
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stats: () => structuredClone(stats),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
