import { expect } from "chai";
import { credentialsErrorCode, serviceErrorCode, transportErrorCode } from "../../src/bedrock/classify.js";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { readConnection } from "../../src/connection/connection.js";
import { type ConnectorError, type ErrorCode, ConnectorError as Failure } from "../../src/core/errors.js";
import { isFailed } from "../../src/core/invoke.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { startServer } from "../support/http-server.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { localConfig } from "../support/sync-config.js";

/** One call to an endpoint that is not Bedrock, and its failure. */
const failureAt = async (endpoint: string): Promise<ConnectorError> => {
  const connection = readConnection(localConfig(endpoint), []);
  const result = await createInvoke(connection, readPlainly)(requestOf("{}"), new AbortController().signal);
  if (!isFailed(result)) throw new Error("expected a failure");
  return result.error;
};

const page =
  "<html><head><title>Error</title></head><body><h1>No.</h1> Too many tokens per day</body></html>";

describe("an HTTP status with a proxy's HTML page", () => {
  const cases: readonly (readonly [number, ErrorCode])[] = [
    [401, "access_denied"],
    [403, "access_denied"],
    [404, "model_not_found"],
    [407, "proxy_unusable"],
    [408, "model_timeout"],
    [413, "body_too_large"],
    [424, "model_error"],
    [429, "throttled_requests"],
    [500, "service_error"],
    [502, "service_error"],
    [503, "overloaded"],
    [504, "service_error"],
    [529, "overloaded"],
  ];
  for (const [status, code] of cases)
    for (const [kind, body, type] of [
      ["a page", page, "text/html"],
      ["no body", "", "text/plain"],
    ] as const)
      it(`${status} with ${kind} is ${code}, after one request`, async () => {
        const server = await startServer((request, response) => {
          request.resume().on("end", () => {
            response.writeHead(status, { "content-type": type });
            response.end(body);
          });
        });
        try {
          const error = await failureAt(server.url);
          expect(error).to.include({ code });
          expect(error.message).to.contain(String(status)).and.not.to.contain("<");
          expect(server.requests()).to.equal(1);
        } finally {
          await server.close();
        }
      });

  it("302 to somewhere else is not followed and not taken for an answer", async () => {
    const server = await startServer((_, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:1/" });
      response.end();
    });
    try {
      expect(await failureAt(server.url)).to.include({ code: "endpoint_unusable", billed: "no" });
      expect(server.requests()).to.equal(1);
    } finally {
      await server.close();
    }
  });
});

