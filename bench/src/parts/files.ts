import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { demoCredentials, startEmulator } from "../../../dist/testing/emulator/index.js";
import { measureCommand } from "../measure-command.js";
import { type Section, table, verdict } from "../report.js";

const goal = 1.2;
/** `write` from a Parquet file to a Parquet file, ledger on, as the file grows. The last one takes many minutes. */
export const files = async (quick: boolean): Promise<Section> => {
  const sizes = quick ? [3_000, 10_000, 30_000] : [10_000, 100_000, 1_000_000];
  const folder = await mkdtemp(join(tmpdir(), "bedrock-bench-files-"));
  const emulator = await startEmulator({
    faults: [{ kind: "stop", reason: "end_turn", text: "Kind words." }],
  });
  try {
    await writeFile(join(folder, "connection.json"), JSON.stringify(connection(emulator.url)));
    const runs: Run[] = [];
    for (const rows of sizes) {
      process.stderr.write(`  ${rows} rows\n`);
      runs.push(await measure(folder, rows));
    }
    const [first] = runs;
    const cells = runs.map(({ rows, residentMb, peakMb, seconds, inputMb, outputMb }) => [
      rows.toLocaleString("en"),
      inputMb.toFixed(1),
      outputMb.toFixed(1),
      residentMb.toFixed(0),
      peakMb.toFixed(0),
      (residentMb / (first?.residentMb ?? residentMb)).toFixed(2),
      seconds.toFixed(0),
    ]);
    return { part: "files", title: "Files", text: `${legend}\n\n${table(head, cells)}\n\n${judge(runs)}` };
  } finally {
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  }
};

interface Run {
  readonly rows: number;
  readonly residentMb: number;
  readonly peakMb: number;
  readonly seconds: number;
  readonly inputMb: number;
  readonly outputMb: number;
}

const measure = async (folder: string, rows: number): Promise<Run> => {
  const [input, output] = [join(folder, "in.parquet"), join(folder, "out.parquet")];
  const ledger = join(folder, "ledger.jsonl");
  await rm(ledger, { force: true });
  await makeInput(input, rows);
  const seen = await measureCommand([
    ...["write", "--config", join(folder, "connection.json"), "--input", input, "--output", output],
    ...["--ledger", ledger],
  ]);
  return {
    ...{ rows, ...seen },
    inputMb: (await stat(input)).size / 1e6,
    outputMb: (await stat(output)).size / 1e6,
  };
};

/** Six columns of the kinds that tables have, each row's text its own. */
const makeInput = async (path: string, rows: number): Promise<void> => {
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: (function* () {
      for (let id = 0; id < rows; id++)
        yield {
          id: BigInt(id),
          customer: `customer ${id % 977}`,
          amount: (id % 10_000) / 8,
          paid: id % 3 === 0,
          text: `Parcel ${id} came ${id % 31} days late, and the box was wet. `.repeat(3),
          tags: ["late", `week ${id % 52}`],
        };
    })(),
    columns: [
      { name: "id", type: "INT64" },
      { name: "customer", type: "STRING" },
      { name: "amount", type: "DOUBLE" },
      { name: "paid", type: "BOOLEAN" },
      { name: "text", type: "STRING" },
      { name: "tags", type: "JSON" },
    ],
    rowGroupSize: 100_000,
  });
};

const connection = (endpoint: string) => ({
  ...demoCredentials,
  endpoint,
  region: "us-east-1",
  model_id: "us.amazon.nova-lite-v1:0",
  max_concurrency: 50,
  request_format: {
    messages: [{ role: "user", content: [{ text: "In one sentence: {{ text }}" }] }],
    inferenceConfig: { maxTokens: 100 },
  },
});

const head = ["rows", "MB in", "MB out", "resident MB", "peak MB", "against the first", "seconds"];
const legend = `\`bedrock-model write\` from a Parquet file of six columns to a Parquet file, ledger on, 50 calls at a time, answers at
once. Resident memory is the median over the last half of the run, in which the output is made, too; four times a second.`;

const judge = (runs: readonly Run[]): string => {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return "";
  const memory = last.residentMb / first.residentMb;
  const size = `${last.rows.toLocaleString("en")} rows against ${first.rows.toLocaleString("en")}`;
  return `Memory at ${size}: ${memory.toFixed(2)}, goal ≤ ${goal}: ${verdict(memory, { most: goal })}.`;
};
