import type { ClientSample, Measured } from "../job.js";
import { measure } from "../measure.js";
import { type Section, table, verdict } from "../report.js";
import { median } from "../statistics.js";

const goal = 1.2;

/** Memory and work a row of the connector, ledger on, as a job grows. The last job takes minutes. */
export const growth = async (quick: boolean): Promise<Section> => {
  const sizes = quick ? [3_000, 10_000, 30_000] : [10_000, 100_000, 1_000_000];
  const jobs: Measured[] = [];
  for (const rows of sizes) {
    process.stderr.write(`  ${rows} rows\n`);
    const job = { client: "ours", rows, warmUp: 3_000, concurrency: 50, maxTokens: 200, modelId };
    jobs.push((await measure(job, { latencyMs: 0 })).client);
  }
  const [first] = jobs;
  const rows = jobs.map((job) => {
    const [memory, cost] = [residentMb(job) / residentMb(first ?? job), costOf(job) / costOf(first ?? job)];
    const failed = Object.values(job.failures).reduce((sum, count) => sum + count, 0);
    return [
      job.rows.toLocaleString("en"),
      residentMb(job).toFixed(0),
      job.peakRssMb.toFixed(0),
      memory.toFixed(2),
      costOf(job).toFixed(0),
      cost.toFixed(2),
      (job.wallMs / 1000).toFixed(0),
      String(failed),
    ];
  });
  return { part: "growth", title: "Growth", text: `${legend}\n\n${table(head, rows)}\n\n${judge(jobs)}` };
};

const modelId = "us.amazon.nova-lite-v1:0";
const head = [
  "rows",
  "resident MB",
  "peak MB",
  "against the first",
  "µs a row",
  "against the first",
  "seconds",
  "failed rows",
];
const legend = `The whole connector with its ledger on the disk, 50 calls at a time, answers at once. Resident memory is the median over
the last half of the job, taken after each hundredth of its rows.`;

const lastHalf = ({ samples }: Measured): readonly ClientSample[] => samples.slice(samples.length / 2);
const residentMb = (job: Measured): number => median(lastHalf(job).map(({ rssMb }) => rssMb));
const costOf = ({ cpuMs, rows }: Measured): number => (1000 * cpuMs) / rows;

const judge = (jobs: readonly Measured[]): string => {
  const [first, last] = [jobs[0], jobs.at(-1)];
  if (!first || !last) return "";
  const memory = residentMb(last) / residentMb(first);
  const cost = costOf(last) / costOf(first);
  const size = `${last.rows.toLocaleString("en")} rows against ${first.rows.toLocaleString("en")}`;
  return `Memory at ${size}: ${memory.toFixed(2)}, goal ≤ ${goal}: ${verdict(memory, { most: goal })}. Work a row: ${cost.toFixed(2)}, goal ≤ 1.1 (flat): ${verdict(cost, { most: 1.1 })}.`;
};
