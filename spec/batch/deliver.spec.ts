import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, type BatchProgress, closeLedger, inspectLedger } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, few, letters, objectsOf } from "./batches.js";

describe("rows in batch jobs", () => {
  const bedrock = useFreshBedrock({ account: { batch: few } });
  let folder: string;
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes);
  const write = async (settings: unknown, rows: unknown[], detach = false) => {
    const seen: BatchProgress[] = [];
    const options = { detach, onBatch: (progress: BatchProgress) => seen.push(progress) };
    const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), rows, undefined, options);
    return { ...tracking.meta.summary, records: tracking.meta.records ?? [], seen };
  };
  type Row = { _bedrock: Record<string, unknown> };

  it("are answered once and in their order, at half of what calls cost", async () => {
    const rows = [...letters(13), ...letters(5)];
    const { enriched, cost_usd, records, calls, estimated_cost_usd } = await write(config(), rows);
    expect(enriched).to.equal(18);
    expect(records.map((row) => (row as { id: number }).id)).to.deep.equal(rows.map(({ id }) => id));
    const { bill, requests } = bedrock.stats();
    expect(requests).to.equal(0);
    expect(calls).to.equal(13).and.equal(bill.batch?.calls);
    expect(cost_usd).to.be.closeTo(bill.batch?.usd ?? 0, 1e-9);
    const half = await write(config({ delivery: "now" }), rows);
    expect(cost_usd).to.be.closeTo((half.cost_usd ?? 0) / 2, 1e-9);
    expect(estimated_cost_usd?.max).to.be.closeTo((half.estimated_cost_usd?.max ?? 0) / 2, 1e-9);
    expect((records[0] as Row)._bedrock).to.include({ billed: "yes", attempts: 1, latency_ms: null });
    expect((records[0] as Row)._bedrock.usage).to.deep.equal({ service_tier: "batch" });
  });

  it("cost nothing when they come again", async () => {
    const settings = config();
    await write(settings, letters(100));
    const again = await write(settings, letters(100));
    expect(again).to.include({ enriched: 100, reused: 100, calls: 0, cost_usd: 0 });
    expect(bedrock.stats()).to.include({ requests: 0, billed: 100 });
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(1);
  });

  it("become records of the ledger's keys in one folder a job, with nothing else in it", async () => {
    await write(config(), letters(100));
    const objects = await objectsOf(bedrock);
    const inputs = [...objects].filter(([key]) => key.endsWith(".jsonl"));
    expect(inputs).to.have.length(1);
    const [[key, text] = ["", ""]] = inputs;
    expect(key).to.match(/^in\/[0-9a-f]{32}\/in\/part-0001\.jsonl$/);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).to.have.length(100);
    for (const { recordId, modelInput, ...rest } of lines) {
      expect(recordId).to.match(/^[0-9a-f]{32}$/);
      expect(modelInput).to.have.keys("inferenceConfig", "messages");
      expect(rest).to.deep.equal({});
    }
  });

  it("that were refused have failed and those whose fate is not known are held, and neither is sent on line", async () => {
    bedrock.setAccount({
      batch: {
        faults: [
          { kind: "record_error", status: 400, message: "Malformed input: Letter 7", includes: "Letter 7:" },
          { kind: "record_error", status: 500, message: "Internal", includes: "Letter 8:", billed: true },
          { kind: "stop", reason: "max_tokens", includes: "Letter 9:" },
        ],
      },
    });
    const settings = config();
    const { enriched, failed, held, truncated, records, seen } = await write(settings, letters(100));
    expect({ enriched, failed, held, truncated }).to.deep.equal({
      enriched: 98,
      failed: 1,
      held: 1,
      truncated: 1,
    });
    const [refused, unknown] = [records[7] as Row, records[8] as Row];
    expect(refused._bedrock).to.include({ billed: "no", attempts: 1, cost_usd: 0 });
    expect(refused._bedrock.error).to.include({ code: "invalid_request" });
    expect(unknown._bedrock).to.include({ status: "held", billed: "unknown", cost_usd: null });
    expect(bedrock.stats().requests).to.equal(0);
    const [job] = seen.at(-1)?.jobs ?? [];
    expect(job).to.include({ stage: "settled", status: "Completed", answered: 98, refused: 1, unknown: 1 });
    expect(job?.remarks?.join()).to.include("invalid_request").and.not.include("Letter");
  });

  it("are not waited for by a host's write, whose next one has the answers", async () => {
    bedrock.setAccount({ batch: { seconds: { InProgress: 3600 } } });
    const settings = config();
    const hook = () => new AwsBedrockModel().write(syncConfig(settings), letters(100));
    const first = (await hook()).tracking;
    const [row] = (first.meta.records ?? []) as unknown as Row[];
    expect(first.meta.summary).to.include({ not_sent: 100, calls: 0, cost_usd: 0 });
    expect(row?._bedrock.error).to.include({
      code: "batch_pending",
      retryable: true,
    });
    await closeLedger(String(settings.ledger));
    expect(await inspectLedger(String(settings.ledger))).to.include({
      received: 0,
      unknown: 0,
      in_jobs: 100,
    });
    bedrock.passTime(3600);
    expect((await hook()).tracking.meta.summary).to.include({ enriched: 100, calls: 100 });
    expect(bedrock.stats().billed).to.equal(100);
  });

  it("that go on line for a job that cannot be made are told to a host, once", async () => {
    const denied = { status: 403, type: "AccessDenied", message: "Access Denied" };
    bedrock.setFaults([{ kind: "error", operation: "PutObject", ...denied }]);
    const said: string[] = [];
    const listen = ({ name, message }: Error): void => {
      if (name === "BatchUnused") said.push(message);
    };
    process.on("warning", listen);
    const settings = config({ delivery: "auto" });
    const hook = () => new AwsBedrockModel().write(syncConfig(settings), letters(100));
    expect((await hook()).tracking.meta.summary).to.include({ enriched: 100, calls: 100 });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(said.join()).to.match(
      /since a batch job came to nothing: Its files could not be put into S3: .*s3:PutObject/,
    );
  });

  it("go on line by auto where a guardrail or a tier is set, which no job has", async () => {
    for (const [changes, why] of [
      [{ guardrail_identifier: "g", guardrail_version: "1" }, "batch jobs apply no guardrail"],
      [{ service_tier: "priority" }, "batch jobs have no service tier"],
    ] as const) {
      const { enriched, seen } = await write(config({ delivery: "auto", ...changes }), letters(100));
      expect(enriched).to.equal(100);
      expect(seen[0]?.on_line).to.deep.equal({ [why]: 100 });
    }
    expect(bedrock.stats()).to.include({ requests: 200 });
    expect((await objectsOf(bedrock)).size).to.equal(0);
  });

  it("go on line at once by auto, where the model is known not to take jobs; one that nothing is known of is tried", async () => {
    const request_format = '{"prompt":"In short: {{ text }}","max_gen_len":20}';
    const known = { delivery: "auto", model_id: "meta.llama3-8b-instruct-v1:0", request_format };
    const { enriched, seen } = await write(config(known), letters(100));
    expect(enriched).to.equal(100);
    expect(seen[0]?.on_line).to.deep.equal({ "the model is not known to take batch jobs": 100 });
    expect((await objectsOf(bedrock)).size).to.equal(0);
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(undefined);
    bedrock.setAccount({ models: { "amazon.nova-9-lite-v1:0": {} } });
    const unknown = { delivery: "auto", model_id: "amazon.nova-9-lite-v1:0" };
    expect(await write(config(unknown), letters(100))).to.include({ enriched: 100 });
    expect(bedrock.stats().bill.batch?.calls).to.equal(100);
  });

  it("that are too few for a job, or cannot be in one, go on line", async () => {
    const small = await write(config(), letters(9));
    expect(small).to.include({ enriched: 9, calls: 9 });
    expect(small.seen[0]?.on_line).to.deep.equal({ "too few for a job, which takes 10 at least": 9 });
    const request_format = `{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{}}}}]}}`;
    const tools = await write(config({ api: "converse", request_format }), letters(10));
    expect(tools.seen[0]?.on_line).to.deep.equal({ "batch jobs take no tools with api: converse": 10 });
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(undefined);
  });

  it("of one generator are kept, and those of what can be iterated again are read again", async () => {
    let opened = 0;
    const open = () => {
      opened++;
      return letters(100)[Symbol.iterator]();
    };
    const file = { [Symbol.iterator]: open };
    const once = letters(100).values();
    for (const rows of [file, once]) {
      const enriched: unknown[] = [];
      for await (const message of new AwsBedrockModel().enrich(syncConfig(config()), rows))
        if (message.type === "record") enriched.push(message.record.data.completion);
      expect(enriched).to.have.length(100).and.not.include(null);
    }
    expect(opened).to.equal(2);
  });

  it("stay under the ceilings of a run, at the price of batch jobs", async () => {
    const { not_sent, enriched, errors } = await write(config({ max_rows: 11 }), letters(13));
    expect({ enriched, not_sent }).to.deep.equal({ enriched: 11, not_sent: 2 });
    expect(errors).to.have.property("budget_reached");
    const spent = await write(config({ delivery: "auto", max_spend_usd: 0.0003 }), letters(90));
    expect(spent.cost_usd).to.be.within(0.00025, 0.0003);
    expect(spent.not_sent).to.be.above(0);
  });

  it("come out with what a job was refused for, and none is called", async () => {
    bedrock.setAccount({ batch: { end: "Failed", end_message: "The role cannot read the bucket." } });
    const { not_sent, errors } = await write(config(), letters(100));
    expect(not_sent).to.equal(100);
    expect(errors.batch_unusable?.message).to.include("The role cannot read the bucket.");
    bedrock.setAccount({});
    expect(await write(config(), letters(100))).to.include({ enriched: 100 });
    expect(bedrock.stats().requests).to.equal(0);
  });
});
