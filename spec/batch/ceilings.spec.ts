import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, manageJobs } from "../../src/index.js";
import { scratch } from "../run/ledger/scratch.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, few, letters } from "./batches.js";
import { runBatch } from "./run-batch.js";

const jobs = { ...few, seconds: { InProgress: 3600 } };

describe("which rows go on line is decided when jobs are planned", () => {
  const bedrock = useFreshBedrock({ account: { batch: jobs } });
  const folder = scratch();
  let files = 0;
  beforeEach(() => createBucket(bedrock));
  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes);
  const run = async (settings: ReturnType<typeof config>, given: Parameters<typeof runBatch>[2]) => {
    const { summary, ...rest } = await runBatch(bedrock, settings, given);
    const { enriched, not_sent, cost_usd, errors } = summary;
    return { ...rest, enriched, not_sent, cost_usd, errors, requests: bedrock.stats().requests };
  };

  it("rows that a ceiling keeps out of a job are in another one once the job took less than the worst", async () => {
    const ran = await run(config({ max_spend_usd: 0.0002 }), { rows: letters(90) });
    expect(ran).to.include({ requests: 0 });
    const made = bedrock.stats().control_plane.CreateModelInvocationJob ?? 0;
    expect(made).to.be.within(2, 5);
    const worst = 0.0002 / (ran.seen[0]?.records ?? 0);
    expect(ran.cost_usd).to.be.within(0.0002 - 11 * worst, 0.0002);
    expect(ran.cost_usd).to.be.closeTo(bedrock.stats().bill.batch?.usd ?? 0, 1e-9);
    expect(ran.enriched + ran.not_sent).to.equal(90);
    expect(ran.not_sent).to.be.above(0);
    expect(ran.errors.budget_reached?.message).to.match(
      /the next call could pass max_spend_usd, which is 0.0002\. It leaves \d rows for a batch job, which takes 10 at least: raise it, or set delivery: auto\.$/,
    );
    const [[why, calls] = []] = Object.entries(ran.seen[0]?.kept_out ?? {});
    expect(why).to.match(/max_spend_usd/);
    expect(calls).to.equal(90 - (ran.seen[0]?.records ?? 0));
  });

  it("rows that a ceiling leaves too few of for a job are not called, but with auto", async () => {
    const settings = config({ max_rows: 7 });
    expect(await run(settings, { rows: letters(15) })).to.include({ enriched: 0, not_sent: 15, requests: 0 });
    expect(await run({ ...settings, delivery: "auto" }, { rows: letters(15) })).to.include({
      ...{ enriched: 7, not_sent: 8, requests: 7 },
    });
  });

  for (const delivery of ["batch", "auto"])
    for (const ceiling of [{ max_rows: 12 }, { max_spend_usd: 0.0003 }, { max_tokens_total: 4000 }])
      it(`a host's write comes back while a job has taken all that ${Object.keys(ceiling)} allows, by ${delivery}`, async () => {
        const settings = config({ delivery, ...ceiling });
        const write = async () =>
          (await new AwsBedrockModel().write(syncConfig(settings), letters(40))).tracking.meta.summary;
        const first = await write();
        const waiting = first.errors.batch_pending?.count ?? 0;
        expect(waiting).to.be.within(10, 30);
        expect(first).to.include({ not_sent: 40, calls: 0 });
        expect(first.errors.budget_reached?.count).to.equal(40 - waiting);
        bedrock.passTime(3600);
        expect((await write()).enriched).to.be.at.least(waiting);
      });

  it("rows that came while a job was waited for wait for the next run", async () => {
    let times = 0;
    const rows = { [Symbol.iterator]: () => letters(times++ ? 30 : 12)[Symbol.iterator]() };
    const settings = config();
    const ran = await run(settings, { rows });
    expect(ran).to.include({ enriched: 12, not_sent: 18, requests: 0 });
    expect(ran.errors.batch_unprocessed?.message).to.match(/same command again for another job/);
    expect(await run(settings, { rows })).to.include({ enriched: 30, requests: 0 });
  });

  for (const delivery of ["batch", "auto"])
    it(`a job that another run has planned and not made is made as it is, but where a ceiling is lower, by ${delivery}`, async () => {
      const settings = config({ delivery, max_rows: 30 });
      const at = (moment: string) => {
        if (moment === "planned") throw new Error("gone");
      };
      await run(settings, { rows: letters(30), at }).catch(() => undefined);
      const less = await run({ ...settings, max_rows: 29 }, { rows: letters(30) });
      expect(less).to.include({ enriched: 0, not_sent: 30, requests: 0, hours: 0 });
      expect(less.errors.budget_reached?.message).to.match(
        /max_rows is 29, and was 30 when .* planned.* `bedrock-model batch submit --job bedrock-model-\w{32}` makes it all the same/,
      );
      expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(undefined);
      expect((await manageJobs(settings, "list"))[0]).to.include({ stage: "planned" });
      const more = [...letters(45).slice(30), ...letters(30)];
      expect(await run(settings, { rows: more })).to.include({ enriched: 45, requests: 0 });
      expect(bedrock.stats()).to.include({ billed: 45, distinct_billed: 45 });
      expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(2);
    });

  it("a job that is given up since a ceiling is lower is planned anew, as far as that goes", async () => {
    const settings = config();
    const at = (moment: string) => {
      if (moment === "planned") throw new Error("gone");
    };
    await run(settings, { rows: letters(30), at }).catch(() => undefined);
    const bounded = { ...settings, max_spend_usd: 0.0003 };
    expect((await run(bounded, { rows: letters(30) })).errors.budget_reached?.message).to.match(
      /max_spend_usd is 0.0003, and was not set when/,
    );
    await manageJobs(bounded, "stop");
    expect((await run(bounded, { rows: letters(30) })).enriched).to.be.within(10, 30);
    expect(bedrock.stats().bill.batch?.usd).to.be.at.most(0.0003);
  });

  it("a run leaves the job of another one alone that is still putting its files into S3", async () => {
    const settings = config({ delivery: "auto", max_rows: 20 });
    const write = async () => {
      const rows = [...letters(40).slice(20), ...letters(20)];
      return (await new AwsBedrockModel().write(syncConfig(settings), rows)).tracking.meta.summary;
    };
    let second: ReturnType<typeof write> | undefined;
    const first = await run(settings, {
      rows: letters(20),
      at: (moment) => {
        if (moment === "written") second ??= write();
      },
      meanwhile: async () => {
        expect((await second)?.errors).to.have.all.keys("batch_pending");
      },
    });
    expect(first).to.include({ enriched: 20, requests: 0 });
    expect(await run(settings, { rows: letters(40) })).to.include({ enriched: 40, requests: 0 });
    expect(bedrock.stats()).to.include({ billed: 40, distinct_billed: 40 });
  });

  it("rows of a job that cannot be made go on line by auto, as far as the ceiling goes", async () => {
    const denied = { status: 403, type: "AccessDenied", message: "Access Denied" };
    bedrock.setFaults([{ kind: "error", operation: "PutObject", ...denied }]);
    const settings = config({ delivery: "auto", max_rows: 12 });
    expect(await run(settings, { rows: letters(30) })).to.include({
      enriched: 12,
      not_sent: 18,
      requests: 12,
    });
  });

  it("rows of a job that was stopped elsewhere wait for another job, and what it answered is the run's", async () => {
    const settings = config();
    const ran = await run(settings, {
      rows: letters(30),
      meanwhile: (hours) => hours > 0.5 && hours < 0.6 && manageJobs(settings, "stop"),
    });
    const { bill } = bedrock.stats();
    expect(ran).to.include({ requests: 0, enriched: bill.batch?.calls, not_sent: 30 - ran.enriched });
    expect(ran.enriched).to.be.within(10, 20);
    expect(ran.cost_usd).to.be.closeTo(bill.batch?.usd ?? 0, 1e-9);
    expect(ran.errors.batch_unprocessed?.count).to.equal(ran.not_sent);
    expect(bedrock.stats().control_plane.CreateModelInvocationJob).to.equal(1);
  });

  it("a retry of an answer that does not fit is a call, though its row is in a job", async () => {
    bedrock.setAccount({ batch: { ...jobs, faults: [{ kind: "stop", reason: "end_turn", text: "No." }] } });
    const output_schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
    const settings = config({ schema_retries: 1, output_schema });
    const ran = await run(settings, { rows: letters(10) });
    expect(ran.requests).to.equal(10);
  });
});
