import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inParallel } from "../in-parallel.js";
import type { Job } from "../job.js";
import { measure, type Run } from "../measure.js";
import { percent, type Section, table, verdict } from "../report.js";
import { type Scenario, scenarios, unlimited } from "../scenarios.js";
import { median, spread } from "../statistics.js";
import { answerRate, goodput, startUpS, wasted } from "../steady.js";
import { drawThrottling } from "../throttling-chart.js";

const ours = { title: "ours", client: "ours" } as const;
const peers = [
  { title: "SDK, standard retries", client: "sdk", variant: "standard" },
  { title: "SDK, adaptive retries", client: "sdk", variant: "adaptive" },
  { title: "LangChain `batch`", client: "langchain" },
  { title: "AI SDK `generateText`", client: "ai-sdk" },
] as const;

interface Task {
  readonly scenario: Scenario;
  readonly title: string;
  readonly job: Job;
}

/** Clients before accounts that throttle. They mostly wait, so some run at the same time. */
export const throttling = async (quick: boolean): Promise<Section> => {
  const rounds = quick ? 1 : 2;
  const tasks = scenarios
    .filter(({ long }) => !quick || !long)
    .flatMap((scenario) =>
      [ours, ...(scenario.peers ? peers : [])].map(
        ({ title, ...client }): Task => ({ scenario, title, job: { ...scenario.job, ...client } }),
      ),
    );
  const runs = await inParallel(
    Array.from({ length: rounds }, () => tasks).flat(),
    sideBySide,
    async (task) => ({ ...task, ...(await attempt(task)) }),
  );
  const rows = tasks.map((task) =>
    rowOf(
      task,
      runs.filter(({ scenario, title }) => scenario === task.scenario && title === task.title),
    ),
  );
  const chart = runs.flatMap(({ scenario, title, run }) => (scenario.peers && run ? [{ title, run }] : []));
  writeFileSync(chartFile, await drawThrottling(chart.slice(0, 1 + peers.length)));
  rows.push(await withoutQuota(quick ? 1 : 3));
  return {
    part: "throttling",
    title: "Under throttling",
    text: `${legend(rounds)}\n\n${table(head, rows)}\n\n${picture}`,
  };
};

/** More would make timers late on two cores. */
const sideBySide = 2;
const chartFile = fileURLToPath(new URL("../../throttling.svg", import.meta.url));
const picture = "![Rows a second under 20 req/s, for each client](throttling.svg)";
const head = ["account", "client", "goodput", "goal", "", "wasted", "goal", "", "failed rows", "seconds"];

const legend = (rounds: number): string =>
  `Goodput: calls let in during the steady state against what the quota allows in that time: its rate times the time, and
what is spent of a burst that was saved before. The steady state lasts from ${startUpS} s after the first call to the start of
the last row, or is the whole windows after the first; a client that fails its rows before that has none. Wasted:
rejected calls against all calls of the job. The quota is told to the connector only where it says so. ${rounds} round(s);
median (min to max).`;

const attempt = async ({ job, scenario }: Task): Promise<{ run?: Run; problem?: string }> => {
  try {
    return { run: await measure(job, scenario.account) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
};

const rowOf = ({ scenario, title }: Task, results: readonly { run?: Run; problem?: string }[]): string[] => {
  const runs = results.flatMap(({ run }) => run ?? []);
  const [failure] = results.flatMap(({ problem }) => problem ?? []);
  if (failure !== undefined)
    return [scenario.name, title, `did not run: ${failure}`, "", "", "", "", "", "", ""];
  const got = runs.flatMap(({ server }) => goodput(server.samples, scenario.account) ?? []);
  const lost = runs.map(({ server }) => wasted(server.samples));
  const { goal } = scenario;
  const judged = title === ours.title;
  return [
    scenario.name,
    title,
    spread(got, 3),
    judged ? `≥ ${goal.goodput}` : "",
    judged ? verdict(median(got), { least: goal.goodput }) : "",
    `${spread(
      lost.map((share) => 100 * share),
      2,
    )} %`,
    judged ? `≤ ${percent(goal.wasted)}` : "",
    judged ? verdict(median(lost), { most: goal.wasted }) : "",
    failures(runs),
    spread(
      runs.map(({ client }) => client.wallMs / 1000),
      1,
    ),
  ];
};

/** The share of rows that failed, and of what. */
const failures = (runs: readonly Run[]): string => {
  const [first] = runs;
  const names = Object.keys(first?.client.failures ?? {});
  const shares = runs.map(
    ({ client }) => Object.values(client.failures).reduce((a, b) => a + b, 0) / client.rows,
  );
  return names.length === 0 ? "0" : `${percent(median(shares))}: ${names.join(", ")}`;
};

/** The connector and the unsigned loop in turn, on an account without quota. */
const withoutQuota = async (rounds: number): Promise<string[]> => {
  const shares: number[] = [];
  const lost: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [run, floor] = [
      await measure({ ...unlimited.job, client: "ours" }, unlimited.account),
      await measure({ ...unlimited.job, client: "undici" }, unlimited.account),
    ];
    const rate = ({ server, job }: Run): number => answerRate(server.samples, job.rows);
    shares.push(rate(run) / rate(floor));
    lost.push(wasted(run.server.samples));
    seconds.push(run.client.wallMs / 1000);
  }
  const { goal, name } = unlimited;
  return [
    `${name}, against the unsigned undici loop`,
    ours.title,
    spread(shares, 3),
    `≥ ${goal.goodput}`,
    verdict(median(shares), { least: goal.goodput }),
    percent(median(lost)),
    `≤ ${percent(goal.wasted)}`,
    verdict(median(lost), { most: goal.wasted }),
    "0",
    spread(seconds, 1),
  ];
};
