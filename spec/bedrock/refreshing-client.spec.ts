import { mock } from "node:test";
import { expect } from "chai";
import { createRefreshingClient } from "../../src/bedrock/refreshing-client.js";
import { readConnection } from "../../src/connection/connection.js";
import { AwsBedrockModel, type RunOptions } from "../../src/index.js";
import { demoCredentials, type Fault } from "../../src/testing/emulator/index.js";
import { useBedrock, useFreshBedrock, withBedrock } from "../support/bedrock.js";
import { resolveCredentials } from "../support/credentials.js";
import { startServer } from "../support/http-server.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const role = { role_arn: "arn:aws:iam::123456789012:role/bedrock", external_id: "external-id-7391" };

const rowsFrom = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `Letter ${id}` }));

const write = async (
  endpoint: string,
  changes: Record<string, unknown>,
  records: readonly unknown[],
  options?: RunOptions,
) => {
  const message = await new AwsBedrockModel().write(
    syncConfig(localConfig(endpoint, changes), { sync_run_id: `${++runs}` }),
    records,
    undefined,
    options,
  );
  return { message, ...message.tracking, rows: rowsOf(message), summary: message.tracking.meta.summary };
};
let runs = 0;

describe("a role", () => {
  const bedrock = useFreshBedrock({ latencyMs: 2 });
  beforeEach(() => {
    process.env.AWS_ENDPOINT_URL_STS = bedrock.url;
  });
  afterEach(() => {
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  it("is assumed once for many rows, and for the next run too", async () => {
    expect(await write(bedrock.url, role, rowsFrom(100))).to.include({ success: 100, failed: 0 });
    expect(await write(bedrock.url, role, rowsFrom(100))).to.include({ success: 100, failed: 0 });
    expect(bedrock.stats()).to.include({ roles_assumed: 1, billed: 200 });
  });

  it("is not asked about again until shortly before its session ends", async () => {
    const { client } = createRefreshingClient(readConnection(localConfig(bedrock.url, role), []));
    const found = await client();
    expect(found).not.to.be.an("error");
    expect(client()).to.equal(found);
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 55 * 60_000 });
    try {
      expect(client()).to.be.a("promise");
      expect(await client()).to.equal(found);
    } finally {
      mock.timers.reset();
    }
  });

  for (const nth of [1, 2, 50])
    it(`whose session expires at the ${nth}th answer is assumed once more for all rows, and none fails`, async () => {
      let expired = false;
      const onProgress: RunOptions["onProgress"] = ({ enriched }) => {
        if (enriched < nth || expired) return;
        expired = true;
        bedrock.expireSessions();
      };
      const { success, rows, summary } = await write(bedrock.url, role, rowsFrom(100), { onProgress });
      expect(expired).to.equal(true);
      expect(success, JSON.stringify(summary.errors)).to.equal(100);
      expect(rows.map(({ id }) => id)).to.deep.equal(rowsFrom(100).map(({ id }) => id));
      const { roles_assumed, billed, distinct_billed, requests } = bedrock.stats();
      expect({ roles_assumed, billed, distinct_billed }).to.deep.equal({
        roles_assumed: 2,
        billed: 100,
        distinct_billed: 100,
      });
      expect(summary.calls).to.equal(requests);
    });

  it("whose session has expired before a run is assumed once more each time", async () => {
    for (const time of [1, 2, 3]) {
      const records = rowsFrom(60).map(({ id }) => ({ text: `Letter ${id} of run ${time}` }));
      const { success, summary } = await write(bedrock.url, role, records);
      expect(success, JSON.stringify(summary.errors)).to.equal(60);
      expect(bedrock.stats()).to.include({ roles_assumed: time, billed: 60 * time });
      bedrock.expireSessions();
    }
  });

  it("that may not be renewed ends the run, without a call to Bedrock that is billed", async () => {
    const sts = await startServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(403, { "content-type": "text/xml" });
        response.end(stsError("AccessDenied", "No more."));
      });
    });
    try {
      let expired = false;
      const onProgress: RunOptions["onProgress"] = ({ enriched }) => {
        if (enriched < 5 || expired) return;
        expired = true;
        process.env.AWS_ENDPOINT_URL_STS = sts.url;
        bedrock.expireSessions();
      };
      const { success, summary } = await write(bedrock.url, role, rowsFrom(300), { onProgress });
      expect(success).to.equal(bedrock.stats().billed);
      expect(summary.enriched + summary.failed + summary.not_sent).to.equal(300);
      expect(summary.errors).to.have.any.keys("run_broken");
      expect(bedrock.stats().requests).to.be.below(100);
    } finally {
      await sts.close();
    }
  });
});

const stsError = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

