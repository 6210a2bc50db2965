import { join } from "node:path";
import { expect } from "chai";
import { type BatchLimits, limitsInWords, readLimits } from "../../src/batch/limits.js";
import { AwsBedrockModel, type BatchProgress } from "../../src/index.js";
import { scratch } from "../run/ledger/scratch.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { syncConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, letters } from "./batches.js";

/** Quotas as a list. */
const quotasOf = (named: Readonly<Record<string, number>>) => ({
  is: "known" as const,
  value: Object.entries(named).map(([name, value]) => ({ name, value })),
});
const minimumFor = (model: string) => `Minimum number of records per batch inference job for ${model}`;

describe("the limits of batch jobs", () => {
  const strict: BatchLimits = readLimits({ is: "unasked", why: "" }, null).limits;

  it("are read from the quotas that name the model, and are on the strict side where none does", () => {
    const haiku = "Claude 3 Haiku";
    const { limits, told } = readLimits(
      quotasOf({
        [minimumFor(haiku)]: 10,
        [`Records per input file per batch inference job for ${haiku}`]: 100_000,
        [`Records per batch inference job for ${haiku}`]: 90_000,
        [`Batch inference input file size (in GB) for ${haiku}`]: 1,
        [`Batch inference job size (in GB) for ${haiku}`]: 100,
        [`Sum of in-progress and submitted batch inference jobs using a base model for ${haiku}`]: 7,
        [`Sum of in-progress and submitted batch inference jobs using a custom model for ${haiku}`]: 3,
        [minimumFor("Claude 3.5 Haiku")]: 4,
        [`On-demand model inference requests per minute for ${haiku}`]: 5,
      }),
      "anthropic.claude-3-haiku-20240307-v1:0",
    );
    expect(limits).to.deep.equal({
      ...{ leastRecords: 10, recordsPerFile: 100_000, recordsPerJob: 90_000 },
      ...{ bytesPerFile: 1e9, bytesPerJob: 1e11, openJobs: 7 },
    });
    expect(told.size).to.equal(6);
    const other = readLimits(quotasOf({ [minimumFor("Nova Pro")]: 10 }), "amazon.nova-lite-v1:0");
    expect(other.limits).to.deep.equal(strict);
    expect(limitsInWords(other)).to.match(/no quota names this model/);
  });

  const spellings: readonly (readonly [baseModel: string, ...names: string[]])[] = [
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", "Claude 3.5 Sonnet v2", "Anthropic Claude 3.5 Sonnet V2"],
    ["anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "Claude Sonnet 4 V1"],
    ["meta.llama3-1-70b-instruct-v1:0", "Llama 3.1 70B Instruct", "Meta Llama 3.1 70B", "Llama 3.1 70B"],
    ["amazon.nova-lite-v1:0", "Nova Lite", "Amazon Nova Lite (in GB)"],
    ["openai.gpt-oss-120b-1:0", "OpenAI gpt-oss-120b", "GPT OSS 120B"],
    ["amazon.nova-9-ultra-v1:0", "Nova 9 Ultra", "Amazon Nova 9 Ultra"],
  ];
  for (const [baseModel, ...names] of spellings)
    it(`of ${baseModel} are found by any way to write its name`, () => {
      for (const name of names)
        expect(readLimits(quotasOf({ [minimumFor(name)]: 7 }), baseModel).limits.leastRecords, name).to.equal(
          7,
        );
      for (const [, other = ""] of spellings.filter(([id]) => id !== baseModel))
        expect(readLimits(quotasOf({ [minimumFor(other)]: 7 }), baseModel).limits, other).to.deep.equal(
          strict,
        );
    });

  it("are on the strict side where a quota is odd, and the stricter of two that name the model", () => {
    const model = "amazon.nova-lite-v1:0";
    for (const value of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(
        readLimits(quotasOf({ [minimumFor("Nova Lite")]: value }), model).limits,
        `${value}`,
      ).to.deep.equal(strict);
    const unitless = quotasOf({ "Batch inference job size for Nova Lite": 5000 });
    expect(readLimits(unitless, model).limits).to.deep.equal(strict);
    const two = quotasOf({
      [minimumFor("Nova Lite")]: 5,
      [minimumFor("Amazon Nova Lite")]: 9,
      "Records per batch inference job for Nova Lite": 300,
      "Records per batch inference job for Amazon Nova Lite V1": 200,
    });
    expect(readLimits(two, model).limits).to.include({ leastRecords: 9, recordsPerJob: 200 });
  });

  describe("of an account", () => {
    const bedrock = useFreshBedrock({ account: { batch: { min_records: 10, max_records: 15 } } });
    beforeEach(() => createBucket(bedrock));
    const folder = scratch();
    let files = 0;
    const config = (changes = {}) => batchConfig(bedrock, join(folder, `${files++}.jsonl`), changes);
    const write = async (rows: number, changes = {}) => {
      let limits: string | undefined;
      const onBatch = (progress: BatchProgress) => {
        limits = progress.limits;
      };
      const options = { detach: false, onBatch };
      const { tracking } = await new AwsBedrockModel().write(
        syncConfig(config(changes)),
        letters(rows),
        undefined,
        options,
      );
      const { control_plane, requests } = bedrock.stats();
      return {
        ...tracking.meta.summary,
        limits,
        jobs: control_plane.CreateModelInvocationJob ?? 0,
        requests,
      };
    };

    it("let small jobs be made, and many of them, and are asked once for all rows", async () => {
      const { enriched, jobs, requests, limits } = await write(40);
      expect({ enriched, jobs, requests }).to.deep.equal({ enriched: 40, jobs: 3, requests: 0 });
      expect(limits).to.equal(
        "A batch job takes, by the account's quotas, 10 to 15 records, 1 GB a file, 5 GB a job, 20 open jobs.",
      );
      const pages = bedrock.stats().control_plane.ListServiceQuotas ?? 0;
      await write(12);
      expect(pages).to.be.greaterThan(1);
      expect(bedrock.stats().control_plane.ListServiceQuotas).to.equal(2 * pages);
    });

    it("are said to be on the strict side, and end nothing, where the account tells none", async () => {
      bedrock.setAccount({ denied: ["ListServiceQuotas"] });
      const { enriched, jobs, requests, limits } = await write(12);
      expect({ enriched, jobs, requests }).to.deep.equal({ enriched: 12, jobs: 0, requests: 12 });
      expect(limits).to.match(
        /100 to 50,000 records.*strict side.*servicequotas:ListServiceQuotas is denied; allow it on \*/,
      );
    });

    it("of no open job let auto call all rows, and are said", async () => {
      bedrock.setAccount({ batch: { min_records: 10, max_jobs: 0 } });
      const { limits, enriched, jobs } = await write(12, { delivery: "auto" });
      expect({ enriched, jobs }).to.deep.equal({ enriched: 12, jobs: 0 });
      expect(limits).to.match(/quota of open batch jobs is 0 for this model: ask AWS/);
    });

    it("are asked again where they are throttled", async () => {
      bedrock.setFaults([
        {
          ...{ kind: "error", operation: "ListServiceQuotas", at: [2] },
          ...{ status: 400, type: "TooManyRequestsException", message: "Rate exceeded" },
        },
      ]);
      expect(await write(12)).to.include({ jobs: 1, requests: 0 });
    });

    it("are on the strict side for whatever else answers", async () => {
      for (const body of ["<html>", "{}", '{"Quotas":7}', '{"Quotas":[7,{"QuotaName":1}]}']) {
        bedrock.setFaults([{ kind: "body", operation: "ListServiceQuotas", body }]);
        expect((await write(12)).limits, body).to.match(/strict side/);
      }
    });

    it("are told by a check", async () => {
      const { connection_status } = await new AwsBedrockModel().checkConnection(config());
      expect(connection_status.message).to.match(
        /of 10 records at least; fewer rows are called\. A batch job takes/,
      );
    });
  });
});
