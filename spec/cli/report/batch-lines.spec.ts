import { expect } from "chai";
import { leftLines } from "../../../src/cli/report/batch-lines.js";
import { jsonProgress } from "../../../src/cli/report/json-progress.js";
import type { BatchJob, BatchProgress } from "../../../src/index.js";

const job = (changes: Partial<BatchJob>): BatchJob => ({
  ...{ name: "bedrock-model-1", arn: null, stage: "submitted", status: "InProgress", model: "m" },
  ...{ records: 250, processed: 144, output: "s3://b/", at: 0 },
  ...changes,
});
const progressOf = (...jobs: BatchJob[]): BatchProgress => ({
  ...{ phase: "waiting", jobs, records: 250, waiting: 0, on_line: {}, kept_out: {} },
});

describe("words about batch jobs", () => {
  it("say that jobs go on, and only where one was made", () => {
    const left = (stage: BatchJob["stage"]) => leftLines(progressOf(job({ stage })), "c.json").join("\n");
    expect(left("submitted")).to.include("the jobs go on without this command, and cost what they take");
    expect(left("planned")).to.include("no job is made so far").and.not.include("cost what they take");
  });

  it("are a heartbeat for programs while jobs are waited for", () => {
    const said: string[] = [];
    let look = (): void => undefined;
    let batch: BatchProgress | undefined;
    const every = (_: number, each: () => void): void => {
      look = each;
    };
    jsonProgress(
      { every },
      (line) => said.push(line),
      () => 7.4,
      () => batch,
    );
    look();
    expect(said).to.deep.equal([]);
    batch = progressOf(job({}), job({ processed: 6 }));
    look();
    expect(JSON.parse(said[0] ?? "")).to.deep.include({
      ...{ type: "progress", seconds: 7, enriched: 0 },
      batch: { jobs: 2, records: 500, processed: 150 },
    });
  });
});
