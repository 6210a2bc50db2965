import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { createBucket } from "./bucket.js";

describe("rows by batch jobs", () => {
  const bedrock = useFreshBedrock({ account: { batch: { min_records: 100 } } });
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("are answered once, at half the price, in their order", async () => {
    await createBucket(bedrock.url, "batches");
    const config = localConfig(bedrock.url, {
      delivery: "batch",
      batch_s3_uri: "s3://batches/here",
      batch_role_arn: "arn:aws:iam::123456789012:role/batch",
      ledger: join(folder, "a.jsonl"),
    });
    const rows = Array.from({ length: 120 }, (_, id) => ({ id, text: `Mail ${id % 110} came late.` }));
    const { tracking } = await new AwsBedrockModel().write(syncConfig(config), rows, undefined, {
      detach: false,
    });
    console.log(JSON.stringify(tracking.meta.summary), JSON.stringify(bedrock.stats()));
    console.log(JSON.stringify(tracking.meta.records?.[3]));
    expect(tracking.success).to.equal(120);
  });
});
