import type { Job } from "../job.js";
import { measure, type Run } from "../measure.js";
import { type Section, table, verdict } from "../report.js";
import { median, spread } from "../statistics.js";

interface Contender {
  readonly title: string;
  readonly client: Pick<Job, "client" | "variant">;
  /** Enough that what the engine compiles meanwhile does not count: the slower a client is, the fewer. */
  readonly rows: number;
  /** What the connector's work may be against this client's. */
  readonly goal?: number;
  /** Of another door of ours: what its work may be against the first one's. */
  readonly most?: number;
}

const contenders: readonly Contender[] = [
  { title: "ours, the whole connector", client: { client: "ours" }, rows: 15_000 },
  {
    title: "ours, one record a call of `write`",
    client: { client: "ours", variant: "write" },
    rows: 8000,
    most: 1.25,
  },
  {
    title: "ours, one record a line of `serve`",
    client: { client: "ours", variant: "serve" },
    rows: 8000,
    most: 2,
  },
  { title: "bare SDK loop, HTTP/1.1 keep-alive", client: { client: "sdk" }, rows: 15_000, goal: 0.5 },
  {
    title: "bare SDK loop, default handler, TLS",
    client: { client: "sdk", variant: "tls" },
    rows: 2000,
    goal: 0.12,
  },
  { title: "LangChain `ChatBedrockConverse.batch`", client: { client: "langchain" }, rows: 8000, goal: 0.45 },
  { title: "Vercel AI SDK `generateText` loop", client: { client: "ai-sdk" }, rows: 4000, goal: 0.17 },
  { title: "undici loop, unsigned (the floor)", client: { client: "undici" }, rows: 30_000 },
];

/** What a row costs each client in processor time, in rounds in which every client has its turn. */
export const work = async (quick: boolean): Promise<Section> => {
  const rounds: Map<Contender, Run>[] = [];
  const problems = new Map<Contender, string>();
  for (let round = 0; round < (quick ? 2 : 4); round++) {
    const runs = new Map<Contender, Run>();
    for (const contender of contenders) {
      const rows = quick ? Math.ceil(contender.rows / 3) : contender.rows;
      const job = { ...contender.client, ...common, rows, warmUp: Math.ceil(rows / 2) };
      await measure(job, { latencyMs: 0 }).then(
        (run) => runs.set(contender, run),
        (error: Error) => problems.set(contender, error.message),
      );
    }
    rounds.push(runs);
  }
  const rows = contenders.map((contender) => rowOf(contender, rounds, problems.get(contender)));
  return {
    part: "work",
    title: "Work a row",
    text: `${legend}\n\n${table(head, rows)}\n\n${connections(rounds)}`,
  };
};

const concurrency = 50;
const common = { concurrency, maxTokens: 200, modelId: "us.amazon.nova-lite-v1:0" };
const head = [
  "client",
  "µs a row",
  "ours against it",
  "goal",
  "",
  "failed rows",
  "connections",
  "peak MB",
  "local Bedrock, µs a row",
];

const legend = `User and system time of the client's process, after a warm-up of half as many rows, at ${concurrency} calls at a time and an
answer at once; a request of 1.1 KB. The ratio is taken in each round apart; for the other doors of ours it is theirs
against \`enrich\`. Median (min to max) over the rounds.`;

const microseconds = ({ client }: Run): number => (1000 * client.cpuMs) / client.rows;

const rowOf = (
  contender: Contender,
  rounds: readonly Map<Contender, Run>[],
  problem: string | undefined,
): string[] => {
  const runs = rounds.flatMap((round) => round.get(contender) ?? []);
  if (runs.length === 0) return [contender.title, `did not run: ${problem}`, "", "", "", "", "", "", ""];
  const ratios = rounds.flatMap((round) => {
    const [our, its] = [round.get(contenders[0] as Contender), round.get(contender)];
    if (!our || !its) return [];
    const ratio = microseconds(our) / microseconds(its);
    return contender.most === undefined ? ratio : 1 / ratio;
  });
  const { most, goal = most } = contender;
  const failed = runs.map(({ client }) =>
    Object.values(client.failures).reduce((sum, count) => sum + count, 0),
  );
  return [
    contender.title,
    spread(runs.map(microseconds), 0),
    contender === contenders[0] ? "" : spread(ratios, 2),
    goal === undefined ? "" : `≤ ${goal.toFixed(2)}`,
    goal === undefined ? "" : verdict(median(ratios), { most: goal }),
    String(Math.max(...failed)),
    spread(
      runs.map(({ server }) => server.connections),
      0,
    ),
    spread(
      runs.map(({ client }) => client.peakRssMb),
      0,
    ),
    spread(
      runs.map(({ server, job }) => (1000 * server.cpuMs) / (job.rows + (job.warmUp ?? 0))),
      0,
    ),
  ];
};

const connections = (rounds: readonly Map<Contender, Run>[]): string => {
  const opened = rounds.flatMap((round) => round.get(contenders[0] as Contender)?.server.connections ?? []);
  const most = Math.max(...opened);
  return `Connections opened by ours: at most ${most}; goal ≤ ${concurrency}, the \`max_concurrency\`: ${verdict(most, { most: concurrency })}.`;
};
