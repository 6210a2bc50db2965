import {
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  StopModelInvocationJobCommand,
} from "@aws-sdk/client-bedrock";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { LocalAccount } from "../../../src/testing/emulator/index.js";
import { useFreshBedrock } from "../../support/bedrock.js";
import { refusalOf, useClients } from "./client.js";

const modelId = "us.amazon.nova-lite-v1:0";
const few = { min_records: 1 };
const record = (index: number, changes: object = {}) => ({
  recordId: `CALL${index}`,
  modelInput: { messages: [{ role: "user", content: [{ text: `Parcel ${index} came late.` }] }], ...changes },
});

describe("emulator: batch inference jobs", () => {
  const emulator = useFreshBedrock({ account: { batch: few } });
  const clients = useClients(emulator, "rows");

  const put = (records: readonly object[], name = "a.jsonl") =>
    clients.s3.send(
      new PutObjectCommand({
        Bucket: "rows",
        Key: `in/${name}`,
        Body: records.map((one) => JSON.stringify(one)).join("\n"),
      }),
    );
  const submit = async (changes: Partial<CreateModelInvocationJobCommandInput> = {}) => {
    const { jobArn = "" } = await clients.bedrock.send(
      new CreateModelInvocationJobCommand({
        jobName: "rows-1",
        roleArn: "arn:aws:iam::123456789012:role/batch",
        modelId,
        inputDataConfig: { s3InputDataConfig: { s3Uri: "s3://rows/in/" } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://rows/out" } },
        ...changes,
      }),
    );
    return jobArn;
  };
  const look = (jobIdentifier: string) =>
    clients.bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier }));
  const read = async (arn: string, name: string): Promise<string> => {
    const Key = `out/${arn.split("/").at(-1)}/${name}.out`;
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: "rows", Key }));
    return (await Body?.transformToString()) ?? "";
  };
  // biome-ignore lint/suspicious/noExplicitAny: lines of another's making
  const lines = async (arn: string, name = "a.jsonl"): Promise<any[]> =>
    (await read(arn, name))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const jobs = (account: LocalAccount["batch"]) => emulator.setAccount({ batch: { ...few, ...account } });

  it("answer each record in its family's shape, in another order, and count in the manifest", async () => {
    const records = Array.from({ length: 20 }, (_, index) => record(index));
    await put(records);
    const arn = await submit();
    expect(arn).to.match(/^arn:aws:bedrock:us-east-1:123456789012:model-invocation-job\/\w{12}$/);
    expect(await look(arn)).to.include({ status: "Completed", totalRecordCount: 20, successRecordCount: 20 });
    const answers = await lines(arn);
    expect(answers.map(({ recordId }) => recordId)).to.have.members(records.map(({ recordId }) => recordId));
    expect(answers.map(({ recordId }) => recordId)).not.to.deep.equal(
      records.map(({ recordId }) => recordId),
    );
    for (const { recordId, modelInput, modelOutput } of answers) {
      expect(modelInput).to.deep.equal(record(Number(recordId.slice(4))).modelInput);
      expect(modelOutput.output.message.content[0].text).to.contain("came late");
    }
    expect(new Set(answers.map((answer) => Object.keys(answer).join())).size).to.equal(2);
    const { bill, input_tokens, output_tokens, billed } = emulator.stats();
    expect(JSON.parse(await read(arn, "manifest.json"))).to.deep.equal({
      ...{ totalRecordCount: 20, processedRecordCount: 20, successRecordCount: 20, errorRecordCount: 0 },
      ...{ inputTokenCount: input_tokens, outputTokenCount: output_tokens },
    });
    expect(billed).to.equal(20);
    expect(bill.batch?.usd).to.be.closeTo((input_tokens * 0.06 + output_tokens * 0.24) / 2e6, 1e-9);
  });

  it("write no manifest where they are told not to, into a bucket that the account has", async () => {
    emulator.setAccount({ buckets: ["own"], batch: { ...few, manifest: false } });
    await put([record(1)]);
    const s3Uri = "s3://own/out/";
    const arn = await submit({ outputDataConfig: { s3OutputDataConfig: { s3Uri } } });
    expect((await look(arn)).status).to.equal("Completed");
    const { Contents } = await clients.s3.send(new ListObjectsV2Command({ Bucket: "own" }));
    expect(Contents?.map(({ Key }) => Key)).to.deep.equal([`out/${arn.split("/")[1]}/a.jsonl.out`]);
  });

  it("take several files, and give one output for each", async () => {
    await put([record(1)], "a.jsonl");
    await put([record(2), record(3)], "b.jsonl");
    await put([record(4)], "notes.txt");
    const arn = await submit();
    await look(arn);
    const { Contents = [] } = await clients.s3.send(
      new ListObjectsV2Command({ Bucket: "rows", Prefix: "out/" }),
    );
    expect(Contents.map(({ Key }) => Key?.split("/").at(-1))).to.deep.equal([
      ...["a.jsonl.out", "b.jsonl.out", "manifest.json.out"],
    ]);
    expect(await lines(arn, "b.jsonl")).to.have.length(2);
  });

  it("refuse records one by one, for what the model refuses and for what a fault says, and are Completed", async () => {
    jobs({
      error_code: "string",
      faults: [
        { kind: "record_error", status: 500, message: "Try again.", includes: "Parcel 5" },
        { kind: "stop", reason: "max_tokens", includes: "Parcel 6" },
        { kind: "missing", includes: "Parcel 7" },
      ],
    });
    await put([record(1, { modelId }), record(2, { messages: 1 }), record(5), record(6), record(7)]);
    const arn = await submit();
    expect(await look(arn)).to.include({ status: "Completed", successRecordCount: 2, errorRecordCount: 3 });
    const by = new Map((await lines(arn)).map(({ recordId, ...rest }) => [recordId, rest]));
    expect([...by.keys()].sort()).to.deep.equal(["CALL1", "CALL2", "CALL5", "CALL6"]);
    expect(by.get("CALL1")?.error).to.deep.equal({
      ...{ errorCode: "400", errorMessage: "modelId: Extra inputs are not permitted" },
    });
    expect(by.get("CALL2")?.error.errorMessage).to.match(/^Malformed input request: #\/messages/);
    expect(by.get("CALL5")?.error).to.deep.equal({ errorCode: "500", errorMessage: "Try again." });
    expect(by.get("CALL6")?.modelOutput.stopReason).to.equal("max_tokens");
    expect(emulator.stats().billed).to.equal(2);
  });

  it("speak Converse, which takes no tools in a job", async () => {
    const toolConfig = { tools: [{ toolSpec: { name: "a", inputSchema: { json: { type: "object" } } } }] };
    await put([record(1), record(2, { toolConfig })]);
    const arn = await submit({ modelInvocationType: "Converse" });
    await look(arn);
    const by = new Map((await lines(arn)).map(({ recordId, ...rest }) => [recordId, rest]));
    expect(by.get("CALL1")?.modelOutput).to.have.nested.property("metrics.latencyMs");
    expect(by.get("CALL2")?.error.errorMessage).to.contain("not supported");
  });

  it("go through their states by the clock", async () => {
    jobs({ seconds: { Submitted: 60, Validating: 60, Scheduled: 3600, InProgress: 100, Stopping: 10 } });
    await put(Array.from({ length: 10 }, (_, index) => record(index)));
    const arn = await submit();
    const seen: unknown[] = [];
    for (const seconds of [0, 60, 60, 3600, 30, 70]) {
      emulator.passTime(seconds);
      const { status, processedRecordCount } = await look(arn);
      seen.push([status, processedRecordCount]);
    }
    expect(seen).to.deep.equal([
      ["Submitted", undefined],
      ["Validating", undefined],
      ["Scheduled", 0],
      ["InProgress", 0],
      ["InProgress", 3],
      ["Completed", 10],
    ]);
  });

  it("end as they are told to, and what was done until then is read and billed", async () => {
    const records = Array.from({ length: 10 }, (_, index) => record(index));
    await put(records);
    for (const [end, left] of [
      ...[["PartiallyCompleted", 4] as const, ["Stopped", 4] as const, ["Failed", 4] as const],
      ...[["Failed", 0] as const, ["Expired", 0] as const],
    ]) {
      jobs({ end, end_after: left, end_message: "It is so." });
      const before = emulator.stats().billed;
      const arn = await submit();
      const { status, message } = await look(arn);
      expect([status, message]).to.deep.equal([end, end === "Failed" ? "It is so." : undefined]);
      expect(emulator.stats().billed - before).to.equal(left);
      if (left > 0) expect(await lines(arn)).to.have.length(4);
      else expect(await refusalOf(read(arn, "manifest.json"))).to.have.property("name", "NoSuchKey");
    }
  });

  it("end at their time whatever they have done, and stop when they are told to", async () => {
    await put(Array.from({ length: 10 }, (_, index) => record(index)));
    jobs({ seconds: { Scheduled: 30 * 3600 } });
    const late = await submit({ timeoutDurationInHours: 24 });
    jobs({ seconds: { InProgress: 48 * 3600, Stopping: 5 } });
    const slow = await submit({ timeoutDurationInHours: 24 });
    const stopped = await submit();
    emulator.passTime(4.8 * 3600 + 1);
    await clients.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: stopped }));
    expect(await look(stopped)).to.include({ status: "Stopping", processedRecordCount: 1 });
    emulator.passTime(20 * 3600);
    expect((await look(late)).status).to.equal("Expired");
    expect(await look(slow)).to.include({ status: "PartiallyCompleted", processedRecordCount: 5 });
    expect((await look(stopped)).status).to.equal("Stopped");
    expect(await lines(stopped)).to.have.length(1);
    const again = clients.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: stopped }));
    expect(await refusalOf(again)).to.have.property("name", "ConflictException");
  });

  it("fail on the way in where the input is not what a job takes", async () => {
    jobs({ min_records: 3, max_records: 5, max_file_bytes: 2000 });
    const told = async (records: readonly object[]) => {
      await put(records);
      const { status, message } = await look(await submit());
      expect(status).to.equal("Failed");
      return message;
    };
    expect(await told([record(1)])).to.contain("less records (1) than the required minimum of: 3");
    expect(await told(Array.from({ length: 6 }, (_, index) => record(index)))).to.contain("more records (6)");
    expect(await told([record(1, { system: [{ text: "x".repeat(2000) }] })])).to.contain("is larger than");
    const inputDataConfig = { s3InputDataConfig: { s3Uri: "s3://nowhere/in" } };
    expect((await look(await submit({ inputDataConfig }))).message).to.contain("no access to an S3 bucket");
  });

  it("are counted for each model, known by their token, and listed by pages", async () => {
    await put([record(1)]);
    jobs({ seconds: { Scheduled: 60 }, max_jobs: 2 });
    const first = await submit({ jobName: "one", clientRequestToken: "token1" });
    expect(await submit({ jobName: "one", clientRequestToken: "token1" })).to.equal(first);
    const second = await submit({ jobName: "two" });
    expect(await refusalOf(submit())).to.have.property("name", "ServiceQuotaExceededException");
    const page = await clients.bedrock.send(new ListModelInvocationJobsCommand({ maxResults: 1 }));
    expect(page.invocationJobSummaries?.map(({ jobArn }) => jobArn)).to.deep.equal([second]);
    const { nextToken } = page;
    const next = await clients.bedrock.send(new ListModelInvocationJobsCommand({ maxResults: 1, nextToken }));
    expect(next.invocationJobSummaries?.[0]).to.include({ jobArn: first, clientRequestToken: "token1" });
    expect(next.nextToken).to.equal(undefined);
    const named = await clients.bedrock.send(new ListModelInvocationJobsCommand({ nameContains: "tw" }));
    expect(named.invocationJobSummaries).to.have.length(1);
    jobs({ token_repeats: "no_arn" });
    expect(await submit({ clientRequestToken: "token1" })).to.equal("");
    jobs({ token_repeats: "conflict" });
    expect(await refusalOf(submit({ clientRequestToken: "token1" }))).to.have.property(
      "name",
      "ConflictException",
    );
  });

  it("are there though the reply to their submission was lost, and not where it was refused", async () => {
    await put([record(1)]);
    emulator.setFaults([
      { operation: "CreateModelInvocationJob", kind: "reset_after", at: [1] },
      { operation: "CreateModelInvocationJob", kind: "reset_before", at: [2] },
      {
        ...{ operation: "CreateModelInvocationJob", kind: "error", at: [3], billed: true },
        ...{ status: 500, type: "InternalServerException", message: "It failed." },
      },
    ]);
    for (const jobName of ["lost", "never", "failed"]) await refusalOf(submit({ jobName }));
    const { invocationJobSummaries } = await clients.bedrock.send(new ListModelInvocationJobsCommand({}));
    expect(invocationJobSummaries?.map(({ jobName }) => jobName)).to.deep.equal(["failed", "lost"]);
  });

  it("are refused at once where the request is malformed", async () => {
    for (const changes of [
      { jobName: "no_underscores_" },
      { roleArn: "batch" },
      { modelId: "amazon.nova-unknown-v1:0" },
      { modelId: "meta.llama3-8b-instruct-v1:0" },
      { timeoutDurationInHours: 12 },
      { inputDataConfig: { s3InputDataConfig: { s3Uri: "rows/in" } } },
    ])
      expect(await refusalOf(submit(changes)), JSON.stringify(changes)).to.have.property(
        "name",
        "ValidationException",
      );
    expect(await refusalOf(look("nothing"))).to.have.property("name", "ResourceNotFoundException");
  });
});
