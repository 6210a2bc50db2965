import { mock } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import { demoApiKey } from "../../../src/testing/emulator/index.js";
import { useFreshBedrock, withBedrock } from "../../support/bedrock.js";
import { startServer } from "../../support/http-server.js";
import { sdkKeys } from "../../support/sdk-keys.js";
import { localConfig } from "../../support/sync-config.js";

const check = async (endpoint: string, changes: Record<string, unknown> = {}) =>
  (await new AwsBedrockModel().checkConnection(localConfig(endpoint, changes))).connection_status;

const application = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4";

describe("checkConnection, where AWS does not answer", () => {
  const bedrock = useFreshBedrock();
  afterEach(() => {
    mock.timers.reset();
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  it("ends within ten seconds of a far side that answers nothing, and says what was not checked", async () => {
    const stalled = [
      "GetCallerIdentity",
      "GetInferenceProfile",
      "GetFoundationModel",
      "GetFoundationModelAvailability",
    ];
    bedrock.setAccount({ stalled });
    mock.timers.enable({ apis: ["setTimeout"] });
    const answer = check(bedrock.url);
    while (Object.keys(bedrock.stats().control_plane).length < stalled.length) await nextTurn();
    mock.timers.tick(9_900);
    expect(await answer).to.deep.equal({
      status: "succeeded",
      message:
        "Not checked: whether AWS takes the credentials, what stands behind the profile or ARN, the model's state, access to the model (no answer in time).",
    });
  });

  it("hangs up on a service for credentials that answers nothing, so that the process may end", async () => {
    let open = 0;
    const sts = await startServer((request) => {
      open++;
      request.socket.once("close", () => open--);
    });
    process.env.AWS_ENDPOINT_URL_STS = sts.url;
    mock.timers.enable({ apis: ["setTimeout"] });
    const answer = check("http://127.0.0.1:9", { role_arn: "arn:aws:iam::123456789012:role/bedrock" });
    while (open === 0) await nextTurn();
    mock.timers.tick(9_500);
    expect((await answer).message).to.match(/could not be fetched .* no answer within \d+ s/);
    for (let turn = 0; open > 0 && turn < 1_000; turn++) await nextTurn();
    const left = open;
    await sts.close();
    expect(left).to.equal(0);
  });

  it("leaves of the ten seconds what an ARN that hides its model takes", async () => {
    bedrock.setAccount({ stalled: ["GetInferenceProfile", "GetCallerIdentity"] });
    mock.timers.enable({ apis: ["setTimeout"] });
    const answer = check(bedrock.url, { model_id: application, response_format: '{"output":"{{ a }}"}' });
    const asked = async (operation: string) => {
      while (!bedrock.stats().control_plane[operation]) await nextTurn();
    };
    await asked("GetInferenceProfile");
    mock.timers.tick(4_000);
    await asked("GetCallerIdentity");
    mock.timers.tick(9_500);
    expect((await answer).message).to.contain("no answer in time");
  });

  it("fails where nobody listens: no run could begin", async () => {
    for (const changes of [{}, { access_key: "", secret_access_key: "", api_key: demoApiKey }]) {
      const { status, message } = await check("http://127.0.0.1:9", changes);
      expect(status).to.equal("failed");
      expect(message).to.contain("No connection to Bedrock").and.to.contain("ECONNREFUSED");
    }
  });

  it("fails where the endpoint's name is none, or all that is there points elsewhere", async () => {
    expect(await check("http://bedrock.invalid")).to.have.property("status", "failed");
    const server = await startServer((request, response) => {
      request
        .resume()
        .on("end", () => response.writeHead(302, { location: "https://sign-in.example/" }).end());
    });
    const { status, message } = await check(server.url);
    expect(status).to.equal("failed");
    expect(message).to.contain("302: the answer points to another place");
    await server.close();
  });

  it("is no failure where the control plane alone cannot be reached", async () => {
    // The region's own STS is asked too, and is not there either.
    process.env.AWS_ENDPOINT_URL_STS = "http://127.0.0.1:9";
    process.env.AWS_ENDPOINT_URL_BEDROCK = "http://127.0.0.1:9";
    process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url;
    try {
      const config = localConfig("");
      const { connection_status } = await new AwsBedrockModel().checkConnection(config);
      expect(connection_status.status, connection_status.message).to.equal("succeeded");
      expect(connection_status.message).to.contain("no connection to AWS's control plane");
    } finally {
      delete process.env.AWS_ENDPOINT_URL_BEDROCK;
      delete process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME;
    }
  });

  const strangers: [string, number, Record<string, string>, string][] = [
    ["a runtime endpoint", 404, { "x-amzn-errortype": "UnknownOperationException" }, "{}"],
    ["a gateway", 403, { "content-type": "text/html" }, "<html>Forbidden</html>"],
    ["a server that says yes to all", 200, { "content-type": "application/json" }, "{}"],
    ["a page", 200, { "content-type": "text/html" }, "<html>Welcome</html>"],
  ];
  for (const [what, status, headers, body] of strangers)
    it(`is no failure where ${what} answers for the control plane`, async () => {
      const server = await startServer((request, response) => {
        request.resume().on("end", () => response.writeHead(status, headers).end(body));
      });
      const answer = await check(server.url);
      expect(answer.status, answer.message).to.equal("succeeded");
      expect(answer.message).to.contain("not Bedrock's control plane").and.contain("not STS");
      await server.close();
    });

  it("asks STS of its own address where one is set, and no STS at all for an API key", async () => {
    await withBedrock({}, async (sts) => {
      process.env.AWS_ENDPOINT_URL_STS = sts.url;
      await check(bedrock.url);
      await check(bedrock.url, { access_key: "", secret_access_key: "", api_key: demoApiKey });
      expect(sts.stats().control_plane).to.deep.equal({ GetCallerIdentity: 1 });
      expect(bedrock.stats().control_plane).not.to.have.property("GetCallerIdentity");
    });
  });

  it("assumes a role once, and asks as it", async () => {
    process.env.AWS_ENDPOINT_URL_STS = bedrock.url;
    const role = { role_arn: "arn:aws:iam::123456789012:role/bedrock" };
    expect(await check(bedrock.url, role)).to.deep.equal({ status: "succeeded" });
    expect(bedrock.stats()).to.include({ roles_assumed: 1, requests: 0 });
  });

  it("fails for given keys of a session that has expired", async () => {
    const sts = new STSClient({ region: "us-east-1", endpoint: bedrock.url, credentials: sdkKeys });
    const role = { RoleArn: "arn:aws:iam::123456789012:role/bedrock", RoleSessionName: "spec" };
    const { Credentials: session } = await sts.send(new AssumeRoleCommand(role));
    sts.destroy();
    const keys = {
      access_key: session?.AccessKeyId,
      secret_access_key: session?.SecretAccessKey,
      session_token: session?.SessionToken,
    };
    expect(await check(bedrock.url, keys)).to.deep.equal({ status: "succeeded" });
    bedrock.expireSessions();
    const { status, message } = await check(bedrock.url, keys);
    expect(status).to.equal("failed");
    expect(message).to.contain("The AWS credentials have expired. Renew them.");
  });

  it("fails for a session that has expired, whatever the other questions come to", async () => {
    const sts = await startServer((request, response) => {
      const error =
        "<Error><Code>ExpiredToken</Code><Message>The security token has expired</Message></Error>";
      request.resume().on("end", () => {
        response.writeHead(403, { "content-type": "text/xml" });
        response.end(
          `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`,
        );
      });
    });
    process.env.AWS_ENDPOINT_URL_STS = sts.url;
    const { status, message } = await check(bedrock.url);
    expect(status).to.equal("failed");
    expect(message).to.contain("The AWS credentials have expired. Renew them.");
    await sts.close();
  });

  it("fails for an API key whose identity may not use API keys", async () => {
    const message = "User: x is not authorized to perform: bedrock:CallWithBearerToken on resource: *";
    const server = await startServer((request, response) => {
      const headers = { "x-amzn-errortype": "AccessDeniedException", "content-type": "application/json" };
      request.resume().on("end", () => response.writeHead(403, headers).end(JSON.stringify({ message })));
    });
    const answer = await check(server.url, { access_key: "", secret_access_key: "", api_key: "k" });
    expect(answer.status).to.equal("failed");
    expect(answer.message).to.contain("needs bedrock:CallWithBearerToken on *");
    await server.close();
  });
});
