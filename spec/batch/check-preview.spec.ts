import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { scratch } from "../run/ledger/scratch.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, letters } from "./batches.js";

describe("before rows are delivered in batch jobs", () => {
  const folder = scratch();
  const bedrock = useBedrock();
  before(() => createBucket(bedrock));
  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, "ledger.jsonl"), changes);
  const check = async (settings: Parameters<AwsBedrockModel["checkConnection"]>[0]) =>
    (await new AwsBedrockModel().checkConnection(settings)).connection_status;
  const preview = async (settings: Parameters<AwsBedrockModel["preview"]>[0], rows = letters(100)) => {
    const result = await new AwsBedrockModel().preview(settings, rows);
    if (!("deliveries" in result)) throw new Error("no preview");
    return result;
  };

  it("a check names the policies of the role, filled in", async () => {
    const { status, message = "" } = await check(config({ batch_kms_key: "key-1" }));
    expect(status).to.equal("succeeded");
    const [, trust = "", access = ""] = /trust (\{.*\}) access (\{.*\})/.exec(message) ?? [];
    expect(JSON.parse(trust).Statement[0].Condition.ArnEquals["aws:SourceArn"]).to.equal(
      "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/*",
    );
    const [objects, , keys] = JSON.parse(access).Statement;
    expect(objects.Resource).to.deep.equal(["arn:aws:s3:::batches", "arn:aws:s3:::batches/*"]);
    expect(keys).to.include({ Resource: "key-1" });
  });

  it("a check finds out that a bucket is not there, and says what is not known of the model", async () => {
    const { status, message } = await check(config({ batch_s3_uri: "s3://nowhere" }));
    expect(status).to.equal("failed");
    expect(message).to.match(/s3:\/\/nowhere.*there is no such bucket/);
    const request_format = { prompt: "{{ text }}", max_gen_len: 20 };
    const other = await check(config({ model_id: "meta.llama3-8b-instruct-v1:0", request_format }));
    expect(other.message).to.match(/not known to take batch jobs/);
  });

  it("a preview sets the prices of all ways side by side, and says what cannot go them", async () => {
    const { cost_usd, deliveries } = await preview(config());
    expect(deliveries.batch.not).to.deep.equal({});
    expect(deliveries.batch.cost_usd?.expected).to.be.closeTo((cost_usd?.expected ?? 0) / 2, 1e-9);
    expect(deliveries.flex).to.deep.equal({
      ...{ cost_usd: null, not: { "the model is not known to have the flex tier": 100 } },
    });
    const few = await preview(config(), letters(99));
    expect(few.deliveries.batch).to.deep.equal({
      ...{ cost_usd: null, not: { "fewer than the 100 that a job takes": 99 } },
    });
    const guarded = localConfig(bedrock.url, { guardrail_identifier: "g", guardrail_version: "1" });
    expect((await preview(guarded)).deliveries.batch.not).to.deep.equal({
      "batch jobs apply no guardrail": 100,
    });
  });
});
