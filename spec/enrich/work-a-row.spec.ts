import { BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { expect } from "chai";
import { createTransport, useTransport } from "../../src/bedrock/transport.js";
import { AwsBedrockModel } from "../../src/index.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { localConfig, roomy, syncConfig } from "../support/sync-config.js";
import { type Work, workOf } from "../support/work-of.js";

const rowsAtOnce = 50;
const turns = 4;

const answer = Buffer.from(
  JSON.stringify({
    output: { message: { role: "assistant", content: [{ text: "It came late." }] } },
    stopReason: "end_turn",
    usage: { inputTokens: 280, outputTokens: 5 },
  }),
);

/** Carries every request at once to nowhere, so that what is counted is not of a network. */
const answerAtOnce = (): void =>
  useTransport(() => ({
    metadata: { handlerProtocol: "http/1.1" },
    handle: async () => ({ response: { statusCode: 200, headers: {}, body: answer } }) as never,
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }));

describe("a row takes so much less work than a call of the bare SDK", () => {
  const config = syncConfig(
    localConfig("http://127.0.0.1:9", { ...roomy, max_concurrency: String(rowsAtOnce) }),
    { sync_run_id: "1" },
  );
  const connector = new AwsBedrockModel();
  let id = 0;
  // No two are one request.
  const row = () => ({ id: ++id, text: `Ticket ${id}: ${"The parcel came late. ".repeat(50)}` });
  const rows = () => Array.from({ length: rowsAtOnce }, row);

  const enrich = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++)
      for await (const message of connector.enrich(config, rows()))
        if (message.type === "tracking") expect(message.tracking).to.include({ success: rowsAtOnce });
  };
  const write = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++)
      for (const { tracking } of await Promise.all(rows().map((one) => connector.write(config, [one]))))
        expect(tracking).to.include({ success: 1 });
  };
  const bare = () => {
    const { access_key: accessKeyId, secret_access_key: secretAccessKey } = demoCredentials;
    const client = new BedrockRuntimeClient({
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: createTransport(rowsAtOnce, 1000),
    });
    const call = async ({ text }: { text: string }): Promise<void> => {
      const body = JSON.stringify({
        messages: [{ role: "user", content: [{ text: `Summarise:\n\n${text}` }] }],
      });
      const command = new InvokeModelCommand({ modelId: "us.amazon.nova-lite-v1:0", body });
      JSON.parse((await client.send(command)).body.transformToString());
    };
    return async () => {
      for (let turn = 0; turn < turns; turn++) await Promise.all(rows().map(call));
    };
  };

  let works: { readonly enrich: Work; readonly write: Work; readonly bare: Work };
  before(async () => {
    answerAtOnce();
    const calls = bare();
    for (const each of [enrich, write, calls]) await each();
    works = { enrich: await workOf(enrich), write: await workOf(write), bare: await workOf(calls) };
  });
  after(() => useTransport());

  it("in bytes for the collector of garbage", () => {
    expect(works.enrich.bytes / works.bare.bytes).to.be.below(0.47);
    expect(works.write.bytes / works.enrich.bytes).to.be.below(1.5);
  });

  it("in promises", () => {
    expect(works.enrich.promises / works.bare.promises).to.be.below(0.6);
    expect(works.write.promises / works.enrich.promises).to.be.below(1.3);
  });
});
