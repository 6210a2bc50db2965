import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { expect } from "chai";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { proxyTo } from "../../src/bedrock/proxy.js";
import { readConnection } from "../../src/connection/connection.js";
import { isFailed } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { resolveCredentials } from "../support/credentials.js";
import { startServer } from "../support/http-server.js";
import { authority, startProxy, startTls, withEnvironment } from "../support/network.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { rowsOf } from "../support/rows.js";
import { type AnyConfig, localConfig, syncConfig } from "../support/sync-config.js";

/** A connection without an endpoint; no two are alike, since a session keeps the ways that it has found. */
const awsConfig = (changes: Record<string, unknown> = {}) =>
  localConfig("", { output_field: `column_${++connections}`, ...changes });
let connections = 0;

const ofLoopback = { subjectaltname: "IP Address:0:0:0:0:0:0:0:1", subject: {} } as PeerCertificate;

const write = async (config: Record<string, unknown>, texts: readonly string[] = ["One"]) => {
  const message = await new AwsBedrockModel().write(
    syncConfig(config),
    texts.map((text) => ({ text })),
  );
  return { ...message.tracking, rows: rowsOf(message) };
};

/** What one call comes to, without the retries of a run. */
const failureOf = async (config: Record<string, unknown>) => {
  const invoke = createInvoke(readConnection(config, []), readPlainly);
  const result = await invoke(requestOf("{}"), new AbortController().signal);
  if (!isFailed(result)) throw new Error("expected a failure");
  return result.error;
};

const check = async (config: AnyConfig): Promise<{ status: string; message: string }> => {
  const { connection_status } = await new AwsBedrockModel().checkConnection(config);
  return { message: "", ...connection_status };
};

/** The local Bedrock behind TLS of AWS's names. */
const behindTls = () => {
  const bedrock = useFreshBedrock();
  let tls: Awaited<ReturnType<typeof startTls>>;
  beforeEach(async () => {
    tls = await startTls(Number(new URL(bedrock.url).port));
  });
  afterEach(() => tls.close());
  return { bedrock, port: () => tls.port };
};

