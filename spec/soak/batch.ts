/**
 * Rows of three models in batch jobs by a deadline, on one ledger: the writing process is killed at every state of a job, one job
 * does not end in time, rows are refused and answers cut off. One result a row, none paid for twice, at about half of the price
 * on line, and the job's own counts equal to the ledger's. Prints one line of figures and ends with 1 when that does not
 * hold. `node --import tsx/esm spec/soak/batch.ts [rows]`
 */
import "../support/environment.js";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "../../src/testing/emulator/index.js";
import { createBucket, objectsOf, roleArn } from "../batch/batches.js";
import { localConfig } from "../support/sync-config.js";
import type { Ended, Task } from "./batch-process.js";
import { type Rule, tellBroken } from "./rules.js";

const [rowCount = 10_000] = process.argv.slice(2).map(Number);
const hour = 3_600_000;
const unreadable = "This one is unreadable.";
const endless = "This one is endless.";

const output_schema = {
  type: "object",
  properties: { mood: { type: "string", enum: ["glad", "cross"] }, urgent: { type: "boolean" } },
  required: ["mood", "urgent"],
};
const prompt = "How does it sound? {{ text }}";
const messages = [{ role: "user", content: [{ text: prompt }] }];

/** A model of each family, for how many hours its job is at work, and at which of its states the process is killed. */
const models = [
  {
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: { inferenceConfig: { maxTokens: 60 }, messages },
    hours: 3,
  },
  {
    model_id: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    request_format: {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 60,
      messages: [{ role: "user", content: prompt }],
    },
    hours: 5,
  },
  {
    model_id: "us.meta.llama3-1-8b-instruct-v1:0",
    request_format: { prompt, max_gen_len: 60 },
    hours: 7,
  },
] as const;

const states = [
  ...["planning", "planned", "written", "uploaded", "looked", "marked", "created", "submitted"],
  ...["Validating", "Scheduled", "InProgress", "ended", "read", "settled"],
];
const allowed = 6 * hour;

const rowsOf = (model: number) => {
  const each = Math.ceil(rowCount / models.length);
  return Array.from({ length: Math.min(each, rowCount - model * each) }, (_, index) => {
    const id = model * each + index;
    const text = `Letter ${id}: the parcel came ${id % 31} days late.`;
    if (id % 50 === 7) return { id, text: `${text} ${unreadable}` };
    return { id, text: id % 50 === 8 ? `${text} ${endless}` : text };
  });
};
const isNamed = ({ id, status, code }: Ended["rows"][number]): boolean => {
  if (id % 50 === 7) return status === "failed" && code !== null;
  return id % 50 === 8 ? status !== "enriched" && code !== null : status === "enriched";
};

const faults = [{ kind: "stop", reason: "max_tokens", text: '{"mood":"gl', includes: endless }] as const;
const refusal = { status: 400, message: "Malformed input.", includes: unreadable } as const;
const onLineFaults = [{ ...refusal, kind: "error", type: "ValidationException" }, ...faults] as const;

let passed = 0;

/** A process that is killed at a state, or comes to its end. `null` where it was killed. */
const run = async (bedrock: Emulator, task: Omit<Task, "passed">): Promise<Ended | null> => {
  const child = fork(fileURLToPath(new URL("batch-process.ts", import.meta.url)), {
    execArgv: ["--import", "tsx/esm"],
  });
  const over = () => child.kill("SIGKILL");
  process.once("exit", over);
  let ended: Ended | null = null;
  child.on("message", (message: { passMs: number } | Ended) => {
    if ("rows" in message) ended = message;
    else {
      passed += message.passMs;
      bedrock.passTime(message.passMs / 1000);
      child.send({ passed });
    }
  });
  child.send({ ...task, passed } satisfies Task);
  const [code, signal] = await once(child, "close");
  process.off("exit", over);
  if (signal === "SIGKILL") return null;
  if (code !== 0 || !ended) throw new Error(`the process ended with ${code}`);
  return ended;
};

/** Answers of jobs in the ledger's file, and their tokens. */
const inLedger = (file: string) => {
  const sum = { answers: 0, input: 0, output: 0 };
  for (const line of readFileSync(file, "utf8").split("\n").slice(3, -1)) {
    const { state, job, input_tokens, output_tokens } = JSON.parse(line);
    if (state !== "received" || job === undefined) continue;
    sum.answers++;
    sum.input += input_tokens;
    sum.output += output_tokens;
  }
  return sum;
};

const inManifests = async (bedrock: Emulator) => {
  const sum = { answers: 0, input: 0, output: 0 };
  for (const [key, text] of await objectsOf(bedrock)) {
    if (!key.endsWith("manifest.json.out")) continue;
    const { successRecordCount, inputTokenCount, outputTokenCount } = JSON.parse(text);
    sum.answers += successRecordCount;
    sum.input += inputTokenCount;
    sum.output += outputTokenCount;
  }
  return sum;
};

