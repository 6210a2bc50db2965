import type { IncomingHttpHeaders } from "node:http";
import { mock } from "node:test";
import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-bedrock-runtime";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import type { BuildMiddleware } from "@smithy/types";
import { expect } from "chai";
import { createClient } from "../../src/bedrock/client.js";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { readConnection } from "../../src/connection/connection.js";
import { type Invocation, isFailed } from "../../src/core/invoke.js";
import { startServer } from "../support/http-server.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { sdkKeys } from "../support/sdk-keys.js";
import { localConfig } from "../support/sync-config.js";

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = { status?: number; headers?: Record<string, string>; body?: string; afterMs?: number };

/** A server that keeps what came in, and answers as `reply` says. */
const startRecorder = async (reply: (received: Received, nth: number) => Reply = () => ({})) => {
  const received: Received[] = [];
  const server = await startServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const one = { path: request.url ?? "", headers: request.headers, body };
      const { status = 200, headers, body: answer = "{}", afterMs = 0 } = reply(one, received.push(one));
      setTimeout(() => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(answer);
      }, afterMs);
    });
  });
  return { ...server, received };
};

/** Calls of one connection to a recorder. */
const callsTo = (url: string, changes: Record<string, unknown> = {}) => {
  const connection = readConnection(localConfig(url, changes), []);
  const invoke = createInvoke(connection, readPlainly);
  return (body: string, key = "0".repeat(32)) =>
    invoke(requestOf(body, { modelId: connection.modelId, key }), new AbortController().signal);
};

/** The headers that are each request's own, and those that the SDK alone sends. */
const own = [
  ...["authorization", "x-amz-date", "x-amz-content-sha256", "content-length"],
  "x-amzn-bedrock-request-metadata",
];
const sdksAlone = ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"];
const without = (names: readonly string[], headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

/** The authorization that the SDK's signer gives a request that came in. */
const bySdk = async ({ path, headers, body }: Received, sessionToken?: string): Promise<unknown> => {
  const { accessKeyId, secretAccessKey } = sdkKeys;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: "us-east-1",
    service: "bedrock",
    sha256: Sha256,
  });
  const names = /SignedHeaders=([^,]+)/.exec(String(headers.authorization))?.[1]?.split(";") ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const stamp = String(headers["x-amz-date"]);
  const signingDate = new Date(
    stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  const request = new HttpRequest({ method: "POST", path, headers: signed, body });
  return (await signer.sign(request, { signingDate })).headers.authorization;
};

