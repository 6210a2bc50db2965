import { inParallel } from "./in-parallel.js";
import type { Job } from "./job.js";
import { measure, type Run } from "./measure.js";
import { percent, table, verdict } from "./report.js";
import type { Scenario } from "./scenarios.js";
import { median, spread } from "./statistics.js";
import { goodput, startUpS, wasted } from "./steady.js";

export interface Contender extends Pick<Job, "client" | "variant"> {
  readonly title: string;
}

/** One client on one account. */
export interface Task {
  readonly scenario: Scenario;
  readonly contender: Contender;
}

/** What became of a task, in one round. */
export interface Attempt {
  readonly task: Task;
  readonly run?: Run;
  readonly problem?: string;
}

export const ours: Contender = { title: "ours", client: "ours" };

/** Every task in every round. Clients mostly wait, so some run at the same time. */
export const runAll = (tasks: readonly Task[], rounds: number): Promise<Attempt[]> =>
  inParallel(
    Array.from({ length: rounds }, () => tasks).flat(),
    sideBySide,
    async (task): Promise<Attempt> => {
      const { scenario, contender } = task;
      const { client, variant } = contender;
      try {
        return { task, run: await measure({ ...scenario.job, client, variant }, scenario.account) };
      } catch (error) {
        return { task, problem: (error as Error).message };
      }
    },
  );

/** More would make timers late on two cores. */
const sideBySide = 4;

/** A row for each task, and more rows below them. */
export const accountTable = (
  tasks: readonly Task[],
  attempts: readonly Attempt[],
  more: readonly string[][] = [],
): string =>
  table(head, [
    ...tasks.map((task) =>
      rowOf(
        task,
        attempts.filter((attempt) => attempt.task === task),
      ),
    ),
    ...more,
  ]);

const head = ["account", "client", "goodput", "goal", "", "wasted", "goal", "", "failed rows", "seconds"];

export const howMeasured = `Goodput: calls let in during the steady state, against those of a client that knows the account, as the local Bedrock itself
counts them. The steady state lasts from ${startUpS} s after the first call to the start of the last row; a client that fails its rows
before that has none. Wasted: rejected calls against all calls of the job.`;

const rowOf = ({ scenario, contender }: Task, attempts: readonly Attempt[]): string[] => {
  const runs = attempts.flatMap(({ run }) => run ?? []);
  const [failure] = attempts.flatMap(({ problem }) => problem ?? []);
  const names = [scenario.name, contender.title];
  if (failure !== undefined) return [...names, `did not run: ${failure}`, "", "", "", "", "", "", ""];
  const got = runs.flatMap(({ server, job }) => goodput(server.samples, scenario.account, job) ?? []);
  const lost = runs.map(({ server }) => wasted(server.samples));
  const { goal } = scenario;
  const judged = contender === ours;
  return [
    ...names,
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
