import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { withBedrock } from "../support/bedrock.js";
import { startServer } from "../support/http-server.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const answer = JSON.stringify({
  output: { message: { role: "assistant", content: [{ text: "fine" }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 3, outputTokens: 1 },
});

/** In the place of a piece: the connection ends. */
const END = "END";

/** A server of bytes: what it says to each whole request, in pieces. */
const startRaw = async (say: (request: number) => readonly string[]): Promise<Server> => {
  let requests = 0;
  const server = createServer((socket: Socket) => {
    let seen = "";
    socket.on("error", () => undefined);
    socket.on("data", async (chunk) => {
      seen += chunk.toString("latin1");
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? Number.POSITIVE_INFINITY);
      const end = seen.indexOf("\r\n\r\n") + 4;
      if (end < 4 || seen.length < end + length) return;
      seen = seen.slice(end + length);
      for (const piece of say(requests++))
        if (piece === END) socket.end();
        else await new Promise((written) => socket.write(piece, written));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
};

const portOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const write = (endpoint: string, rows = 6, changes: Record<string, unknown> = {}) =>
  new AwsBedrockModel().write(
    syncConfig(localConfig(endpoint, changes)),
    Array.from({ length: rows }, (_, id) => ({ id, text: `Letter ${id}` })),
  );

describe("word that an answer is under way", () => {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n`;
  const ways: Readonly<Record<string, readonly string[]>> = {
    "in one piece with it": [`HTTP/1.1 100 Continue\r\n\r\n${head}${answer}`],
    "before it": ["HTTP/1.1 100 Continue\r\n\r\n", head + answer],
    "with headers of its own": [
      "HTTP/1.1 100 Continue\r\nDate: Fri, 27 Nov 2026 10:00:00 GMT\r\n\r\n",
      head,
      answer,
    ],
    "twice, and 102 between": [
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
      "HTTP/1.1 100 \r\n\r\n",
      head + answer,
    ],
    "byte by byte": [..."HTTP/1.1 100 Continue\r\n\r\n", ...head, answer],
    "by HTTP/1.0's name, without words": ["HTTP/1.0 100\n\n", head + answer],
    "of hints": ["HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", head + answer],
    "that never comes": [..."HTTP/1.1 200 OK\r\n", head.slice("HTTP/1.1 200 OK\r\n".length), answer],
  };
  for (const [name, pieces] of Object.entries(ways))
    it(`${name} costs no answer`, async () => {
      const server = await startRaw(() => pieces);
      try {
        const { tracking } = await write(portOf(server));
        expect(tracking).to.include({ success: 6, failed: 0 });
        expect(tracking.meta.summary.calls).to.equal(6);
      } finally {
        server.close();
      }
    });

  it("and then nothing is a call whose outcome is unknown", async () => {
    const server = createServer((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 100 Continue\r\n\r\n"));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const [row] = rowsOf(await write(portOf(server), 1));
      expect(row?._bedrock).to.include({ status: "held", billed: "unknown" });
    } finally {
      server.close();
    }
  });
});

describe("an error body of any form", () => {
  const bodies = [
    '{"message":{"detail":"x"}}',
    '{"message":5}',
    '{"message":null}',
    '{"message":["a",{"b":"c"}]}',
    '{"Message":"Rate exceeded"}',
    '{"error":"nope"}',
    '{"error":{"type":"invalid_request_error","message":"messages: Field required"}}',
    '{"error":null,"__type":7,"code":{},"type":[]}',
    '{"__proto__":{"message":"x"},"constructor":1}',
    "5",
    "null",
    "true",
    '"text"',
    "[]",
    '[{"message":"x"}]',
    "{",
    "",
    "\u0000\uFFFD",
    "<html><body>Too many tokens per day</body></html>",
    `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
  ];
  const headers: readonly Record<string, string>[] = [
    {},
    { "x-amzn-errortype": "::::" },
    { "x-amzn-errortype": "constructor", "retry-after": "1e999", date: "yesterday", age: "x" },
    {
      "x-amzn-errortype": "com.x#ROWVALQQ0:http://x/",
      "x-amzn-requestid": "ROWVALQQ1",
      "retry-after": "ROWVALQQ2",
    },
    {
      "content-type": "application/x-amz-cbor",
      "content-encoding": "gzip",
      date: "Thu, 01 Jan 1970 00:00:00 GMT",
    },
  ];

  for (const status of [299, 302, 400, 403, 407, 413, 429, 500, 599])
    it(`${status} is each row's outcome, and nothing of it is shown that is not known`, async () => {
      const server = await startServer((request, response) => {
        request.resume().on("end", () => {
          const at = server.requests() - 1;
          const sent = { ...headers[at % headers.length], "x-turn": String(at) };
          response.writeHead(status, sent).end(bodies[at % bodies.length]);
        });
      });
      try {
        // One row a run, so that none is ended for the others. What waits to be sent again takes its time.
        const waits = status === 429;
        for (let row = 0; row < (waits ? 3 : status % 100 === 0 ? bodies.length : 6); row++) {
          const message = await new AwsBedrockModel().write(
            syncConfig(localConfig(server.url, { max_concurrency: 1 }), { sync_run_id: `${status} ${row}` }),
            [{ id: row, text: "Letter" }],
            "create",
            { signal: AbortSignal.timeout(waits ? 100 : 60_000) },
          );
          expect(message.tracking).to.include({ success: 0, failed: 1 });
          expect(JSON.stringify(message)).to.not.match(/ROWVALQQ|yesterday|detail|<html/);
          const trace = rowsOf(message)[0]?._bedrock as { status: string; billed: string };
          if (status >= 300 && status < 500) expect(trace.billed, `${row}`).to.equal("no");
          else if (status >= 500) expect(trace, `${row}`).to.include({ status: "held", billed: "unknown" });
        }
      } finally {
        await server.close();
      }
    });
});

describe("a clock that is off", () => {
  for (const clockMinutes of [12, -12, 600])
    for (const [name, changes] of [
      ["given keys", {}],
      ["a role", { role_arn: "arn:aws:iam::123456789012:role/bedrock" }],
    ] as const)
      it(`by ${clockMinutes} minutes costs no row and no check, with ${name}`, async () => {
        await withBedrock({ account: { clockMinutes } }, async ({ url }) => {
          // What assumes the role asks STS, which is there too.
          process.env.AWS_ENDPOINT_URL_STS = url;
          try {
            const { tracking } = await write(url, 30, changes);
            expect(tracking).to.include({ success: 30, failed: 0 });
            const rejected = tracking.meta.summary.rejections.clock_differs ?? 0;
            expect(rejected).to.be.within(1, 2);
            const check = await new AwsBedrockModel().checkConnection(localConfig(url, changes));
            expect(check.connection_status).to.include({ status: "succeeded" });
          } finally {
            delete process.env.AWS_ENDPOINT_URL_STS;
          }
        });
      });

  it("is named where the far side does not tell its own", async () => {
    const server = await startServer((request, response) => {
      request.resume().on("end", () => {
        response.sendDate = false;
        response.writeHead(403, { "x-amzn-errortype": "InvalidSignatureException" });
        response.end(
          '{"message":"Signature expired: 20261127T100000Z is now earlier than 20261127T110000Z"}',
        );
      });
    });
    try {
      const [row] = rowsOf(await write(server.url, 1));
      expect(row).to.have.nested.property("_bedrock.error.code", "clock_differs");
      expect(server.requests()).to.equal(1);
    } finally {
      await server.close();
    }
  });
});

describe("an error that breaks off before its end", () => {
  it("is what its status says: refused, or sent again, and not billed", async () => {
    const cut = (status: string) => [
      `HTTP/1.1 ${status}\r\ntransfer-encoding: chunked\r\nx-amzn-errortype: Cut\r\n\r\n10\r\n{"message":"xxxx\r\n`,
    ];
    const statuses = ["429 Too Many Requests", "400 Bad Request", "200 OK"];
    const server = await startRaw((request) => {
      const status = statuses[request];
      return status === undefined ? [answer] : [...cut(status), END];
    });
    try {
      const [row] = rowsOf(await write(portOf(server), 1));
      expect(row?._bedrock).to.include({ status: "failed", billed: "no", attempts: 2 });
      expect(row?._bedrock.error?.code).to.equal("invalid_request");
    } finally {
      server.close();
    }
  });
});

describe("an answer that a gateway packed unasked", () => {
  const packed: readonly (readonly [string, Buffer])[] = [
    ["gzip", gzipSync(answer)],
    ["deflate", deflateSync(answer)],
    ["br", brotliCompressSync(answer)],
    ["GZIP", gzipSync(answer)],
    ["identity", Buffer.from(answer)],
    // A header that is left of a proxy that has unpacked it.
    ["gzip", Buffer.from(answer)],
    ["utf-8", Buffer.from(`\ufeff${answer}`)],
  ];
  it("is read, and so is an error", async () => {
    let encoding = "";
    let body: Buffer = Buffer.alloc(0);
    let status = 200;
    const server = await startServer((request, response) => {
      request
        .resume()
        .on("end", () => response.writeHead(status, { "content-encoding": encoding }).end(body));
    });
    try {
      for ([encoding, body] of packed) {
        const [row] = rowsOf(await write(server.url, 1));
        expect(row, encoding).to.have.nested.property("_bedrock.status", "enriched");
      }
      [encoding, body, status] = ["gzip", gzipSync('{"message":"prompt is too long"}'), 400];
      const [row] = rowsOf(await write(server.url, 1));
      expect(row).to.have.nested.property("_bedrock.error.code", "input_too_long");
    } finally {
      await server.close();
    }
  });

  it("is no answer where it unpacks to more than Bedrock gives", async () => {
    const body = gzipSync(Buffer.alloc(60_000_000, 32));
    const server = await startServer((request, response) => {
      request.resume().on("end", () => response.writeHead(200, { "content-encoding": "gzip" }).end(body));
    });
    try {
      const [row] = rowsOf(await write(server.url, 1));
      expect(row).to.have.nested.property("_bedrock.error.code", "unreadable_response");
      expect(row?._bedrock.error?.message).to.contain("longer than 50 MB");
    } finally {
      await server.close();
    }
  });
});

describe("an error that says it is a success", () => {
  const writeTo = async (bodies: readonly string[]) => {
    const server = await startServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(bodies[Math.min(server.requests(), bodies.length) - 1]);
      });
    });
    try {
      const message = await write(server.url, 1);
      return { row: rowsOf(message)[0], summary: message.tracking.meta.summary };
    } finally {
      await server.close();
    }
  };

  for (const body of [
    '{"Output":{"__type":"com.amazon.coral.service#ThrottlingException"},"Version":"1.0"}',
    '{"__type":"ThrottlingException","message":"Rate exceeded"}',
    '{"error":{"type":"rate_limit_error","message":"slow down"},"type":"error"}',
  ])
    it(`waits and goes again: ${body.slice(0, 60)}`, async () => {
      const { row, summary } = await writeTo([body, answer]);
      expect(row).to.have.nested.property("_bedrock.status", "enriched");
      expect(summary.rejections).to.deep.equal({ throttled_requests: 1 });
    });

  it("is refused, where it says so", async () => {
    const { row } = await writeTo([
      '{"Output":{"__type":"x#ValidationException"},"message":"messages: Field required"}',
    ]);
    expect(row).to.have.nested.property("_bedrock.error.code", "invalid_request");
    expect(row).to.have.nested.property("_bedrock.billed", "no");
  });

  it("may have been billed, where it says nothing that is known", async () => {
    const { row } = await writeTo(['{"error":"?"}']);
    expect(row).to.have.nested.property("_bedrock.error.code", "service_error");
    expect(row).to.have.nested.property("_bedrock.status", "held");
  });

  it("is not an answer that has such a word in it", async () => {
    const { row } = await writeTo([
      answer.replace('"fine"', '"{\\"error\\":1,\\"__type\\":\\"ThrottlingException\\"}"'),
    ]);
    expect(row).to.have.nested.property("_bedrock.status", "enriched");
  });
});
