import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, manageJobs } from "../../src/index.js";
import { runCli } from "../cli/run-cli.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, letters } from "./batches.js";

describe("batch jobs that nobody waits for", () => {
  const bedrock = useFreshBedrock({ account: { batch: { seconds: { InProgress: 1000 } } } });
  let folder: string;
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-manage-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const detached = async () => {
    const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`));
    await new AwsBedrockModel().write(syncConfig(settings), letters(200));
    return settings;
  };

  it("are listed from the ledger, asked for, and waited for", async () => {
    const settings = await detached();
    expect((await manageJobs(settings, "list"))[0]).to.include({ stage: "submitted", records: 200 });
    bedrock.passTime(500);
    const [job] = await manageJobs(settings, "status");
    expect(job).to.include({ status: "InProgress" });
    expect(job?.processed).to.be.within(90, 110);
    bedrock.passTime(500);
    expect((await manageJobs(settings, "wait"))[0]).to.include({
      ...{ stage: "settled", status: "Completed", answered: 200, refused: 0, unknown: 0, unprocessed: 0 },
    });
    const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), letters(200));
    expect(tracking.meta.summary).to.include({ enriched: 200, reused: 200, cost_usd: 0 });
    expect(bedrock.stats()).to.include({ billed: 200, requests: 0 });
  });

  for (const delivery of ["batch", "auto"])
    it(`have what they refused told once, by delivery ${delivery}, as a call's refusal is; then it goes again`, async () => {
      const refusal = { status: 400, message: "Malformed input.", includes: "Letter 7" };
      const faults = [{ ...refusal, kind: "record_error" as const }];
      bedrock.setAccount({ batch: { seconds: { InProgress: 1000 }, faults } });
      const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`), { delivery });
      const rows = [...letters(110), ...letters(8)];
      const write = async () => {
        const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), rows);
        const { enriched, failed, calls } = tracking.meta.summary;
        return { enriched, failed, calls, requests: bedrock.stats().requests };
      };
      expect(await write()).to.include({ enriched: 0, failed: 0 });
      bedrock.passTime(1000);
      expect((await manageJobs(settings, "wait"))[0]).to.include({ answered: 99, refused: 11 });
      expect(await write()).to.deep.equal({ enriched: 106, failed: 12, calls: 0, requests: 0 });
      expect(await write()).to.deep.equal({ enriched: 118, failed: 0, calls: 11, requests: 11 });
      expect(bedrock.stats()).to.include({ billed: 110, distinct_billed: 110 });
      expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(1);
    });

  it("are stopped: what they have answered is kept, and the rest is free for another job", async () => {
    const settings = await detached();
    bedrock.passTime(400);
    const [job] = await manageJobs(settings, "stop");
    expect(job).to.include({ stage: "settled", status: "Stopped" });
    expect((job?.answered ?? 0) + (job?.unprocessed ?? 0)).to.equal(200);
    expect(job?.answered).to.be.within(1, 199);
    bedrock.setAccount({});
    const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), letters(200), undefined, {
      detach: false,
    });
    expect(tracking.meta.summary).to.include({ enriched: 200, reused: job?.answered });
    expect(bedrock.stats()).to.include({ billed: 200, distinct_billed: 200 });
  });

  it("are stopped one by one, by their names", async () => {
    bedrock.setAccount({ batch: { max_records: 100, seconds: { InProgress: 1000 } } });
    const settings = await detached();
    const [first, second] = (await manageJobs(settings, "list")).map(({ name }) => name);
    expect(await manageJobs(settings, "stop", { job: first ?? "" })).to.have.length(1);
    const stages = (await manageJobs(settings, "list")).map(({ name, stage }) => [name, stage]);
    expect(stages[1]).to.deep.equal([second, "submitted"]);
    expect(stages[0]?.[1]).to.be.oneOf(["settled", "refused"]);
    const unknown = await manageJobs(settings, "stop", { job: "bedrock-model-x" }).catch(
      (error: Error) => error,
    );
    expect(unknown).to.be.an("error").with.property("message").that.includes("no job bedrock-model-x");
  });

  it("are left by an interrupt, which says how to come back", async () => {
    const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`));
    const stop = new AbortController();
    const { tracking } = await new AwsBedrockModel().write(syncConfig(settings), letters(100), undefined, {
      ...{ detach: false, signal: stop.signal },
      onBatch: ({ jobs }) => jobs[0]?.status && stop.abort(),
    });
    expect(tracking.meta.summary).to.include({ not_sent: 100 });
    expect((await manageJobs(settings, "list"))[0]).to.include({ stage: "submitted" });
  });

  it("are looked after on the command line", async () => {
    const settings = batchConfig(bedrock, join(folder, `${files++}.jsonl`));
    const [config, input] = [join(folder, "config.json"), join(folder, "rows.ndjson")];
    await writeFile(config, JSON.stringify(settings));
    await writeFile(
      input,
      letters(100)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(""),
    );
    const output = join(folder, "out.ndjson");
    const write = ["write", "--config", config, "--input", input, "--output", output];
    const left = await runCli([...write, "--detach"]);
    expect(left.code).to.equal(0);
    expect(left.stderr)
      .to.match(/100 records planned for batch, 1 job in all/)
      .and.match(/batch --config .*batch stop/s);
    const open = await runCli(["batch", "--config", config]);
    expect(open.stdout).to.match(/InProgress, 0 of 100 records done\n1 job, 1 open/);
    expect(open.code).to.equal(3);
    bedrock.passTime(1000);
    const done = await runCli(["batch", "wait", "--config", config, "--json"]);
    expect(JSON.parse(done.stdout).jobs).to.have.length(1);
    expect(done.code).to.equal(0);
    await closeLedger(String(settings.ledger));
    expect((await runCli(["batch", "fly", "--config", config])).code).to.equal(2);
  });
});