const usdOf = (bedrock: Emulator): number =>
  Object.values(bedrock.stats().bill).reduce((sum, { usd }) => sum + usd, 0);

const folder = mkdtempSync(join(tmpdir(), "batch-soak-"));
const bedrock = await startEmulator({ faults: onLineFaults });
const onLine = await startEmulator({ faults: onLineFaults });
try {
  await createBucket(bedrock);
  const startedAt = performance.now();
  const file = join(folder, "ledger");
  const rows: Ended["rows"][number][] = [];
  const again: Ended["rows"][number][] = [];
  const missed: string[] = [];
  let [kills, paidAgain] = [0, 0];
  for (const [index, { hours, ...model }] of models.entries()) {
    const shared = { ...model, output_schema, max_concurrency: 20 };
    const config = localConfig(bedrock.url, {
      ...{
        ...shared,
        ledger: file,
        delivery: "auto",
        batch_s3_uri: "s3://batches/in/",
        batch_role_arn: roleArn,
      },
    });
    const seconds = {
      Submitted: 600,
      Validating: 600,
      Scheduled: 900,
      InProgress: hours * 3600,
      Stopping: 600,
    };
    bedrock.setAccount({ batch: { seconds, faults: [{ ...refusal, kind: "record_error" }, ...faults] } });
    const until = passed + allowed;
    const task = { config, rows: rowsOf(index) };
    for (const state of hours * hour < allowed
      ? states
      : [...states.slice(0, -3), "Stopping", ...states.slice(-3)]) {
      if (await run(bedrock, { ...task, deadlineMs: until - passed, killedAt: state })) missed.push(state);
      else kills++;
    }
    const last = await run(bedrock, { ...task, deadlineMs: until - passed, killedAt: null });
    rows.push(...(last?.rows ?? []));
    const { billed } = bedrock.stats();
    again.push(...((await run(bedrock, { ...task, deadlineMs: allowed, killedAt: null }))?.rows ?? []));
    paidAgain += bedrock.stats().billed - billed;
    await run(onLine, {
      ...task,
      config: localConfig(onLine.url, { ...shared, ledger: join(folder, `on-line-${index}`) }),
      deadlineMs: allowed,
      killedAt: null,
    });
    process.stderr.write(`${model.model_id}: ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  }
  const { bill, billed, distinct_billed, control_plane, faults: met } = bedrock.stats();
  const onLineUsd = usdOf(onLine);
  const [ledger, manifests] = [inLedger(file), await inManifests(bedrock)];
  const count = (status: string): number => rows.filter((row) => row.status === status).length;
  const statuses = Object.fromEntries(
    [...new Set(rows.map(({ status }) => status))].map((s) => [s, count(s)]),
  );
  const numbers = {
    ...{
      rows: rows.length,
      ...statuses,
      kills,
      jobs: control_plane.CreateModelInvocationJob,
      taken_over: bill.default?.calls ?? 0,
    },
    ...{
      usd: usdOf(bedrock),
      on_line_usd: onLineUsd,
      share: Math.round((1000 * usdOf(bedrock)) / onLineUsd) / 1000,
    },
    ...{ billed, paid_twice: billed - distinct_billed, ledger, manifests },
    seconds: Math.round((performance.now() - startedAt) / 1000),
    faults: met,
  };
  console.log(JSON.stringify(numbers));
  const isEqual = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);
  const billedInJobs = {
    answers: bill.batch?.calls,
    input: bill.batch?.input_tokens,
    output: bill.batch?.output_tokens,
  };
  const inOrder = (list: readonly { id: number }[]) =>
    list.length === rowCount && list.every(({ id }, index) => id === index);
  const rules: readonly Rule[] = [
    ["the process was killed at every state of a job", missed.length === 0],
    ["every row came out once, in order", inOrder(rows) && inOrder(again)],
    ["rows are enriched, or named as what befell them", rows.every(isNamed)],
    ["one job for each model", numbers.jobs === models.length],
    ["no row was paid for twice", numbers.paid_twice === 0],
    ["a run that comes again costs nothing", paidAgain === 0],
    ["a job that does not end in time is taken over", numbers.taken_over > 0],
    ["at most 0.55 of the price on line", numbers.share <= 0.55],
    ["manifests and ledger are equal", isEqual(ledger, manifests)],
    ["the bill and the ledger are equal", isEqual(ledger, billedInJobs)],
  ];
  tellBroken(rules);
  if (missed.length > 0) console.error(`Never came to: ${missed.join(", ")}.`);
  const unnamed = rows.filter((row) => !isNamed(row));
  if (unnamed.length > 0) console.error(JSON.stringify(unnamed.slice(0, 3)));
} finally {
  await bedrock.close();
  await onLine.close();
  rmSync(folder, { recursive: true, force: true });
}
