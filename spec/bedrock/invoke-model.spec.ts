import { expect } from "chai";
import nock from "nock";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { type Connection, readConnection } from "../../src/connection/connection.js";
import type { Problem } from "../../src/connection/rules.js";
import { type Invocation, isFailed } from "../../src/core/invoke.js";
import { resolveCredentials } from "../support/credentials.js";
import { atDeadline } from "../support/deadline.js";
import { startServer } from "../support/http-server.js";
import { throughNodeHttp } from "../support/node-http.js";
import { readPlainly, requestOf } from "../support/requests.js";

const host = "https://bedrock-runtime.us-east-1.amazonaws.com";
const modelId = "meta.llama3-8b-instruct-v1:0";
const body = '{"prompt":"hello"}';
const requestId = "4f1c2d3e-0a1b-4c5d-8e9f-001122334455";
const running = new AbortController().signal;

const connect = (changes: Record<string, unknown> = {}): Connection => {
  const problems: Problem[] = [];
  const settings = {
    access_key: "AKIAIOSFODNN7EXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    model_id: modelId,
    request_format: body,
    ...changes,
  };
  const connection = readConnection(settings, problems);
  expect(problems).to.deep.equal([]);
  return connection;
};

const invoke = (changes?: Record<string, unknown>, id = modelId) =>
  createInvoke(connect(changes), readPlainly)(requestOf(body, { modelId: id, maxTokens: null }), running);

const failure = async (changes?: Record<string, unknown>) => {
  const result = await invoke(changes);
  if (!isFailed(result)) throw new Error("expected a failure");
  return result.error;
};