describe("a proxy", () => {
  const { bedrock, port } = behindTls();
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let refused: number | null = null;
  beforeEach(async () => {
    refused = null;
    proxy = await startProxy(port(), () => refused);
  });
  afterEach(() => proxy.close());

  const url = (user = "") => `http://${user}127.0.0.1:${proxy.port}`;
  const places = () => [...new Set(proxy.tunnels.map(({ place }) => place))].sort();

  it("carries the calls to AWS's own names, over as few connections as without it", () =>
    withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority }, async () => {
      const texts = Array.from({ length: 40 }, (_, id) => `Letter ${id}`);
      const { success, rows } = await write(awsConfig({ max_concurrency: 4 }), texts);
      expect(success, JSON.stringify(rows[0])).to.equal(40);
      expect(places()).to.deep.equal(["bedrock-runtime.us-east-1.amazonaws.com:443"]);
      expect(proxy.tunnels.length).to.be.at.most(4);
      expect(proxy.tunnels[0]?.authorization).to.equal(undefined);
    }));

  it("carries a check's questions to the control plane and to STS", () =>
    withEnvironment({ https_proxy: url(), AWS_CA_BUNDLE: authority }, async () => {
      const { status, message } = await check(awsConfig());
      expect(status).to.equal("succeeded");
      expect(places()).to.deep.equal([
        "bedrock.us-east-1.amazonaws.com:443",
        "sts.us-east-1.amazonaws.com:443",
      ]);
      expect(message).not.to.contain("Not checked");
    }));

  it("carries the assuming of a role", () =>
    withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority }, async () => {
      const role = { role_arn: "arn:aws:iam::123456789012:role/bedrock" };
      expect((await write(awsConfig(role))).success).to.equal(1);
      expect(bedrock.stats().roles_assumed).to.equal(1);
      expect(places()).to.include("sts.us-east-1.amazonaws.com:443");
    }));

  for (const [what, variables, place] of [
    ["FIPS", { AWS_USE_FIPS_ENDPOINT: "true" }, "bedrock-runtime-fips.us-east-1.amazonaws.com:443"],
    ["dual stack", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "bedrock-runtime.us-east-1.api.aws:443"],
  ] as const)
    it(`lies on the way to AWS's names of ${what} too`, () =>
      withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority, ...variables }, async () => {
        expect((await write(awsConfig())).success).to.equal(1);
        expect(places()).to.deep.equal([place]);
      }));

  it("lies on the way to an IPv6 address", async function () {
    // Node 22.23 takes no certificate for one.
    if (checkServerIdentity("::1", ofLoopback)) this.skip();
    await withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority }, async () => {
      expect((await write(awsConfig({ endpoint: "https://[::1]:8443" }))).success).to.equal(1);
      expect(places()).to.deep.equal(["[::1]:8443"]);
    });
  });

  it("for plain HTTP makes a tunnel as well", async () => {
    const plain = await startProxy(Number(new URL(bedrock.url).port));
    try {
      await withEnvironment({ HTTP_PROXY: `127.0.0.1:${plain.port}` }, async () => {
        expect((await write(awsConfig({ endpoint: "http://bedrock.internal" }))).success).to.equal(1);
      });
      expect(plain.tunnels.map(({ place }) => place)).to.deep.equal(["bedrock.internal:80"]);
    } finally {
      await plain.close();
    }
  });

  for (const [written, meant] of [
    ["mary:p%40ss", "mary:p@ss"],
    ["mary:50%:off", "mary:50%:off"],
    ["token", "token:"],
    ["mary:", "mary:"],
  ] as const)
    it(`gets the user and password that ${written}@ means`, () =>
      withEnvironment({ HTTPS_PROXY: url(`${written}@`), AWS_CA_BUNDLE: authority }, async () => {
        expect((await write(awsConfig())).success).to.equal(1);
        const basic = `Basic ${Buffer.from(meant).toString("base64")}`;
        expect(proxy.tunnels[0]?.authorization).to.equal(basic);
      }));

  for (const [status, code, user, says] of [
    [407, "proxy_unusable", "", /wants a user and a password, HTTPS_PROXY=http:\/\/USER:PASSWORD@/],
    [407, "proxy_unusable", "mary:Hunter2@", /does not take the user and password in HTTPS_PROXY/],
    [
      403,
      "proxy_unusable",
      "mary:Hunter2@",
      /403 to CONNECT bedrock-runtime\.us-east-1\.amazonaws\.com:443: have it/,
    ],
    [502, "unreachable", "mary:Hunter2@", /answered 502 to CONNECT bedrock-runtime/],
  ] as const)
    it(`that answers ${status}${user && " to a user"} is ${code}, named without its password`, () =>
      withEnvironment({ HTTPS_PROXY: url(user), AWS_CA_BUNDLE: authority }, async () => {
        refused = status;
        const { code: found, detail = "", billed } = await failureOf(awsConfig());
        expect(found).to.equal(code);
        expect(billed).to.equal("no");
        expect(detail).to.match(says).and.contain(`The proxy ${url()} (HTTPS_PROXY)`);
        expect(detail).not.to.match(/Hunter2|mary/);
        expect(bedrock.stats().requests).to.equal(0);
      }));

  it("that refuses makes a check fail, which names it", () =>
    withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority }, async () => {
      refused = 407;
      const { status, message } = await check(awsConfig());
      expect(status).to.equal("failed");
      expect(message).to.contain(url());
    }));

  it("that refuses stands in the way of a role too", () =>
    withEnvironment({ HTTPS_PROXY: url(), AWS_CA_BUNDLE: authority }, async () => {
      refused = 403;
      const error = await failureOf(awsConfig({ role_arn: "arn:aws:iam::123456789012:role/bedrock" }));
      expect(error).to.include({ code: "proxy_unusable", billed: "no" });
      expect(error.detail).to.contain("CONNECT sts.us-east-1.amazonaws.com:443");
    }));

  it("that is not there is named in place of the endpoint", () =>
    withEnvironment({ HTTPS_PROXY: "http://no-such-proxy.invalid:3128" }, async () => {
      const { code, detail: message } = await failureOf(awsConfig());
      expect(code).to.equal("proxy_unusable");
      expect(message).to.match(
        /^The proxy http:\/\/no-such-proxy\.invalid:3128 \(HTTPS_PROXY\) did not answer.*ENOTFOUND/,
      );
    }));

  it("that hangs up has carried nothing", async () => {
    const server = await startProxy(0, () => 0);
    await server.close();
    await withEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${server.port}` }, async () => {
      const { code, billed, detail: message } = await failureOf(awsConfig());
      expect({ code, billed }).to.deep.equal({ code: "unreachable", billed: "no" });
      expect(message).to.contain(`http://127.0.0.1:${server.port}`);
    });
  });

  it("whose TLS nobody here vouches for leads to AWS_CA_BUNDLE", () =>
    withEnvironment({ HTTPS_PROXY: url() }, async () => {
      const { code, detail: message, billed } = await failureOf(awsConfig());
      expect({ code, billed }).to.deep.equal({ code: "endpoint_unusable", billed: "no" });
      expect(message).to.contain(url()).and.contain("AWS_CA_BUNDLE");
    }));

  it("carries the questions of a profile to SSO", async () => {
    const home = mkdtempSync(join(tmpdir(), "sso-"));
    const sso = await startServer((_, response) =>
      response.end(
        JSON.stringify({
          roleCredentials: {
            accessKeyId: "ASIASSO",
            secretAccessKey: "s",
            sessionToken: "t",
            expiration: Date.now() + 3.6e6,
          },
        }),
      ),
    );
    const tls = await startTls(Number(new URL(sso.url).port));
    const toSso = await startProxy(tls.port);
    const start = "https://example.awsapps.com/start";
    mkdirSync(join(home, ".aws/sso/cache"), { recursive: true });
    writeFileSync(
      join(home, ".aws/config"),
      `[profile work]\nsso_start_url = ${start}\nsso_account_id = 123456789012\nsso_region = us-east-1\nsso_role_name = dev\n`,
    );
    writeFileSync(
      join(home, `.aws/sso/cache/${hash("sha1", start, "hex")}.json`),
      JSON.stringify({
        accessToken: "a",
        expiresAt: new Date(Date.now() + 3.6e6).toISOString(),
        startUrl: start,
        region: "us-east-1",
      }),
    );
    const environment = {
      HOME: home,
      USERPROFILE: home,
      AWS_PROFILE: "work",
      AWS_CONFIG_FILE: join(home, ".aws/config"),
      HTTPS_PROXY: `http://127.0.0.1:${toSso.port}`,
      AWS_CA_BUNDLE: authority,
    };
    try {
      await withEnvironment(environment, async () => {
        const connection = readConnection(awsConfig({ access_key: "", secret_access_key: "" }), []);
        expect(await resolveCredentials(connection)).to.equal(null);
      });
      expect(toSso.tunnels.map(({ place }) => place)).to.deep.equal([
        "portal.sso.us-east-1.amazonaws.com:443",
      ]);
    } finally {
      await Promise.all([toSso.close(), tls.close(), sso.close()]);
      rmSync(home, { recursive: true });
    }
  });
});

