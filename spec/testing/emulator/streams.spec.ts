import {
  type BedrockRuntimeClient,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { expect } from "chai";
import { useFreshBedrock } from "../../support/bedrock.js";
import { modelFixtures } from "../../support/fixtures.js";
import { clientFor, invoke, refusalOf } from "./client.js";

/** Everything that an iterable gives. */
const all = async <Item>(items: AsyncIterable<Item> | undefined): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items ?? []) list.push(item);
  return list;
};

const messages = [{ role: "user", content: [{ text: "The parcel came a week late." }] }];
const tool = {
  toolSpec: {
    name: "answer",
    inputSchema: { json: { type: "object", properties: { mood: { type: "string" } }, required: ["mood"] } },
  },
};

describe("emulator: streams, read by the SDK", () => {
  const emulator = useFreshBedrock();
  let client: BedrockRuntimeClient;
  beforeEach(() => {
    client = clientFor(emulator);
  });
  afterEach(() => client.destroy());

  const invokeStreamed = async (modelId: string, body: unknown): Promise<Record<string, unknown>[]> => {
    const command = new InvokeModelWithResponseStreamCommand({
      modelId,
      contentType: "application/json",
      body: JSON.stringify(body),
    });
    const events = await all((await client.send(command)).body);
    return events.map(({ chunk }) => JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()));
  };
  const converseStreamed = async (changes = {}) =>
    all(
      (await client.send(new ConverseStreamCommand({ modelId: nova, messages, ...changes } as never))).stream,
    );
  const nova = "us.amazon.nova-lite-v1:0";

  for (const { modelId, inferenceProfiles, profileRequired, request, expected } of modelFixtures) {
    if (expected.vector) continue;
    it(`streams ${modelId}, with the counts of its answer in the last event`, async () => {
      const called = profileRequired ? (inferenceProfiles[0] ?? `us.${modelId}`) : modelId;
      const events = await invokeStreamed(called, request);
      expect(events.length).to.be.above(2);
      const counted = events.filter((event) => "amazon-bedrock-invocationMetrics" in event);
      expect(counted).to.deep.equal([events.at(-1)]);
      const { input_tokens, output_tokens } = emulator.stats();
      expect(counted[0]?.["amazon-bedrock-invocationMetrics"]).to.include({
        inputTokenCount: input_tokens,
        outputTokenCount: output_tokens,
      });
    });
  }

  it("streams the same text as it answers whole, by either API", async () => {
    const whole = (await invoke(client, nova, { messages })).body as {
      output: { message: { content: { text: string }[] } };
    };
    const { text } = whole.output.message.content[0] as { text: string };
    const texts = async (events: object[]) =>
      events.map(
        (event) =>
          (event as { contentBlockDelta?: { delta?: { text?: string } } }).contentBlockDelta?.delta?.text ??
          "",
      );
    expect((await texts(await invokeStreamed(nova, { messages }))).join("")).to.equal(text);
    expect((await texts(await converseStreamed())).join("")).to.equal(text);
  });

  it("ends ConverseStream with the stop reason and the usage, and has no padding in what the SDK gives", async () => {
    const events = await converseStreamed();
    expect(Object.keys(events[0] ?? {})).to.deep.equal(["messageStart"]);
    expect(events.at(-2)).to.deep.equal({ messageStop: { stopReason: "end_turn" } });
    const { input_tokens, output_tokens } = emulator.stats();
    expect(events.at(-1))
      .to.have.nested.property("metadata.usage")
      .that.deep.includes({
        inputTokens: input_tokens,
        outputTokens: output_tokens,
        totalTokens: input_tokens + output_tokens,
      });
    expect(JSON.stringify(events)).not.to.contain('"p":');
  });

  it("streams a tool's arguments as pieces of JSON text, after a start that names it", async () => {
    const events = await converseStreamed({
      toolConfig: { tools: [tool], toolChoice: { tool: { name: "answer" } } },
    });
    expect(events.find(({ contentBlockStart }) => contentBlockStart)).to.have.nested.property(
      "contentBlockStart.start.toolUse.name",
      "answer",
    );
    const pieces = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? "");
    expect(JSON.parse(pieces.join(""))).to.have.keys(["mood"]);
    expect(events.find(({ messageStop }) => messageStop)?.messageStop?.stopReason).to.equal("tool_use");
  });

  it("has the SDK throw an error that comes inside a stream, after the events before it", async () => {
    emulator.setFaults([
      { kind: "stream_error", type: "throttlingException", message: "Too many tokens.", after: 1 },
    ]);
    const { stream = [] } = await client.send(
      new ConverseStreamCommand({ modelId: nova, messages } as never),
    );
    const seen: unknown[] = [];
    const read = async () => {
      for await (const event of stream as AsyncIterable<unknown>) seen.push(event);
    };
    expect(await refusalOf(read())).to.include({ name: "ThrottlingException", message: "Too many tokens." });
    expect(seen).to.have.length(1);
  });

  it("cuts a stream off in the middle of a frame, or ends it without its rest", async () => {
    emulator.setFaults([
      { kind: "torn_body", at: [1] },
      { kind: "stream_end", after: 3, at: [2] },
    ]);
    expect(await refusalOf(converseStreamed()))
      .to.be.an("error")
      .with.property("message")
      .that.contains("aborted");
    expect(await converseStreamed()).to.have.length(3);
    expect(emulator.stats()).to.deep.include({ billed: 2, faults: { torn_body: 1, stream_end: 1 } });
  });

  it("lets faults of streams pass by what is not streamed", async () => {
    emulator.setFaults([{ kind: "stream_end" }]);
    await invoke(client, nova, { messages });
    expect(emulator.stats().faults).to.deep.equal({});
  });

  it("refuses to stream vectors, and what it refuses without a stream", async () => {
    const vectors = invokeStreamed("amazon.titan-embed-text-v2:0", { inputText: "Hi." });
    expect(await refusalOf(vectors)).to.have.property("name", "ValidationException");
    expect(await refusalOf(invokeStreamed(nova, { messages: 5 }))).to.have.property(
      "name",
      "ValidationException",
    );
    expect(emulator.stats().billed).to.equal(0);
  });
});