describe("serviceErrorCode", () => {
  const words = [
    "Too many tokens per day, please wait before trying again.",
    "Too many tokens, please wait.",
    "The provided model identifier is invalid.",
    "You don't have access to the model with the specified model ID.",
    "Input is too long for requested model.",
    "Invocation with on-demand throughput isn’t supported.",
  ];
  for (const [status, type] of [
    [500, "InternalServerException"],
    [500, "Unknown"],
    [502, "SyntaxError"],
    [504, "Unknown"],
    [408, "ModelTimeoutException"],
    [424, "ModelErrorException"],
  ] as const)
    it(`${status} ${type} stays unknown whatever its words say`, () => {
      for (const text of words)
        expect(new Failure(serviceErrorCode(type, status, text)).billed, text).to.equal("unknown");
    });

  for (const type of ["ThrottlingException", "ValidationException", "AccessDeniedException"])
    for (const status of [500, 502, 504])
      it(`${status} stays unknown though it is called ${type}`, () => {
        expect(new Failure(serviceErrorCode(type, status, "")).billed).to.equal("unknown");
      });

  it("reads the words of a 503 as the overload that it is", () => {
    expect(serviceErrorCode("ServiceUnavailableException", 503, "Too many tokens per day")).to.equal(
      "overloaded",
    );
  });

  it("takes any other status below 500 for a refused request, one that points elsewhere for no call, and what it has never seen as unknown", () => {
    expect(serviceErrorCode("Unheard", 418, "")).to.equal("invalid_request");
    for (const status of [300, 301, 302, 303, 305, 307, 308, 399])
      expect(serviceErrorCode("Unheard", status, ""), `${status}`).to.equal("endpoint_unusable");
    expect(new Failure(serviceErrorCode("Unheard", 599, "")).billed).to.equal("unknown");
    expect(new Failure(serviceErrorCode("Unheard", 199, "")).billed).to.equal("unknown");
  });

  const tooLong = [
    "The model returned the following errors: prompt is too long: 903884 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens",
    "Input is too long for requested model.",
    "Too many input tokens. Max input tokens: 8192, request input token count: 9279",
    "Your input exceeds the context window of this model",
    "The conversation is too large",
  ];
  for (const words of tooLong)
    it(`takes for a long input: ${words.slice(0, 60)}`, () => {
      for (const type of ["ValidationException", "invalid_request_error", "Unheard", ""])
        expect(serviceErrorCode(type, 400, words), type).to.equal("input_too_long");
    });

  it("does not take an output limit of the request format for a long input", () => {
    const words =
      "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for this model";
    expect(serviceErrorCode("ValidationException", 400, words)).to.equal("invalid_request");
  });

  it("lets words choose among what the status allows only, since they may quote a row", () => {
    const row =
      "My mail: Too many tokens per day! The provided model identifier is invalid. Signature expired.";
    for (const status of [400, 404, 409, 422])
      expect(new Failure(serviceErrorCode("Unheard", status, row)).scope, `${status}`).to.not.equal("end");
    expect(serviceErrorCode("ValidationException", 400, "Too many tokens per day")).to.not.equal(
      "daily_quota_reached",
    );
    expect(serviceErrorCode("ResourceNotFoundException", 404, "Signature expired")).to.equal(
      "model_not_found",
    );
  });

  for (const words of [
    "This model version has reached the end of its life. Please refer to the documentation",
    "The model has been retired",
  ])
    it(`knows a model that is gone: ${words.slice(0, 40)}`, () => {
      expect(serviceErrorCode("ResourceNotFoundException", 404, words)).to.equal("model_gone");
      expect(serviceErrorCode("ValidationException", 400, words)).to.equal("model_gone");
    });

  it("is not fooled by names that every object has", () => {
    for (const type of ["constructor", "toString", "__proto__", "hasOwnProperty"])
      expect(serviceErrorCode(type, 400, "")).to.equal("invalid_request");
    for (const type of ["constructor", "toString", "__proto__"])
      expect(credentialsErrorCode(type, "")).to.equal("credentials_unavailable");
  });
});

describe("transportErrorCode", () => {
  const code = (syscall: string | undefined, systemCode: string | undefined): ErrorCode =>
    transportErrorCode({ syscall, systemCode }, false);

  it("is unreachable where there was no connection yet", () => {
    for (const systemCode of ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"])
      expect(code("connect", systemCode)).to.equal("unreachable");
    expect(code("getaddrinfo", "EAI_AGAIN")).to.equal("unreachable");
  });

  it("is endpoint_unusable for a name that does not exist", () => {
    expect(code("getaddrinfo", "ENOTFOUND")).to.equal("endpoint_unusable");
  });

  const certificates = [
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "CERT_REVOKED",
    "CERT_UNTRUSTED",
    "CERT_REJECTED",
    "CERT_SIGNATURE_FAILURE",
    "CERT_CHAIN_TOO_LONG",
    "INVALID_CA",
    "HOSTNAME_MISMATCH",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ];
  for (const systemCode of certificates)
    it(`is endpoint_unusable for ${systemCode}, before which nothing is sent`, () => {
      expect(code(undefined, systemCode)).to.equal("endpoint_unusable");
    });

  it("is connection_lost for everything after that", () => {
    for (const [syscall, systemCode] of [
      ["read", "ECONNRESET"],
      ["write", "EPIPE"],
      ["read", "ETIMEDOUT"],
      [undefined, undefined],
    ] as const)
      expect(code(syscall, systemCode)).to.equal("connection_lost");
  });

  it("is deadline_exceeded once the deadline has passed", () => {
    expect(transportErrorCode({ syscall: "read", systemCode: "ECONNRESET" }, true)).to.equal(
      "deadline_exceeded",
    );
  });
});

describe("an endpoint that cannot be talked to", () => {
  it("over TLS where the far side speaks plain HTTP was sent nothing", async () => {
    const server = await startServer((_, response) => response.end());
    try {
      const error = await failureAt(server.url.replace("http:", "https:"));
      expect(error).to.include({ billed: "no" });
      expect(server.requests()).to.equal(0);
      expect(error.message).not.to.contain(demoCredentials.secret_access_key);
    } finally {
      await server.close();
    }
  });

  it("because its name does not exist was sent nothing", async () => {
    expect(await failureAt("http://bedrock.invalid")).to.include({ billed: "no" });
  });
});