describe("an authority of one's own", () => {
  const { port } = behindTls();
  const endpoint = () => `https://localhost:${port()}`;

  for (const variable of ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
    it(`is trusted where ${variable} names its file`, () =>
      withEnvironment({ [variable]: authority }, async () => {
        expect((await write(localConfig(endpoint()))).success).to.equal(1);
      }));

  it("is not trusted by itself", async () => {
    expect(await failureOf(localConfig(endpoint()))).to.include({ code: "endpoint_unusable", billed: "no" });
  });

  for (const [what, file, says] of [
    [
      "no file",
      "/nonexistent/ca.pem",
      /AWS_CA_BUNDLE names \/nonexistent\/ca\.pem, which cannot be read \(ENOENT\)/,
    ],
    [
      "a file without a certificate",
      import.meta.filename,
      /AWS_CA_BUNDLE names .*, which holds no certificate in PEM/,
    ],
  ] as const)
    it(`in a bundle that is ${what} is refused before anything is sent`, () =>
      withEnvironment({ AWS_CA_BUNDLE: file }, async () => {
        const { status, message } = await check(localConfig(endpoint()));
        expect(status).to.equal("failed");
        expect(message).to.match(says);
      }));
});

describe("variables that name proxies", () => {
  const aws = "https://bedrock-runtime.us-east-1.amazonaws.com";
  const named = (place: string, environment: Record<string, string>) =>
    proxyTo(new URL(place), environment)?.origin ?? null;

  const cases: [place: string, environment: Record<string, string>, origin: string | null][] = [
    [aws, {}, null],
    [aws, { HTTPS_PROXY: "http://up:1", https_proxy: "http://low:1" }, "http://low:1"],
    [aws, { HTTPS_PROXY: "http://up:1", https_proxy: "" }, null],
    [aws, { HTTP_PROXY: "http://up:1" }, "http://up:1"],
    ["http://bedrock.internal", { HTTPS_PROXY: "http://up:1" }, null],
    ["http://bedrock.internal", { http_proxy: "low:1" }, "http://low:1"],
    [aws, { HTTPS_PROXY: " https://user:pw@proxy:8443/ " }, "https://proxy:8443"],
    [aws, { HTTPS_PROXY: "http://[::1]:3128" }, "http://[::1]:3128"],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "*" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "localhost, *" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "amazonaws.com" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: ".AmazonAWS.com" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "localhost *.amazonaws.com" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "amazonaws.com:443" }, null],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "amazonaws.com:8443" }, "http://up:1"],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "aws.com" }, "http://up:1"],
    [aws, { HTTPS_PROXY: "up:1", NO_PROXY: "amazonaws.com", no_proxy: "" }, "http://up:1"],
    ["http://10.1.2.3", { HTTP_PROXY: "up:1", NO_PROXY: "10.0.0.0/8" }, null],
    ["http://11.1.2.3", { HTTP_PROXY: "up:1", NO_PROXY: "10.0.0.0/8,10.0.0.0/99" }, "http://up:1"],
    ["http://[::1]:9000", { HTTP_PROXY: "up:1", NO_PROXY: "::1" }, null],
    ["http://[::1]:9000", { HTTP_PROXY: "up:1", NO_PROXY: "[0:0:0:0:0:0:0:1]:9000" }, null],
    ["http://[fd00::7]", { HTTP_PROXY: "up:1", NO_PROXY: "fd00::/8" }, null],
  ];
  for (const [place, environment, origin] of cases)
    it(`lead to ${place} through ${origin ?? "none"} for ${JSON.stringify(environment)}`, () => {
      expect(named(place, environment)).to.equal(origin);
    });

  for (const value of [
    "http://mary:Hun#ter2@proxy:3128",
    "http://mary:1/Hunter2@proxy:3128",
    "http://DOMAIN\\mary:Hunter2@proxy:3128",
    "socks5://mary:Hunter2@proxy:1080",
    "http://",
  ])
    it(`that cannot be used are refused without their value: ${value}`, () =>
      withEnvironment({ HTTPS_PROXY: value }, async () => {
        const { status, message } = await check(awsConfig());
        expect(status).to.equal("failed");
        expect(message).to.match(/HTTPS_PROXY must be the URL of an HTTP proxy/);
        expect(message).not.to.match(/Hun|mary/);
      }));
});

describe("an endpoint with parts that would not be sent", () => {
  for (const endpoint of [
    "http://localhost:1?a=b",
    "https://mary:pw@vpce.example.com",
    "ftp://localhost",
    "http://localhost:1/#x",
  ])
    it(`is refused: ${endpoint}`, async () => {
      expect((await check(localConfig(endpoint))).message).to.match(
        /endpoint must be a URL that begins with http/,
      );
      await withEnvironment({ AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint }, async () => {
        expect((await check(awsConfig())).message).to.match(/AWS_ENDPOINT_URL_BEDROCK_RUNTIME must be a URL/);
      });
    });
});
