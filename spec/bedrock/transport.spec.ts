import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { readConnection } from "../../src/connection/connection.js";
import { isFailed } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { startServer } from "../support/http-server.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const callsTo = (endpoint: string, changes: Record<string, unknown> = {}) => {
  const invoke = createInvoke(readConnection(localConfig(endpoint, changes), []), readPlainly);
  return (body = "{}") => invoke(requestOf(body), new AbortController().signal);
};

const failureAt = async (endpoint: string, changes?: Record<string, unknown>) => {
  const result = await callsTo(endpoint, changes)();
  if (!isFailed(result)) throw new Error("expected a failure");
  return result.error;
};

/** A server below HTTP: what it does with each connection. */
const startSockets = async (meet: (socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    meet(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

describe("connections", () => {
  const bedrock = useBedrock();

  it("are at most as many as calls at a time, for any number of rows", async () => {
    // What passes the bytes on counts the connections.
    const { hostname, port } = new URL(bedrock.url);
    const gate = await startSockets((socket) => {
      const far = createConnection(Number(port), hostname).on("error", () => socket.destroy());
      socket.pipe(far).pipe(socket);
    });
    try {
      const config = localConfig(`http://127.0.0.1:${gate.port}`, { max_concurrency: 5 });
      const rows = Array.from({ length: 200 }, (_, id) => ({ text: `Connection ${id}` }));
      const { tracking } = await new AwsBedrockModel().write(syncConfig(config), rows);
      expect(tracking.success).to.equal(200);
      expect(gate.connections()).to.be.within(1, 5);
    } finally {
      await gate.close();
    }
  });

  it("that the far side has closed while idle lose no call", async () => {
    const closed: Promise<unknown>[] = [];
    const server = await startServer((request, response) => {
      closed.push(once(request.socket, "close"));
      response.on("finish", () => request.socket.end());
      request.resume().on("end", () => response.end("{}"));
    });
    try {
      const call = callsTo(server.url);
      for (const nth of [1, 2, 3]) {
        expect(isFailed(await call()), `call ${nth}`).to.equal(false);
        await closed[nth - 1];
      }
      expect(server.requests()).to.equal(3);
    } finally {
      await server.close();
    }
  });

  it("that break under a later call take it with them: it may be billed, and is not sent again", async () => {
    const server = await startServer((request, response) => {
      request.resume().on("end", () => (server.requests() === 2 ? response.destroy() : response.end("{}")));
    });
    try {
      const call = callsTo(server.url);
      expect(isFailed(await call())).to.equal(false);
      const result = await call();
      expect(isFailed(result) && result.error).to.include({ code: "connection_lost", billed: "unknown" });
      expect(server.requests()).to.equal(2);
    } finally {
      await server.close();
    }
  });
});

describe("a connection that is not made", () => {
  it("because the far side hangs up in the TLS handshake has carried nothing", async () => {
    const server = await startSockets((socket) => socket.once("data", () => socket.destroy()));
    try {
      const error = await failureAt(`https://127.0.0.1:${server.port}`);
      expect(error).to.include({ code: "unreachable", billed: "no" });
    } finally {
      await server.close();
    }
  });

  it("before the deadline has carried nothing", async () => {
    const server = await startSockets(() => undefined);
    try {
      const error = await failureAt(`https://127.0.0.1:${server.port}`, { request_timeout_seconds: 1 });
      expect(error).to.include({ code: "unreachable", billed: "no" });
    } finally {
      await server.close();
    }
  });
});

describe("an answer without an end in sight", () => {
  const endless = async (status: number) => {
    const piece = Buffer.alloc(1_000_000, "x");
    const server = await startServer((request, response) => {
      request.resume();
      response.writeHead(status, { "content-type": "application/json" });
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", more);
      more();
    });
    try {
      return await failureAt(server.url);
    } finally {
      await server.close();
    }
  };

  it("is given up at 50 MB: it was billed", async () => {
    const error = await endless(200);
    expect(error).to.include({ code: "unreadable_response", billed: "yes" });
    expect(error.detail).to.contain("longer than 50 MB");
  });

  it("that is an error is judged by its beginning", async () => {
    expect(await endless(403)).to.include({ billed: "no" });
  });
});