describe("a call after the first of its client", () => {
  const arn =
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0";
  const shapes: Readonly<Record<string, Record<string, unknown>>> = {
    "a model id with a colon": { model_id: "anthropic.claude-3-haiku-20240307-v1:0" },
    "an ARN": { inference_profile: arn },
    "a session token": { session_token: "FwoGZXIvYXdz+/=" },
    "a guardrail and a tier": {
      guardrail_identifier: "gr-1",
      guardrail_version: "DRAFT",
      service_tier: "flex",
    },
  };
  for (const [name, changes] of Object.entries(shapes))
    for (const place of ["", "/base/path"])
      it(`goes out as the SDK's own, with ${name}${place && " and a path in the endpoint"}`, async () => {
        const server = await startRecorder();
        try {
          const call = callsTo(`${server.url}${place}`, changes);
          for (const body of ['{"a":1}', '{"a":"🐎 ž"}', `{"a":"${"x".repeat(100_000)}"}`, '{"a":1}'])
            expect(isFailed(await call(body))).to.equal(false);
          const [first, ...others] = server.received as [Received, ...Received[]];
          expect(others.map(({ body }) => body.length)).to.deep.equal([12, 100_008, 7]);
          for (const other of others) {
            expect(other.path).to.equal(first.path);
            expect(other.headers).to.have.all.keys(without(sdksAlone, first.headers));
            expect(without(own, other.headers)).to.deep.equal(without([...own, ...sdksAlone], first.headers));
            expect(other.headers.authorization).to.equal(
              await bySdk(other, changes.session_token as string | undefined),
            );
          }
        } finally {
          await server.close();
        }
      });

  it("has a name of its own among its metadata", async () => {
    const server = await startRecorder();
    try {
      const call = callsTo(server.url);
      const keys = ["1", "2", "3"].map((digit) => digit.repeat(32));
      for (const key of keys) await call("{}", key);
      const named = server.received.map(({ headers }) => headers["x-amzn-bedrock-request-metadata"]);
      expect(named).to.deep.equal(keys.map((key) => `{"bedrock_model_call":"${key}"}`));
    } finally {
      await server.close();
    }
  });

  it("takes the SDK's steps once a minute", async () => {
    const server = await startRecorder();
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      const { sdk, send } = createClient(readConnection(localConfig(server.url), []));
      let steps = 0;
      const count: BuildMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => (args) => {
        steps++;
        return next(args);
      };
      sdk.middlewareStack.add(count, { step: "build" });
      const stepsOf = async (calls: number): Promise<number> => {
        for (let call = 0; call < calls; call++) await send({ modelId: "model", body: "{}" });
        return steps;
      };
      expect(await stepsOf(5)).to.equal(1);
      mock.timers.tick(61_000);
      expect(await stepsOf(5)).to.equal(2);
      expect(server.requests()).to.equal(10);
    } finally {
      mock.timers.reset();
      await server.close();
    }
  });

  it("carries the API key that the environment holds now", async () => {
    const server = await startRecorder();
    try {
      process.env.AWS_BEARER_TOKEN_BEDROCK = "key-1";
      const call = callsTo(server.url, { access_key: "", secret_access_key: "" });
      for (const key of ["key-1", "key-1", "key-2", "key-2"]) {
        process.env.AWS_BEARER_TOKEN_BEDROCK = key;
        expect(isFailed(await call("{}"))).to.equal(false);
      }
      expect(server.received.map(({ headers }) => headers.authorization)).to.deep.equal([
        "Bearer key-1",
        "Bearer key-1",
        "Bearer key-2",
        "Bearer key-2",
      ]);
    } finally {
      delete process.env.AWS_BEARER_TOKEN_BEDROCK;
      await server.close();
    }
  });

  it("that is refused is judged by the SDK, after one request", async () => {
    const refusal = {
      status: 429,
      headers: { "x-amzn-errortype": "ThrottlingException", "retry-after": "7" },
    };
    const server = await startRecorder((_, nth) =>
      nth === 2 ? { ...refusal, body: '{"message":"x"}' } : {},
    );
    try {
      const call = callsTo(server.url);
      await call("{}");
      const result = await call("{}");
      expect(isFailed(result) && result.error).to.include({
        code: "throttled_requests",
        billed: "no",
        retryAfterMs: 7000,
      });
      expect(server.requests()).to.equal(2);
    } finally {
      await server.close();
    }
  });

  it("is dated by the service's clock once that has refused ours", async () => {
    const ahead = 3_600_000;
    const server = await startRecorder((_, nth) =>
      nth === 2
        ? {
            status: 403,
            headers: {
              "x-amzn-errortype": "InvalidSignatureException",
              date: new Date(Date.now() + ahead).toUTCString(),
            },
          }
        : {},
    );
    try {
      const call = callsTo(server.url);
      for (const body of ["{}", "{}", "{}"]) await call(body);
      const [, wrong, mended] = server.received.map(({ headers }) =>
        Number(String(headers["x-amz-date"]).replace(/\D/g, "")),
      );
      // The hour's digits; at the end of a day they carry over.
      expect((mended as number) - (wrong as number)).to.be.at.least(9_900);
    } finally {
      await server.close();
    }
  });

  it("gets its own counts, however many are under way", async () => {
    const server = await startRecorder(({ body }) => {
      const { n } = JSON.parse(body);
      const headers = {
        "x-amzn-requestid": idOf(n),
        "x-amzn-bedrock-input-token-count": `${n}`,
        "x-amzn-bedrock-output-token-count": `${2 * n}`,
        "x-amzn-bedrock-invocation-latency": `${3 * n}`,
      };
      return { headers, body, afterMs: (n * 7) % 13 };
    });
    try {
      const call = callsTo(server.url, { max_concurrency: 50 });
      // The first fifty find no form and go the SDK's way; the others are filled in.
      const results = await Promise.all(Array.from({ length: 300 }, (_, n) => call(`{"n":${n}}`)));
      results.push(...(await Promise.all(Array.from({ length: 300 }, (_, n) => call(`{"n":${n}}`)))));
      results.forEach((result, index) => {
        const n = index % 300;
        expect(result as Invocation).to.include({
          body: `{"n":${n}}`,
          latencyMs: 3 * n,
          requestId: idOf(n),
        });
        expect((result as Invocation).usage).to.include({ inputTokens: n, outputTokens: 2 * n });
      });
    } finally {
      await server.close();
    }
  });
});

const idOf = (n: number): string => `4f1c2d3e-0a1b-4c5d-8e9f-${String(n).padStart(12, "0")}`;
