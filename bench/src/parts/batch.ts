import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { demoCredentials, startEmulator } from "../../../dist/testing/emulator/index.js";
import { measureCommand } from "../measure-command.js";
import { type Section, table, verdict } from "../report.js";

/** A job that is full. What a run holds of it, it holds of no other one at the same time. */
const oneJob = 50_000;
const goals = { peak: 1.2, bytesARow: 64 };

/** `write --batch`: rows to files of jobs and back, as they grow. The last one takes minutes. */
export const batch = async (quick: boolean): Promise<Section> => {
  const sizes = quick ? [10_000, oneJob, 200_000] : [10_000, oneJob, 200_000, 1_000_000];
  const runs: Run[] = [];
  for (const rows of sizes) {
    process.stderr.write(`  ${rows} rows\n`);
    runs.push(await measure(rows));
  }
  const cells = runs.map(({ rows, jobs, liveMb, residentMb, peakMb, seconds, ledgerMb }) => [
    rows.toLocaleString("en"),
    String(jobs),
    (rows / seconds).toFixed(0),
    liveMb.toFixed(0),
    residentMb.toFixed(0),
    peakMb.toFixed(0),
    ledgerMb.toFixed(1),
    seconds.toFixed(0),
  ]);
  return { part: "batch", title: "Batch", text: `${legend}\n\n${table(head, cells)}\n\n${judge(runs)}` };
};

interface Run {
  readonly rows: number;
  readonly jobs: number;
  readonly liveMb: number;
  readonly residentMb: number;
  readonly peakMb: number;
  readonly seconds: number;
  readonly ledgerMb: number;
}

const measure = async (rows: number): Promise<Run> => {
  const folder = await mkdtemp(join(tmpdir(), "bedrock-bench-batch-"));
  const faults = [{ kind: "stop", reason: "end_turn", text: "Kind words." }] as const;
  const emulator = await startEmulator({ account: { batch: { faults } } });
  try {
    await createBucket(emulator.url);
    const [config, input] = [join(folder, "connection.json"), join(folder, "in.ndjson")];
    const [output, ledger] = [join(folder, "out.ndjson"), join(folder, "ledger.jsonl")];
    await writeFile(config, JSON.stringify(connection(emulator.url, ledger)));
    await pipeline(Readable.from(linesOf(rows)), createWriteStream(input));
    const seen = await measureCommand([
      ...["write", "--batch", "--config", config, "--input", input, "--output", output],
    ]);
    const { billed, requests, control_plane } = emulator.stats();
    if (billed !== rows || requests !== 0)
      throw new Error(`${billed} of ${rows} rows were answered, ${requests} of them on line`);
    return {
      ...{ rows, jobs: control_plane.CreateModelInvocationJob ?? 0, ...seen },
      ledgerMb: (await stat(ledger)).size / 1e6,
    };
  } finally {
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  }
};

function* linesOf(rows: number): Generator<string> {
  for (let id = 0; id < rows; id++)
    yield `${JSON.stringify({ id, text: `Parcel ${id} came ${id % 31} days late, and the box was wet.` })}\n`;
}

const createBucket = async (endpoint: string): Promise<void> => {
  const { access_key: accessKeyId, secret_access_key: secretAccessKey } = demoCredentials;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: "batches" }));
  client.destroy();
};

const connection = (endpoint: string, ledger: string) => ({
  ...demoCredentials,
  ...{ endpoint, region: "us-east-1", model_id: "us.amazon.nova-lite-v1:0", ledger },
  batch_s3_uri: "s3://batches/in/",
  batch_role_arn: "arn:aws:iam::123456789012:role/batch",
  request_format: {
    messages: [{ role: "user", content: [{ text: "In one sentence: {{ text }}" }] }],
    inferenceConfig: { maxTokens: 30 },
  },
});

const head = [
  "rows",
  "jobs",
  "rows a second",
  "live MB",
  "resident MB",
  "peak MB",
  "MB of ledger",
  "seconds",
];
const legend = `\`bedrock-model write --batch\` from NDJSON to NDJSON, jobs without queues: rows are planned in the ledger, put into S3 as
JSONL, answered by the local Bedrock (in another process of the same machine, whose time is in the seconds), read back and written out.
Live is the most that a collection has left in use, asked for every two seconds; resident is the median over the last half of the run.`;

/** Between a run of one full job and the longest. */
const judge = (runs: readonly Run[]): string => {
  const [first, last] = [runs.find(({ rows }) => rows === oneJob), runs.at(-1)];
  if (!first || !last) return "";
  const peak = last.peakMb / first.peakMb;
  const bytesARow = (1e6 * (last.liveMb - first.liveMb)) / (last.rows - first.rows);
  const size = `${last.rows.toLocaleString("en")} rows against ${first.rows.toLocaleString("en")}, one full job`;
  return `At ${size}: peak memory ${peak.toFixed(2)}, goal ≤ ${goals.peak}: ${verdict(peak, { most: goals.peak })}; live bytes for each row more, which is its place in the ledger: ${bytesARow.toFixed(0)}, goal ≤ ${goals.bytesARow}: ${verdict(bytesARow, { most: goals.bytesARow })}.`;
};
