import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { openSession } from "../../src/enrich/session.js";
import { AwsBedrockModel, type Reason, type ReconcileOptions } from "../../src/index.js";
import { reconcileLedger } from "../../src/reconcile/reconcile.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import { closeLedger, shareLedger } from "../../src/run/ledger/open-ledgers.js";
import type { Fault, LocalAccount } from "../../src/testing/emulator/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { turnLogsOn } from "../support/logging.js";
import { localConfig, roomy, syncConfig } from "../support/sync-config.js";

const converse = {
  api: "converse",
  request_format: { messages: [{ role: "user", content: [{ text: "In one sentence: {{ text }}" }] }] },
};
/** So that a run does not end for them. */
const everyOther = Array.from({ length: 100 }, (_, index) => 2 * index + 2);
const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, text: `Parcel ${id} came ${id % 7} days late.` }));

describe("reconcile", () => {
  const emulator = useFreshBedrock();
  const connector = new AwsBedrockModel();
  let folder: string;
  let ledger: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "reconcile-"));
    ledger = join(folder, "ledger.jsonl");
  });
  afterEach(async () => {
    await closeLedger(ledger);
    await rm(folder, { recursive: true });
  });

  const configOf = (changes: object) =>
    localConfig(emulator.url, {
      ...{ ...roomy, ledger, max_concurrency: 20, request_timeout_seconds: 5 },
      ...changes,
    });
  const write = async (config: ReturnType<typeof configOf>, records: object[]) => {
    const { tracking } = await connector.write(syncConfig(config), records);
    return tracking.meta.summary;
  };
  const reconcile = async (config: ReturnType<typeof configOf>, options?: ReconcileOptions) => {
    const told = await connector.reconcile(config, options);
    if ("log" in told) throw new Error(told.log.message);
    return told;
  };
  const paidTwice = () => emulator.stats().billed - emulator.stats().distinct_billed;

  const trials: Readonly<Record<string, [lost: number, changes: object, account: LocalAccount]>> = {
    "InvokeModel, records behind each other": [100, {}, {}],
    "Converse, records over many lines": [
      10,
      converse,
      { logs: { layout: "pretty", records_per_object: 3 } },
    ],
    "InvokeModel, bodies in files of their own": [10, {}, { logs: { layout: "lines", large_bytes: 60 } }],
  };
  for (const [name, [lost, changes, account]] of Object.entries(trials))
    it(`takes the answers of calls that were cut off from the logs, and none is paid for twice: ${name}`, async () => {
      emulator.setAccount(account);
      await turnLogsOn(emulator);
      emulator.setFaults([{ kind: "reset_after", at: everyOther }]);
      const config = configOf(changes);
      const all = rows(2 * lost);
      expect(await write(config, all)).to.include({ held: lost, not_sent: 0 });
      const told = await reconcile(config);
      expect(told).to.include({ looked_for: lost, recovered: lost, refused: 0 });
      expect(told.still_unknown).to.deep.equal({});
      expect(told.logs?.passed_over).to.deep.equal({});
      expect(await write(config, all)).to.include({ enriched: 2 * lost, held: 0, calls: 0 });
      expect(paidTwice()).to.equal(0);
      expect(await reconcile(config)).to.deep.include({ looked_for: 0, logs: null });
    });

  /** Rows of which the second call meets a fault, by what the ledger then knows. */
  const lose = async (faults: readonly Fault[], changes: object = {}) => {
    emulator.setFaults(faults);
    const config = configOf(changes);
    expect(await write(config, rows(3))).to.include({ held: 1 });
    emulator.setFaults([]);
    return config;
  };

  it("leaves what the logs cannot decide as it is, and says why", async () => {
    const kinds: readonly [reason: Reason, faults: readonly Fault[], account: LocalAccount][] = [
      ["not_yet", [{ kind: "reset_after", at: [2] }], { logs: { abandoned: false } }],
      ["failed", [{ kind: "error", at: [2], status: 500, type: "InternalServerException", message: "" }], {}],
      [
        "sent_again",
        [
          {
            kind: "error",
            includes: "Parcel 1",
            times: 1,
            status: 503,
            type: "ServiceUnavailableException",
            message: "",
          },
          { kind: "reset_after", includes: "Parcel 1", times: 1 },
        ],
        { logs: { abandoned: false } },
      ],
    ];
    await turnLogsOn(emulator);
    for (const [reason, faults, account] of kinds) {
      emulator.setAccount(account);
      const config = await lose(faults, {
        max_concurrency: 1,
        output_field: reason,
        ledger: join(folder, reason),
      });
      expect((await reconcile(config)).still_unknown, reason).to.deep.equal({ [reason]: 1 });
      expect(await write(config, rows(3)), reason).to.include({ held: 1, calls: 0 });
      await closeLedger(join(folder, reason));
    }
  });

  it("says that a call is not logged once the grace is over, and that answers have no text", async () => {
    await turnLogsOn(emulator, { textDataDeliveryEnabled: false });
    const config = await lose([{ kind: "reset_after", at: [2] }]);
    expect((await reconcile(config)).still_unknown).to.deep.equal({ without_text: 1 });
    const none = join(folder, "none");
    await mkdir(none);
    expect((await reconcile(config, { logs: none })).still_unknown).to.deep.equal({ not_yet: 1 });
    const later = Date.now() + 40 * 60_000;
    const session = await openSession(config, "enrich");
    const told = await reconcileLedger(session, { logs: none }, () => later);
    expect(told).to.have.deep.property("still_unknown", { not_logged: 1 });
    const elsewhere = await openSession(
      { ...config, region: "us-west-2", endpoint: `${emulator.url}/` },
      "enrich",
    );
    const other = await reconcileLedger(elsewhere, { logs: none }, () => later);
    expect(other).to.have.deep.property("still_unknown", { of_another_connection: 1 });
  });

  it("lets go again what was certainly refused, and that once; not what broke off within an answer", async () => {
    await turnLogsOn(emulator);
    const config = await lose([{ kind: "reset_after", at: [2] }]);
    const [held] = await entriesOf(ledger);
    const calls = join(folder, "calls.json");
    const output = { outputBodyJson: { message: "Bad." } };
    const told = async (changes: object) => {
      const message = JSON.stringify(recordOf(nameOf(held), { output, ...changes }));
      await writeFile(calls, JSON.stringify({ events: [{ timestamp: 1, message }], searchedLogStreams: [] }));
      return reconcile(config, { logs: calls });
    };
    const broken = { errorCode: "ThrottlingException", output: { ...output, outputTokenCount: 3 } };
    for (const undecided of [broken, { errorCode: "ExpiredTokenException" }, { errorCode: "Whatever" }])
      expect(await told(undecided), undecided.errorCode).to.include({ refused: 0, recovered: 0 });
    expect(await told({ errorCode: "ValidationException" })).to.include({ refused: 1, recovered: 0 });
    expect(await write(config, rows(3))).to.include({ enriched: 3, calls: 1, reused: 2 });
  });

  it("does not take the refusal of an earlier call of a row for the latest one, whose reply was lost", async () => {
    emulator.setAccount({ logs: { abandoned: false } });
    await turnLogsOn(emulator);
    emulator.setFaults([
      { kind: "error", at: [2], status: 400, type: "ValidationException", message: "No." },
      { kind: "reset_after", at: [4] },
    ]);
    const config = configOf({ max_concurrency: 1 });
    expect(await write(config, rows(3))).to.include({ enriched: 2, failed: 1 });
    await connector.replay(config);
    expect(await reconcile(config)).to.deep.include({
      ...{ looked_for: 1, recovered: 0, refused: 0, still_unknown: { sent_again: 1 } },
    });
    expect(await write(config, rows(3))).to.include({ held: 1, calls: 0 });
    expect(emulator.stats().billed).to.equal(3);
  });

  it("passes over and names what it does not know, and reads on", async () => {
    const config = await lose([{ kind: "reset_after", at: [2] }]);
    const [held] = await entriesOf(ledger);
    const body = { output: { message: { content: [{ text: "Late." }] } }, stopReason: "end_turn", n: 1.0 };
    const output = { outputBodyJson: body, outputTokenCount: 2 };
    const records = [
      '{"a":1}',
      "{broken}",
      JSON.stringify(recordOf("not a key", {})),
      JSON.stringify({ ...recordOf("", {}), requestMetadata: { team: "other" } }),
      JSON.stringify(recordOf(held?.key ?? "", { output })),
    ];
    const calls = join(folder, "calls.json.gz");
    await writeFile(calls, gzipSync(`\uFEFFnote ${records.join("")}{"cut":`));
    const told = await reconcile(config, { logs: calls });
    expect(told).to.include({ recovered: 1, output_tokens: 2 });
    expect(told.logs).to.deep.include({
      ...{ records: 1, other_records: 1 },
      passed_over: {
        "text that is no JSON object": 1,
        "an object without a record of a call": 1,
        "an object that is no JSON": 1,
        "a record with a key of another form": 1,
        "an object that is cut off": 1,
      },
    });
    const { tracking } = await connector.write(syncConfig(config), rows(3));
    expect(JSON.stringify(tracking.meta.records)).to.contain('"completion":"Late."');
  });

  it("finds what a process that was killed had under way, and leaves alone what this one has", async () => {
    const config = configOf({});
    const shared = await shareLedger(ledger);
    if (shared instanceof Error) throw shared;
    const release = await shared.hold();
    const [killed, own] = ["a".repeat(32), "b".repeat(32)] as const;
    for (const key of [killed, own])
      await shared.append({ state: "intent", key, at: Date.now(), model: "m", target: "t", body: "{}" });
    shared.underway.set(own, Promise.resolve() as never);
    const outputBodyJson = { output: { message: { content: [{ text: "Late." }] } } };
    const calls = join(folder, "calls.json");
    await writeFile(
      calls,
      [killed, own].map((key) => JSON.stringify(recordOf(key, { output: { outputBodyJson } }))).join("\n"),
    );
    expect(await reconcile(config, { logs: calls })).to.deep.include({
      ...{ looked_for: 1, recovered: 1, still_unknown: { under_way: 1 } },
    });
    if (typeof release === "function") release();
  });

  it("puts together what was streamed", async () => {
    const model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    const config = await lose([{ kind: "reset_after", at: [2] }], {
      model_id,
      request_format: {
        ...{ anthropic_version: "bedrock-2023-05-31", max_tokens: 50 },
        messages: [{ role: "user", content: "In one sentence: {{ text }}" }],
      },
    });
    const [held] = await entriesOf(ledger);
    const outputBodyJson = [
      { type: "message_start", message: { role: "assistant", content: [], usage: { input_tokens: 3 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "It came " } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "late." } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
      { type: "message_stop" },
    ];
    const calls = join(folder, "calls.json");
    const arn = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${model_id}`;
    const operation = "InvokeModelWithResponseStream";
    const record = recordOf(held?.key ?? "", { output: { outputBodyJson }, modelId: arn, operation });
    await writeFile(calls, JSON.stringify(record));
    expect(await reconcile(config, { logs: calls })).to.include({ recovered: 1 });
    const { tracking } = await connector.write(syncConfig(config), rows(3));
    expect(JSON.stringify(tracking.meta.records)).to.contain('"completion":"It came late."');
  });

  it("says what to do where there are no logs to look in", async () => {
    const config = await lose([{ kind: "reset_after", at: [2] }]);
    const failure = () => reconcile(config).catch(({ message }: Error) => message);
    expect(await failure()).to.contain("Model invocation logging is off in us-east-1");
    await turnLogsOn(emulator, {
      ...{ s3Config: undefined },
      cloudWatchConfig: { logGroupName: "bedrock", roleArn: "arn:aws:iam::123456789012:role/logs" },
    });
    expect(await failure()).to.match(
      /aws logs filter-log-events --region us-east-1 --log-group-name bedrock .*--start-time \d{13} --end-time \d{13}/,
    );
    emulator.setAccount({ denied: ["GetModelInvocationLoggingConfiguration"] });
    expect(await failure()).to.contain("bedrock:GetModelInvocationLoggingConfiguration is denied");
    expect(
      await reconcile(config, { logs: "s3://nowhere/logs/" }).catch(({ message }) => message),
    ).to.contain("there is no such bucket");
  });

  it("goes through without a word to AWS where nothing is unknown", async () => {
    const config = configOf({});
    await write(config, rows(2));
    const before = emulator.stats().control_plane;
    expect(await reconcile(config)).to.deep.equal({
      ...{ looked_for: 0, recovered: 0, refused: 0, input_tokens: 0, output_tokens: 0 },
      ...{ still_unknown: {}, logs: null },
    });
    expect(emulator.stats().control_plane).to.deep.equal(before);
  });
});

/** The calls of a ledger without an answer. */
const entriesOf = async (ledger: string) => {
  const shared = await shareLedger(ledger);
  if (shared instanceof Error) throw shared;
  const release = await shared.hold();
  if (release instanceof Error) throw release;
  const found: Entry[] = [];
  for await (const entry of shared.entries()) if (entry.state !== "received") found.push(entry);
  release();
  return found;
};

const nameOf = (entry: Entry | undefined): string =>
  entry && "claim" in entry ? `${entry.key}/${entry.claim}` : "";

const recordOf = (key: string, changes: object) => ({
  ...{ schemaType: "ModelInvocationLog", schemaVersion: "1.0", operation: "InvokeModel" },
  ...{ modelId: "us.amazon.nova-lite-v1:0", requestMetadata: { bedrock_model_call: key } },
  ...{ input: { inputContentType: "application/json" } },
  ...changes,
});
