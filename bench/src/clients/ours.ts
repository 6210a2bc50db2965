import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsBedrockModel, closeLedger } from "../../../dist/index.js";
import { demoCredentials } from "../../../dist/testing/emulator/index.js";
import type { CreateClient, Job } from "../job.js";
import { question } from "../rows.js";

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
  return {
    async run(rows, ended) {
      for await (const message of connector.enrich({ destination: { connection_specification } }, rows))
        if (message.type === "record") {
          const { status, error } = message.record.data._bedrock as Trace;
          ended(status === "enriched" ? undefined : (error?.code ?? status));
        }
    },
    async close() {
      await closeLedger(ledger);
      await rm(folder, { recursive: true, force: true });
    },
  };
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
