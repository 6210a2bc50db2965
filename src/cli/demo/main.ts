import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsBedrockModel, type Summary, type Trace } from "../../index.js";
import { claimOutput } from "../../rows/open-output.js";
import { createShape } from "../../rows/shape.js";
import { createWritableRow } from "../../rows/writable-row.js";
import { demoCredentials, startEmulator } from "../../testing/emulator/index.js";
import { safeCommand } from "../help.js";
import { loadMails } from "./mails.js";
import { table } from "./table.js";

// `npm start`: real mail through a local Bedrock, with the files that do the same on AWS.

// The SDK's advice on Node versions is for whoever updates it here, not for a first look.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const rowCount = 400;
/** Short mails of every kind, whose enrichment can be read in one line. */
const shown = [57, 84, 147, 216, 217, 302, 355, 398];
const folder = ".demo";
const modelId = "us.amazon.nova-lite-v1:0";
const request = {
  messages: [
    {
      role: "user",
      content: [
        {
          text: "Give the mood and the gist of this mail, and what it mentions.\n\n{{ subject }}\n{{ body }}",
        },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 200 },
};

const mails = loadMails(rowCount);
const bucket = "local-bedrock";
const bedrock = await startEmulator({ latencyMs: 120, account: { buckets: [bucket] } });
const connection = {
  ...demoCredentials,
  region: "us-east-1",
  endpoint: bedrock.url,
  model_id: modelId,
  request_format: request,
};

console.log(`${rowCount} real mails of the SpamAssassin corpus go through ${modelId} on a local Bedrock:`);
console.log(
  `${bedrock.url}, which answers with what word lists find in the text, in place of the real model.\n`,
);

const connector = new AwsBedrockModel();
const { connection_status } = await connector.checkConnection(connection);
if (connection_status.status === "failed") throw new Error(connection_status.message);

const enrich = async (settings: object): Promise<{ rows: Record<string, unknown>[]; summary?: Summary }> => {
  const syncConfig = { destination: { connection_specification: { ...connection, ...settings } } };
  const rows: Record<string, unknown>[] = [];
  for await (const message of connector.enrich(syncConfig, mails))
    if (message.type === "record") rows.push(message.record.data);
    else return { rows, summary: message.tracking.meta.summary };
  return { rows };
};
const { rows, summary } = await enrich({});

mkdirSync(folder, { recursive: true });
const ledger = join(folder, "ledger.jsonl");
rmSync(ledger, { force: true });
const { summary: batched } = await enrich({
  ...{ delivery: "batch", ledger, batch_s3_uri: `s3://${bucket}/batches` },
  batch_role_arn: `arn:aws:iam::123456789012:role/${bucket}`,
});
await bedrock.close();

const files = {
  rows: join(folder, "mails.ndjson"),
  config: join(folder, "aws.json"),
  output: join(folder, "enriched.ndjson"),
};
const writeRows = async (path: string, all: readonly object[]): Promise<void> => {
  const { open } = await claimOutput(path);
  const guard = createWritableRow(console.error);
  const sink = await open({ shape: createShape(undefined, "full"), guard, warn: console.error });
  for (const row of all) await sink.write({ ...row });
  await sink.end();
};
await writeRows(files.rows, mails);
await writeRows(files.output, rows);
const onAws = { region: "us-east-1", model_id: modelId, request_format: request };
writeFileSync(files.config, `${JSON.stringify(onAws, null, 2)}\n`);

const sample = rows.filter((_, index) => shown.includes(index));
console.log(
  table(
    [29, 64, 8, 8],
    [
      ["SUBJECT", "COMPLETION", "STATUS", "TOKENS"],
      ...sample.map(({ subject, completion, _bedrock }) => {
        const { status, input_tokens, output_tokens } = _bedrock as Trace;
        return [String(subject), String(completion), status, `${input_tokens}→${output_tokens}`];
      }),
    ],
  ),
);
if (summary) {
  const { received, enriched, failed, calls, input_tokens, output_tokens, truncated, wall_ms } = summary;
  console.log(`
rows in ${received} · enriched ${enriched} · failed ${failed} · cut off by the token limit ${truncated}
calls ${calls} · tokens in ${input_tokens} · tokens out ${output_tokens} · ${(wall_ms / 1000).toFixed(1)} s`);
  if (batched?.cost_usd && summary.cost_usd)
    console.log(
      `the same mails in a batch job (write --batch): ${batched.enriched} enriched for $${batched.cost_usd.toFixed(4)} in place of $${summary.cost_usd.toFixed(4)}`,
    );
}
console.log(`
All rows: ${files.output}

The same on your own AWS account (the credentials come from the environment, your profile or a role):
  ${safeCommand} write --config ${files.config} --input ${files.rows} --output enriched.ndjson
Put your own file in place of ${files.rows}, and its columns into request_format in ${files.config}.`);
