import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AwsBedrockModel, closeLedger } from "../../../dist/index.js";
import { demoCredentials } from "../../../dist/testing/emulator/index.js";
import type { Client, CreateClient, Job } from "../job.js";
import { question, type Row, workThrough } from "../rows.js";

/** The whole connector as a user has it: templates, checks, pacing, a ledger on the disk, columns, messages. */
export const createClient: CreateClient = async (job, { url }) => {
  const folder = await mkdtemp(join(tmpdir(), "bedrock-bench-"));
  const ledger = job.settings?.ledger ?? join(folder, "ledger.jsonl");
  const connector = new AwsBedrockModel();
  const connection_specification = {
    ...demoCredentials,
    region: "us-east-1",
    endpoint: url,
    model_id: job.modelId,
    max_concurrency: String(job.concurrency),
    ledger,
    ...formats(job),
    ...job.settings,
  };
  const syncConfig = { destination: { connection_specification }, sync_id: "1", sync_run_id: "1" };
  const enrich: Run = async (rows, ended) => {
    for await (const message of connector.enrich(syncConfig, rows))
      if (message.type === "record") {
        const { status, error } = message.record.data._bedrock as Trace;
        ended(status === "enriched" ? undefined : (error?.code ?? status));
      }
  };
  /** As Multiwoven calls it: one record a call, from as many threads as there may be calls. */
  const write: Run = (rows, ended) =>
    workThrough(
      rows,
      job.concurrency,
      async (row) => {
        const { tracking } = await connector.write(syncConfig, [row]);
        if (tracking.success !== 1) throw new Error("failed");
      },
      ended,
    );
  const served = job.variant === "serve" ? startServe(syncConfig, job.concurrency) : null;
  return {
    run: served?.run ?? (job.variant === "write" ? write : enrich),
    ...(served && { cpuMs: served.cpuMs }),
    async close() {
      await served?.close();
      await closeLedger(ledger);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type Run = Client["run"];

/** The same from another language: a process of its own, each call a line. */
const startServe = (syncConfig: object, concurrency: number) => {
  const config = JSON.stringify(syncConfig);
  const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
  const child = spawn(process.execPath, [program, "serve"], { stdio: ["pipe", "pipe", "ignore"] });
  const waiting = new Map<string, (answer: string) => void>();
  createInterface(child.stdout).on("line", (line) =>
    waiting.get(/^\{"id":(\d+)/.exec(line)?.[1] ?? "")?.(line),
  );
  const call = async (row: Row): Promise<void> => {
    const answer = new Promise<string>((resolve) => waiting.set(String(row.id), resolve));
    child.stdin.write(`{"id":${row.id},"hook":"write","args":[${config},[${JSON.stringify(row)}]]}\n`);
    const line = await answer;
    waiting.delete(String(row.id));
    if (!line.includes('"success":1,')) throw new Error("failed");
  };
  const run: Run = (rows, ended) => workThrough(rows, concurrency, call, ended);
  return {
    run,
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    async close() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
};

/** User and system time of a process so far, in the hundredths of a second that Linux counts. */
const cpuMsOf = (pid: number): number => {
  const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return 10 * ((user ?? 0) + (system ?? 0));
};

interface Trace {
  readonly status: string;
  readonly error: { readonly code: string } | null;
}

/** A sample request and response, as a user would paste them for the model. */
const formats = ({ modelId, maxTokens }: Job) => {
  const prompt = `${question}\n\n{{ text }}`;
  if (modelId.includes("anthropic"))
    return {
      request_format: {
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: maxTokens,
        messages: [{ role: "user", content: prompt }],
      },
      response_format: { content: [{ type: "text", text: "{{ summary }}" }] },
    };
  return {
    request_format: {
      messages: [{ role: "user", content: [{ text: prompt }] }],
      inferenceConfig: { maxTokens },
    },
    response_format: { output: { message: { content: [{ text: "{{ summary }}" }] } } },
  };
};