describe("createInvoke", () => {
  throughNodeHttp();
  afterEach(() => {
    expect(nock.pendingMocks()).to.deep.equal([]);
    nock.cleanAll();
  });

  it("sends the body as JSON, signed with SigV4, to the model's path", async () => {
    nock(host, {
      reqheaders: {
        "content-type": "application/json",
        accept: "application/json",
        authorization: /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/bedrock\//,
      },
    })
      .post("/model/meta.llama3-8b-instruct-v1%3A0/invoke", body)
      .reply(200, { generation: "Hi" }, { "x-amzn-requestid": requestId });
    const result = (await invoke()) as Invocation;
    expect(result).to.include({
      body: '{"generation":"Hi"}',
      requestId,
      attempts: 1,
    });
    expect(result.usage).to.include({ inputTokens: null });
  });

  it("escapes an ARN in the path", async () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0";
    nock(host)
      .post(`/model/${encodeURIComponent(arn)}/invoke`)
      .reply(200, {});
    expect(isFailed(await invoke({}, arn))).to.equal(false);
  });

  it("sends a Bedrock API key as a bearer token", async () => {
    nock(host, { reqheaders: { authorization: "Bearer key-1" } })
      .post(/./)
      .reply(200, {});
    const changes = { access_key: null, secret_access_key: null, api_key: "key-1" };
    expect(isFailed(await invoke(changes))).to.equal(false);
  });

  it("signs with the keys that were given even where the environment holds a bearer token", async () => {
    process.env.AWS_BEARER_TOKEN_BEDROCK = "from-the-environment";
    try {
      nock(host, { reqheaders: { authorization: /^AWS4-HMAC-SHA256/ } })
        .post(/./)
        .reply(200, {});
      expect(isFailed(await invoke())).to.equal(false);
    } finally {
      delete process.env.AWS_BEARER_TOKEN_BEDROCK;
    }
  });

  it("assumes the role first, with the external id", async () => {
    const expiry = new Date(Date.now() + 3_600_000).toISOString();
    nock("https://sts.us-east-1.amazonaws.com")
      .post(
        "/",
        (form) => form.ExternalId === "ext-1" && form.RoleArn === "arn:aws:iam::123456789012:role/bedrock",
      )
      .reply(
        200,
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token-1</SessionToken><Expiration>${expiry}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        { "content-type": "text/xml" },
      );
    nock(host, { reqheaders: { "x-amz-security-token": "token-1", authorization: /Credential=ASIAROLE\// } })
      .post(/./)
      .reply(200, {});
    const role = { role_arn: "arn:aws:iam::123456789012:role/bedrock", external_id: "ext-1" };
    expect(isFailed(await invoke(role))).to.equal(false);
  });

  it("passes the guardrail and the service tier on", async () => {
    nock(host, {
      reqheaders: {
        "x-amzn-bedrock-guardrailidentifier": "gr-1",
        "x-amzn-bedrock-guardrailversion": "DRAFT",
        "x-amzn-bedrock-service-tier": "flex",
      },
    })
      .post(/./)
      .reply(200, {});
    const changes = { guardrail_identifier: "gr-1", guardrail_version: "DRAFT", service_tier: "flex" };
    expect(isFailed(await invoke(changes))).to.equal(false);
  });
});

describe("createInvoke, when Bedrock answers with an error", () => {
  throughNodeHttp();
  const cases: [status: number, type: string, message: string, code: string, billed: string][] = [
    [
      429,
      "ThrottlingException",
      "Too many requests, please wait before trying again.",
      "throttled_requests",
      "no",
    ],
    [
      429,
      "ThrottlingException",
      "Too many tokens, please wait before trying again.",
      "throttled_tokens",
      "no",
    ],
    [429, "ThrottlingException", "Too many tokens per day, please wait.", "daily_quota_reached", "no"],
    [429, "ModelNotReadyException", "Not ready", "model_not_ready", "no"],
    [503, "ServiceUnavailableException", "Too many connections", "overloaded", "no"],
    [529, "overloaded_error", "Overloaded", "overloaded", "no"],
    [
      400,
      "ValidationException",
      "Malformed input request: #: required key [x] not found",
      "invalid_request",
      "no",
    ],
    [400, "ValidationException", "The provided model identifier is invalid.", "invalid_model", "no"],
    [400, "ValidationException", "Input is too long for requested model.", "input_too_long", "no"],
    [
      400,
      "ValidationException",
      "Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with…",
      "profile_required",
      "no",
    ],
    [
      403,
      "AccessDeniedException",
      "User is not authorized to perform: bedrock:InvokeModel",
      "access_denied",
      "no",
    ],
    [
      403,
      "AccessDeniedException",
      "You don't have access to the model with the specified model ID.",
      "model_access_denied",
      "no",
    ],
    [
      403,
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      "credentials_rejected",
      "no",
    ],
    [
      403,
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "credentials_expired",
      "no",
    ],
    [
      404,
      "ResourceNotFoundException",
      "Access denied. This Model is marked by provider as Legacy and…",
      "model_legacy",
      "no",
    ],
    [
      404,
      "ResourceNotFoundException",
      "Model use case details have not been submitted for this account.",
      "use_case_form_missing",
      "no",
    ],
    [404, "ResourceNotFoundException", "Could not find the resource", "model_not_found", "no"],
    [400, "ServiceQuotaExceededException", "Quota", "service_quota_exceeded", "no"],
    [413, "Unknown", "Too large", "body_too_large", "no"],
    [408, "ModelTimeoutException", "Timeout", "model_timeout", "unknown"],
    [424, "ModelErrorException", "Model error", "model_error", "unknown"],
    [500, "InternalServerException", "Internal", "service_error", "unknown"],
    [502, "Unknown", "", "service_error", "unknown"],
    [504, "Unknown", "", "service_error", "unknown"],
  ];
  for (const [status, type, message, code, billed] of cases)
    it(`${status} ${type} "${message.slice(0, 40)}" is ${code}, billed ${billed}, after one request`, async () => {
      nock(host)
        .post(/./)
        .reply(
          status,
          { message },
          { "x-amzn-errortype": `${type}:http://internal.amazon.com/`, "x-amzn-requestid": requestId },
        );
      expect(await failure()).to.include({ code, billed, requestId });
      expect(nock.isDone()).to.equal(true);
    });

  it("keeps Retry-After, in seconds or as a date", async () => {
    nock(host).post(/./).reply(429, {}, { "x-amzn-errortype": "ThrottlingException", "retry-after": "7" });
    expect((await failure()).retryAfterMs).to.equal(7000);
    const date = new Date(Date.now() + 60_000).toUTCString();
    nock(host).post(/./).reply(429, {}, { "x-amzn-errortype": "ThrottlingException", "retry-after": date });
    expect((await failure()).retryAfterMs).to.be.within(50_000, 60_000);
  });

  for (const past of ["-5", new Date(Date.now() - 60_000).toUTCString(), "soon"])
    it(`knows of no wait where Retry-After is ${/^\w{3},/.test(past) ? "a date that has passed" : past}`, async () => {
      nock(host).post(/./).reply(429, {}, { "x-amzn-errortype": "ThrottlingException", "retry-after": past });
      expect((await failure()).retryAfterMs).to.equal(null);
    });

  it("takes a redirect, which no model gives, for no answer of Bedrock's", async () => {
    nock(host).post(/./).reply(307, "", { location: "https://login.example/" });
    expect(await failure()).to.include({ code: "endpoint_unusable", billed: "no" });
  });

  it("says nothing of the row or the account that the service's words may quote", async () => {
    nock(host)
      .post(/./)
      .reply(
        400,
        { message: 'Invalid value "hullo" for arn:aws:iam::123456789012:user/eve in account 123456789012' },
        { "x-amzn-errortype": "ValidationException" },
      );
    const { message } = await failure();
    expect(message).not.to.match(/hullo|eve|123456789012/);
  });
});

describe("createInvoke, when no answer comes", () => {
  const local = async (answer: Parameters<typeof startServer>[0], deadline?: number) => {
    const server = await startServer(answer);
    const changes = { endpoint: server.url, ...(deadline && { request_timeout_seconds: deadline }) };
    const call = () => failure(changes);
    try {
      const error = await (deadline ? atDeadline(deadline, () => server.requests() === 1, call) : call());
      return { error, requests: server.requests() };
    } finally {
      await server.close();
    }
  };

  it("ends at the deadline when the headers stall: one request, perhaps billed", async () => {
    const { error, requests } = await local(() => undefined, 1);
    expect(error).to.include({ code: "deadline_exceeded", billed: "unknown" });
    expect(requests).to.equal(1);
  });

  it("ends at the deadline when the body stalls: one request, perhaps billed", async () => {
    const { error, requests } = await local((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"gener');
    }, 1);
    expect(error.billed).to.not.equal("no");
    expect(requests).to.equal(1);
  });

  it("takes a reset after the request as one that may be billed", async () => {
    const { error, requests } = await local((request) => {
      request.on("end", () => request.socket.destroy()).resume();
    });
    expect(error).to.include({ code: "connection_lost", billed: "unknown" });
    expect(requests).to.equal(1);
  });

  it("takes a reset after word that the work goes on as one that may be billed", async () => {
    const { error, requests } = await local((request, response) => {
      response.writeProcessing();
      request.on("end", () => setImmediate(() => request.socket.destroy())).resume();
    });
    expect(error).to.include({ code: "connection_lost", billed: "unknown" });
    expect(requests).to.equal(1);
  });

  it("takes an answer that breaks off in its body as billed", async () => {
    const { error, requests } = await local((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"gener', () => response.destroy());
    });
    expect(error).to.include({ code: "unreadable_response", billed: "yes" });
    expect(requests).to.equal(1);
  });

  it("takes a refused connection as never sent", async () => {
    const server = await startServer(() => undefined);
    await server.close();
    expect(await failure({ endpoint: server.url })).to.include({
      code: "unreachable",
      billed: "no",
      retryable: true,
    });
  });
});

describe("credentials that a check resolves", () => {
  throughNodeHttp();
  it("finds given keys and API keys without asking anybody", async () => {
    expect(await resolveCredentials(connect())).to.equal(null);
    expect(
      await resolveCredentials(connect({ access_key: "", secret_access_key: "", api_key: "k" })),
    ).to.equal(null);
  });

  it("says what to set when the default chain finds nothing", async () => {
    const error = await resolveCredentials(connect({ access_key: "", secret_access_key: "" }));
    expect(error).to.include({ code: "credentials_missing" });
    expect(error?.message).to.contain("access_key");
  });

  it("tells a role that may not be assumed from a missing model permission", async () => {
    nock("https://sts.us-east-1.amazonaws.com")
      .post("/")
      .reply(
        403,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/eve is not authorized</Message></Error></ErrorResponse>`,
        { "content-type": "text/xml" },
      );
    const error = await resolveCredentials(connect({ role_arn: "arn:aws:iam::123456789012:role/bedrock" }));
    expect(error).to.include({ code: "role_denied" });
    expect(error?.message).not.to.contain("eve");
  });

  it("resolves a role even where the environment holds a bearer token", async () => {
    process.env.AWS_BEARER_TOKEN_BEDROCK = "from-the-environment";
    try {
      nock("https://sts.us-east-1.amazonaws.com")
        .post("/")
        .reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
      const role = {
        access_key: "",
        secret_access_key: "",
        role_arn: "arn:aws:iam::123456789012:role/bedrock",
      };
      const keys = { access_key: "AKIAIOSFODNN7EXAMPLE", secret_access_key: "s" };
      expect(await resolveCredentials(connect({ ...role, ...keys }))).to.include({ code: "role_denied" });
      expect((await resolveCredentials(connect(role)))?.billed).to.equal("no");
    } finally {
      delete process.env.AWS_BEARER_TOKEN_BEDROCK;
    }
  });
});
