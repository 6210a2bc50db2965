import { gunzipSync } from "node:zlib";
import {
  GetModelInvocationLoggingConfigurationCommand,
  PutModelInvocationLoggingConfigurationCommand,
} from "@aws-sdk/client-bedrock";
import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { useFreshBedrock } from "../../support/bedrock.js";
import { clientFor, refusalOf, useClients } from "./client.js";

const modelId = "us.amazon.nova-lite-v1:0";
const claude = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const messages = [{ role: "user" as const, content: [{ text: "The parcel came late." }] }];

describe("emulator: model invocation logs", () => {
  const emulator = useFreshBedrock();
  const clients = useClients(emulator, "logs");

  const turnOn = (changes: object = {}) =>
    clients.bedrock.send(
      new PutModelInvocationLoggingConfigurationCommand({
        loggingConfig: { s3Config: { bucketName: "logs", keyPrefix: "bedrock" }, ...changes },
      }),
    );
  const objects = async () => {
    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: "logs" }));
    const texts: [string, string][] = [];
    for (const { Key = "" } of Contents) {
      const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: "logs", Key }));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      texts.push([Key, Key.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString()]);
    }
    return texts;
  };
  const invoke = async (changes: object = {}) => {
    const client = clientFor(emulator);
    const body = JSON.stringify({ messages });
    const told = await client
      .send(new InvokeModelCommand({ modelId, body, contentType: "application/json", ...changes }))
      .catch((error) => error);
    client.destroy();
    return told;
  };

  it("are off until they are configured, and leave the service's mark in the bucket", async () => {
    const config = () => clients.bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
    expect((await config()).loggingConfig).to.equal(undefined);
    await invoke();
    await turnOn();
    expect((await config()).loggingConfig?.s3Config).to.deep.equal({
      bucketName: "logs",
      keyPrefix: "bedrock",
    });
    expect((await objects()).map(([key]) => key)).to.deep.equal([
      "bedrock/AWSLogs/123456789012/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check",
    ]);
    const elsewhere = turnOn({ s3Config: { bucketName: "nowhere" } });
    expect(await refusalOf(elsewhere)).to.have.property("name", "ValidationException");
  });

  it("hold what was sent and answered, by the hour, records behind each other", async () => {
    await turnOn();
    const { $metadata } = await invoke({ requestMetadata: JSON.stringify({ call: "abc" }) });
    await invoke({ body: JSON.stringify({ messages: 1 }) });
    const client = clientFor(emulator);
    await client.send(new ConverseCommand({ modelId, messages, requestMetadata: { call: "def" } }));
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: claude, messages }));
    for await (const _ of stream ?? []);
    client.destroy();
    const [[key, text] = ["", ""]] = (await objects()).filter(([name]) => name.endsWith(".gz"));
    const hour = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    expect(key).to.contain(`/BedrockModelInvocationLogs/us-east-1/${hour}/`);
    const records = JSON.parse(`[${text.replaceAll('}{"timestamp"', '},{"timestamp"')}]`);
    expect(records).to.have.length(4);
    expect(records[0]).to.deep.include({
      ...{ schemaType: "ModelInvocationLog", schemaVersion: "1.0", operation: "InvokeModel" },
      ...{ requestId: $metadata.requestId, requestMetadata: { call: "abc" } },
      modelId: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${modelId}`,
    });
    expect(records[0].input.inputBodyJson).to.deep.equal({ messages });
    expect(records[0].output.outputBodyJson.output.message.role).to.equal("assistant");
    expect(records[1]).to.include({ errorCode: "ValidationException" }).and.not.have.property("output");
    expect(records[2]).to.deep.include({ modelId, operation: "Converse", requestMetadata: { call: "def" } });
    expect(records[3].output.outputBodyJson).to.have.nested.property("output.message");
  });

  it("have large bodies in files of their own, come late, and are pretty where they are told to be", async () => {
    emulator.setAccount({
      logs: { large_bytes: 80, delay_seconds: 300, layout: "pretty", records_per_object: 1 },
    });
    await turnOn({ textDataDeliveryEnabled: true });
    await invoke();
    await invoke();
    const records = async () =>
      (await objects()).filter(([name]) => name.endsWith(".json.gz") && !name.includes("/data/"));
    expect(await records()).to.have.length(0);
    emulator.passTime(300);
    const found = await records();
    expect(found).to.have.length(2);
    const { output } = JSON.parse(found[0]?.[1] ?? "");
    expect(output.outputBodyS3Path).to.match(/^s3:\/\/logs\/bedrock\/.*\/data\/[\w-]+_output\.json\.gz$/);
    const texts = new Map(await objects());
    expect(JSON.parse(texts.get(output.outputBodyS3Path.slice(10)) ?? "")).to.have.property("output");
  });

  it("know calls whose caller has left, or do not, and have no bodies where text is not delivered", async () => {
    await turnOn({ textDataDeliveryEnabled: false });
    for (const abandoned of [true, false]) {
      emulator.setAccount({ logs: { abandoned, records_per_object: 1 } });
      emulator.setFaults([{ kind: "reset_after" }]);
      await invoke();
    }
    const found = (await objects()).filter(([name]) => name.endsWith(".gz"));
    expect(found).to.have.length(1);
    expect(JSON.parse(found[0]?.[1] ?? "").output).to.deep.equal({
      ...{ outputContentType: "application/json", outputTokenCount: emulator.stats().output_tokens / 2 },
    });
  });

  it("take metadata in their limits only", async () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, "v"]));
    for (const metadata of [many, { key: "x".repeat(257) }, { "k{": "v" }])
      expect(await invoke({ requestMetadata: JSON.stringify(metadata) })).to.have.property(
        "name",
        "ValidationException",
      );
  });

  it("flex is served as such, at half the price, and its capacity is a fault of that tier alone", async () => {
    emulator.setFaults([
      {
        kind: "error",
        service_tier: "flex",
        times: 1,
        status: 429,
        type: "ThrottlingException",
        message: "",
      },
    ]);
    const pro = { modelId: "us.amazon.nova-pro-v1:0" };
    expect(await invoke(pro)).to.have.property("body");
    expect(await invoke({ ...pro, serviceTier: "flex" })).to.have.property("name", "ThrottlingException");
    expect(await invoke({ ...pro, serviceTier: "flex" })).to.have.property("serviceTier", "flex");
    expect(await invoke({ serviceTier: "flex" })).to.have.property("name", "ValidationException");
    const { bill } = emulator.stats();
    expect(bill.flex?.usd).to.equal((bill.default?.usd ?? 0) / 2);
  });
});
