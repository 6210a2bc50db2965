import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import fc from "fast-check";
import { createSign, type Keys, timeStamp, type Unsigned } from "../../src/bedrock/sign.js";

const region = "eu-central-1";
const noon = Date.UTC(2026, 10, 24, 12, 58, 42, 123);
const keys: Keys = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** What the SDK's own signer makes of a request. */
const bySdk = async (request: Unsigned, keys: Keys, ms: number): Promise<Record<string, string>> => {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region,
    service: "bedrock",
    sha256: Sha256,
  });
  const { headers } = await signer.sign(new HttpRequest({ ...request, headers: { ...request.headers } }), {
    signingDate: new Date(ms),
  });
  return headers;
};

const requestOf = (changes: Partial<Unsigned> = {}): Unsigned => ({
  method: "POST",
  path: "/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke",
  headers: {
    "content-type": "application/json",
    accept: "application/json",
    host: "bedrock-runtime.eu-central-1.amazonaws.com",
    "user-agent": "aws-sdk-js/3.1164.0 ua/2.1",
    "amz-sdk-request": "attempt=1; max=1",
  },
  body: '{"prompt":"hello"}',
  ...changes,
});

describe("signing", () => {
  const sign = createSign(region);
  const expectEqual = async (request: Unsigned, with_: Keys = keys, ms = noon): Promise<void> => {
    expect(sign(request, with_, timeStamp(ms))).to.deep.equal(await bySdk(request, with_, ms));
  };

  const shapes: Readonly<Record<string, Partial<Unsigned>>> = {
    "a model id with a colon": {},
    "an ARN, whose slashes are escaped": {
      path: `/model/${encodeURIComponent("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0")}/invoke`,
    },
    "an endpoint with a port and a path": {
      path: "/proxy//bedrock/./v1/../model/a%2Fb(c)'!*/invoke/",
      headers: { host: "127.0.0.1:9099", accept: "*/*" },
    },
    "the headers of a guardrail and a tier": {
      headers: {
        Host: "localhost",
        "X-Amzn-Bedrock-GuardrailIdentifier": "gr-1",
        "X-Amzn-Bedrock-GuardrailVersion": "DRAFT",
        "X-Amzn-Bedrock-Service-Tier": "flex",
      },
    },
    "headers that proxies may change": {
      headers: {
        host: "h",
        "cache-control": "no-cache",
        connection: "keep-alive",
        expect: "100-continue",
        from: "a@b.c",
        "keep-alive": "timeout=5",
        "max-forwards": "3",
        pragma: "no-cache",
        referer: "https://h/",
        te: "trailers",
        trailer: "x-end",
        "transfer-encoding": "chunked",
        upgrade: "h2c",
        "user-agent": "ua/1",
        "proxy-x": "1",
        "sec-x": "2",
        "x-amzn-trace-id": "Root=1",
      },
    },
    "blanks in headers": { headers: { host: "h", a: "  many   blanks\t\there ", b: "line\r\nbreak" } },
    "no body": { body: "" },
    "a body that is not ASCII": { body: '{"prompt":"žluťoučký kůň 🐎 \u2028"}' },
    "a body of bytes": { body: Buffer.from([0, 255, 128, 10]) },
    "a large body": { body: "x".repeat(3_000_000) },
  };
  for (const [name, shape] of Object.entries(shapes))
    it(`is the SDK's for ${name}`, () => expectEqual(requestOf(shape)));

  it("is the SDK's with a session token", () =>
    expectEqual(requestOf(), { ...keys, sessionToken: "FwoG/+=" }));

  it("follows other keys and another day", async () => {
    await expectEqual(requestOf());
    await expectEqual(requestOf(), { ...keys, secretAccessKey: "another" });
    await expectEqual(requestOf(), { ...keys, accessKeyId: "another" });
    await expectEqual(requestOf(), keys, noon + 86_400_000);
    await expectEqual(requestOf());
  });

  it("is the SDK's for any request", async () => {
    const text = fc.string({ unit: "binary" });
    const headerName = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,12}$/);
    const segment = fc.oneof(fc.string({ unit: "binary" }).map(encodeWhole), fc.constantFrom(".", "..", ""));
    const request = fc.record({
      method: fc.constant("POST"),
      path: fc.array(segment).map((segments) => `/${segments.join("/")}`),
      headers: fc.dictionary(headerName, fc.string(), { noNullPrototype: true }).map(lastOfEachName),
      body: fc.oneof(text, fc.uint8Array()),
    });
    const someKeys = fc.record({
      accessKeyId: fc.string({ minLength: 1 }),
      secretAccessKey: fc.string({ minLength: 1 }),
      sessionToken: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(request, someKeys, (request, keys) => expectEqual(request, keys)),
      {
        numRuns: 300,
      },
    );
  });
});

const encodeWhole = (text: string): string => encodeURIComponent(text.toWellFormed());

/** One header a name, whatever its case, and none that signing itself sets. */
const lastOfEachName = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    new Map(
      Object.entries(headers)
        .filter(([name]) => !/^(?:authorization|date|x-amz-.*)$/i.test(name))
        .map((header) => [header[0].toLowerCase(), header] as const),
    ).values(),
  );