describe("an STS that does not hand out credentials", () => {
  const bedrock = useBedrock();
  let close: () => Promise<void>;
  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await close();
  });

  const serveSts = async (answer: Parameters<typeof startServer>[0]) => {
    const sts = await startServer(answer);
    process.env.AWS_ENDPOINT_URL_STS = sts.url;
    close = sts.close;
    return sts;
  };

  for (const [type, code] of [
    ["AccessDenied", "role_denied"],
    ["ExpiredToken", "credentials_expired"],
    ["InvalidClientTokenId", "credentials_rejected"],
    ["SignatureDoesNotMatch", "credentials_rejected"],
  ] as const)
    it(`because of ${type} is ${code}: nothing is sent to Bedrock, and the run ends`, async () => {
      const sts = await serveSts((request, response) => {
        request.resume().on("end", () => {
          response.writeHead(403, { "content-type": "text/xml" });
          response.end(stsError(type, `User arn:aws:iam::123456789012:user/evelyn: ${role.external_id}`));
        });
      });
      const { message, rows, summary } = await write(
        bedrock.url,
        { ...role, output_field: type },
        rowsFrom(50),
      );
      expect(rows[0]?._bedrock).to.deep.include({ status: "failed", attempts: 0, billed: "no" });
      expect(rows[0]?._bedrock.error?.code).to.equal(code);
      expect(summary).to.include({ enriched: 0, failed: 3, not_sent: 47, calls: 0 });
      expect(bedrock.stats().requests).to.equal(0);
      expect(sts.requests()).to.be.at.most(3);
      expect(JSON.stringify(message)).not.to.match(/evelyn|external-id|123456789012/);
    });

  it("because it never answers is given up after ten seconds", async () => {
    let asked: () => void = () => undefined;
    const request = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await serveSts((incoming) => incoming.resume().on("end", asked));
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const result = resolveCredentials(readConnection(localConfig(bedrock.url, role), []));
      await request;
      mock.timers.tick(10_000);
      expect(await result).to.include({ code: "credentials_unavailable", billed: "no" });
    } finally {
      mock.timers.reset();
    }
  });
});

describe("given keys that have expired", () => {
  it("are credentials_expired after one request", async () => {
    const message = "The security token included in the request is expired";
    const faults: Fault[] = [{ kind: "error", status: 403, type: "ExpiredTokenException", message }];
    await withBedrock({ faults }, async (bedrock) => {
      const { rows } = await write(bedrock.url, {}, rowsFrom(1));
      expect(rows[0]?._bedrock).to.deep.include({ status: "failed", attempts: 1, billed: "no" });
      expect(rows[0]?._bedrock.error?.code).to.equal("credentials_expired");
      expect(bedrock.stats().requests).to.equal(1);
    });
  });
});

describe("what a service quotes of a request", () => {
  const token = "FwoGZXIvYXdzEXAMPLEsessionTOKEN0123456789abcdef";
  const apiKey = "bedrock-api-key-0123456789abcdef";
  const ambient = "ambient-bearer-0123456789abcdef";
  const unsigned = { access_key: "", secret_access_key: "" };
  const sessionSecret = "sessionSECRET0123456789abcdefSESSION";

  /** What AWS writes of a bad signature: everything that was signed. */
  const canonical = (headers: NodeJS.Dict<string | string[]>, gap: string): string => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
    return [
      "The request signature we calculated does not match the signature you provided.",
      `The Canonical String for this request should have been\n'POST\n/model/x/invoke\n${lines.join("\n")}'`,
      `The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n${headers.authorization}'`,
    ].join(gap);
  };

  const cases: [name: string, config: Record<string, unknown>, secrets: string[]][] = [
    ["keys", {}, [demoCredentials.secret_access_key]],
    ["a session token", { session_token: token }, [token, demoCredentials.secret_access_key]],
    ["an API key", { ...unsigned, api_key: apiKey }, [apiKey]],
    ["the host's API key", unsigned, [ambient]],
    ["a role", role, [token, sessionSecret, role.external_id]],
  ];
  const echoes: [name: string, text: (headers: NodeJS.Dict<string | string[]>) => string][] = [
    ["the canonical string", (headers) => canonical(headers, "\n\n")],
    ["the canonical string in one paragraph", (headers) => canonical(headers, " ")],
    ["the headers as JSON", (headers) => `Bad request: ${JSON.stringify(headers)}`],
    [
      "bare tokens",
      (headers) => `Not valid: ${headers["x-amz-security-token"] ?? headers.authorization?.slice(7)}!`,
    ],
  ];
  for (const [name, config, secrets] of cases)
    for (const [form, text] of echoes)
      it(`shows nothing of ${name} though it is ${form}`, async () => {
        const server = await startServer((request, response) => {
          request.resume().on("end", () => {
            if (request.url === "/") {
              response.writeHead(200, { "content-type": "text/xml" });
              response.end(
                `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>${sessionSecret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${new Date(Date.now() + 3.6e6).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
              );
              return;
            }
            response.writeHead(403, {
              "content-type": "application/json",
              "x-amzn-errortype": "InvalidSignatureException",
            });
            response.end(JSON.stringify({ message: text(request.headers) }));
          });
        });
        process.env.AWS_ENDPOINT_URL_STS = server.url;
        if (config === unsigned) process.env.AWS_BEARER_TOKEN_BEDROCK = ambient;
        try {
          const { message, rows } = await write(server.url, config, rowsFrom(1));
          expect(rows[0]?._bedrock.error?.code).to.equal("credentials_rejected");
          const said = JSON.stringify(message);
          for (const secret of secrets) expect(said).not.to.contain(secret);
          expect(said).not.to.match(/Signature=[0-9a-f]{8}/);
        } finally {
          delete process.env.AWS_ENDPOINT_URL_STS;
          delete process.env.AWS_BEARER_TOKEN_BEDROCK;
          await server.close();
        }
      });
});
