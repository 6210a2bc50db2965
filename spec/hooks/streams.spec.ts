import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  AwsBedrockModel,
  closeLedger,
  inspectLedger,
  type LogEnvelope,
  type RecordMessage,
} from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { atDeadline } from "../support/deadline.js";
import { modelFixtures } from "../support/fixtures.js";
import { startServer } from "../support/http-server.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

type Body = Record<string, unknown>;

describe("read, streamed", () => {
  const emulator = useFreshBedrock();
  const connector = new AwsBedrockModel();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streams-"));
  });
  after(() => rm(folder, { recursive: true }));

  const request = { messages: [{ role: "user", content: [{ text: "The parcel came a week late." }] }] };

  const read = async (query: unknown, changes: Body = {}) => {
    const events: Body[] = [];
    const connection_specification = localConfig(emulator.url, { is_stream: true, ...changes });
    const config = syncConfig(undefined, { source: { connection_specification }, model: { query } });
    const answer = await connector.read(config, (event) => events.push(event.record.data));
    return { events, answer };
  };
  const bodyOf = (answer: RecordMessage[] | LogEnvelope): Body => {
    if (!Array.isArray(answer)) throw new Error(answer.log.message);
    expect(answer).to.have.length(1);
    return answer[0]?.record.data as Body;
  };
  const saidOf = (answer: RecordMessage[] | LogEnvelope): string =>
    Array.isArray(answer) ? "an answer" : answer.log.message;

  /** What is new with every answer. */
  const withoutIds = (body: unknown): unknown =>
    JSON.parse(JSON.stringify(body), (key, value) =>
      /^(id|created|.*_id|model|prompt|.*latency.*|metrics|meta|object|requestDurationMillis|tool_calls)$/i.test(
        key,
      ) || value === null
        ? undefined
        : value,
    );

  for (const { modelId, inferenceProfiles, profileRequired, request, expected } of modelFixtures) {
    if (expected.vector) continue;
    it(`hands on the events of ${modelId}, and makes of them the answer that comes without a stream`, async () => {
      const model_id = profileRequired ? (inferenceProfiles[0] ?? `us.${modelId}`) : modelId;
      const whole = bodyOf((await read(request, { model_id, is_stream: false })).answer);
      const { events, answer } = await read(request, { model_id });
      const { "amazon-bedrock-invocationMetrics": metrics, ...body } = bodyOf(answer);
      expect(events.length).to.be.above(2);
      expect(withoutIds(body)).to.deep.equal(withoutIds(whole));
      expect(metrics).to.have.property("inputTokenCount", emulator.stats().input_tokens / 2);
    });
  }

  it("does the same through Converse, whose events stand under their names", async () => {
    const whole = bodyOf((await read(request, { api: "converse", is_stream: false })).answer);
    const { events, answer } = await read(request, { api: "converse" });
    expect(events[0]).to.deep.equal({ messageStart: { role: "assistant" } });
    expect(events.at(-1)).to.have.nested.property("metadata.usage.inputTokens");
    expect(withoutIds(bodyOf(answer))).to.deep.equal(withoutIds(whole));
  });

  it("streams only where the settings and the caller both ask for it", async () => {
    const { events } = await read(request, { is_stream: "false" });
    expect(events).to.deep.equal([]);
    const connection_specification = localConfig(emulator.url, { is_stream: true });
    const config = syncConfig(undefined, { source: { connection_specification }, model: { query: request } });
    expect(bodyOf(await connector.read(config))).to.have.property("output");
    expect(emulator.stats()).to.include({ requests: 2, answered: 2 });
  });

  it("goes on when its listener throws", async () => {
    const connection_specification = localConfig(emulator.url, { is_stream: true });
    const config = syncConfig(undefined, { source: { connection_specification }, model: { query: request } });
    const answer = await connector.read(config, () => {
      throw new Error("Not today.");
    });
    expect(bodyOf(answer)).to.have.property("output");
  });

  it("reads frames that come in pieces", async () => {
    const whole = await read(request);
    emulator.setFaults([{ kind: "drip", everyMs: 0 }]);
    const { events, answer } = await read(request);
    expect(withoutIds(events)).to.deep.equal(withoutIds(whole.events));
    expect(withoutIds(bodyOf(answer))).to.deep.equal(withoutIds(bodyOf(whole.answer)));
  });

  it("takes a whole answer of a far side that does not stream", async () => {
    const server = await startServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"output":{"message":{"content":[{"text":"ok"}]}}}');
    });
    const { events, answer } = await read(request, { endpoint: server.url });
    await server.close();
    expect(events).to.deep.equal([]);
    expect(bodyOf(answer)).to.have.nested.property("output.message.content[0].text", "ok");
  });

  describe("with a ledger", () => {
    const withLedger = (name: string, changes: Body = {}) => ({ ledger: join(folder, name), ...changes });

    it("keeps the answer as if it had come whole, and gives it again without a call or an event", async () => {
      const changes = withLedger("kept.ndjson");
      const first = await read(request, changes);
      const again = await read(request, changes);
      const plain = await read(request, { ...changes, is_stream: false });
      expect(again.events).to.deep.equal([]);
      expect(bodyOf(again.answer)).to.deep.equal(bodyOf(first.answer));
      expect(bodyOf(plain.answer)).to.deep.equal(bodyOf(first.answer));
      expect(emulator.stats().requests).to.equal(1);
    });

    for (const [what, fault] of [
      ["breaks off", { kind: "torn_body" }],
      ["ends before its last event", { kind: "stream_end", after: 4 }],
      ["ends before its first event", { kind: "stream_end", after: 0 }],
    ] as const)
      it(`holds a call whose stream ${what}, and does not send it again`, async () => {
        emulator.setFaults([{ ...fault, times: 1 }]);
        const changes = withLedger(`${what}.ndjson`);
        expect(saidOf((await read(request, changes)).answer)).to.match(/^connection_lost: /);
        expect(saidOf((await read(request, changes)).answer)).to.match(/^outcome_unknown: /);
        expect(emulator.stats()).to.include({ requests: 1, billed: 1 });
        await closeLedger(changes.ledger);
        expect(await inspectLedger(changes.ledger)).to.include({ unknown: 1 });
      });

    it("holds a call that an error ends after events, whatever the error is of", async () => {
      emulator.setFaults([
        { kind: "stream_error", type: "throttlingException", message: "Too many requests.", times: 1 },
      ]);
      const changes = withLedger("throttled.ndjson");
      const { events, answer } = await read(request, changes);
      expect(events).to.have.length(2);
      expect(saidOf(answer)).to.match(/^throttled_requests: .*Too many requests/);
      expect(saidOf((await read(request, changes)).answer)).to.match(/^outcome_unknown: /);
      expect(emulator.stats().requests).to.equal(1);
    });
  });

  it("sends a row again whose stream began with a refusal: it was not billed, and nobody has seen an event", async () => {
    emulator.setFaults([
      { kind: "stream_error", type: "serviceUnavailableException", message: "Busy.", after: 0, times: 1 },
    ]);
    const { events, answer } = await read(request);
    expect(events.filter((event) => "messageStart" in event)).to.have.length(1);
    expect(bodyOf(answer)).to.have.property("output");
    expect(emulator.stats().requests).to.equal(2);
  });

  for (const [type, code] of Object.entries({
    internalServerException: "service_error",
    modelStreamErrorException: "model_error",
    validationException: "invalid_request",
    modelTimeoutException: "model_timeout",
    somethingNewException: "service_error",
  }))
    it(`names ${type} inside a stream as if it had come with its status: ${code}`, async () => {
      emulator.setFaults([{ kind: "stream_error", type, message: "It failed.", after: 1 }]);
      const { events, answer } = await read(request);
      expect(events).to.have.length(1);
      expect(saidOf(answer)).to.match(new RegExp(`^${code}: `));
    });

  it("hands events on while the model still writes, and holds a call that then passes its deadline", async () => {
    emulator.setFaults([{ kind: "stall_body" }]);
    const events: unknown[] = [];
    const connection_specification = localConfig(emulator.url, {
      is_stream: true,
      request_timeout_seconds: 5,
    });
    const config = syncConfig(undefined, { source: { connection_specification }, model: { query: request } });
    const answer = await atDeadline(
      5,
      () => events.length > 2,
      () => connector.read(config, (event) => events.push(event)),
    );
    expect(saidOf(answer)).to.match(/^deadline_exceeded: /);
  });

  it("gives a vector whole, which no service streams", async () => {
    const { events, answer } = await read({ inputText: "Hi." }, { model_id: "amazon.titan-embed-text-v2:0" });
    expect(events).to.deep.equal([]);
    expect(bodyOf(answer)).to.have.property("embedding");
  });

  for (const message of [
    "The model is unsupported for streaming.",
    "This model doesn't support tool use in streaming mode.",
  ])
    it(`asks without a stream where the service says: ${message}`, async () => {
      emulator.setFaults([{ kind: "error", status: 400, type: "ValidationException", message, times: 1 }]);
      const { events, answer } = await read(request);
      expect(events).to.deep.equal([]);
      expect(bodyOf(answer)).to.have.property("output");
      expect(emulator.stats()).to.include({ requests: 2, billed: 1 });
    });

  it("names the permission that streams need", async () => {
    emulator.setFaults([{ kind: "error", status: 403, type: "AccessDeniedException", message: "No." }]);
    expect(saidOf((await read(request)).answer)).to.match(
      /^access_denied: .*bedrock:InvokeModelWithResponseStream/,
    );
  });

  it("counts what a stream took against the ceilings", async () => {
    const limited = { ...request, inferenceConfig: { maxTokens: 10 } };
    const { answer } = await read(limited, { max_tokens_total: 20 });
    expect(saidOf(answer)).to.match(/^budget_reached: /);
    expect(bodyOf((await read(limited, { max_tokens_total: 1000 })).answer)).to.have.property("output");
    expect(emulator.stats().requests).to.equal(1);
  });

  it("judges a refusal before the stream as without one", async () => {
    emulator.setFaults([
      {
        kind: "error",
        status: 403,
        type: "AccessDeniedException",
        message: "You don't have access to the model.",
      },
    ]);
    expect(saidOf((await read(request)).answer)).to.match(/^model_access_denied: /);
  });
});
