import { measure } from "../measure.js";
import { type Section, table, verdict } from "../report.js";
import { spread } from "../statistics.js";
import { answerRate } from "../steady.js";

const concurrency = 800;
const latencyMs = [1000, 2000] as const;
const ideal = concurrency / 1.5;
const goal = 0.97;
const clients = [
  { title: "ours", client: { client: "ours" } },
  { title: "bare SDK loop, HTTP/1.1 keep-alive", client: { client: "sdk" } },
  { title: "undici loop, unsigned", client: { client: "undici" } },
];

/** How much of its concurrency each client puts to use when answers take as long as a model's. */
export const latency = async (quick: boolean): Promise<Section> => {
  const rows: string[][] = [];
  for (const { title, client } of clients) {
    const job = {
      ...client,
      rows: quick ? 4000 : 8000,
      concurrency,
      maxTokens: 200,
      modelId: "us.amazon.nova-lite-v1:0",
    };
    const { client: measured, server } = await measure(job, { latencyMs });
    const share = answerRate(server.samples, job.rows) / ideal;
    const judged = title === "ours";
    rows.push([
      title,
      share.toFixed(3),
      judged ? `≥ ${goal}` : "",
      judged ? verdict(share, { least: goal }) : "",
      String(server.connections),
      spread([(1000 * measured.cpuMs) / measured.rows], 0),
    ]);
  }
  return {
    part: "latency",
    title: "Slow answers, many at a time",
    text: `${legend}\n\n${table(head, rows)}`,
  };
};

const head = ["client", "share of concurrency ÷ latency", "goal", "", "connections", "µs a row"];
const legend = `Answers take 1 to 2 s, each as likely, and ${concurrency} calls are open at a time: ideally ${ideal.toFixed(0)} rows a second. Counted
between the first tenth of the rows and the last.`;
