import { measure, type Run } from "../measure.js";
import { accountTable, howMeasured, ours, runAll, type Task } from "../on-accounts.js";
import { percent, type Section, verdict } from "../report.js";
import { scenarios, unlimited } from "../scenarios.js";
import { median, spread } from "../statistics.js";
import { answerRate, wasted } from "../steady.js";

/** Quotas of many shapes, each met by the connector. */
export const throttling = async (quick: boolean): Promise<Section> => {
  const rounds = quick ? 1 : 2;
  const tasks = scenarios
    .filter(({ long }) => !quick || !long)
    .map((scenario): Task => ({ scenario, contender: ours }));
  const attempts = await runAll(tasks, rounds);
  const more = [await withoutQuota(quick ? 1 : 3)];
  return {
    part: "throttling",
    title: "Under quotas",
    text: `${legend(rounds)}\n\n${accountTable(tasks, attempts, more)}`,
  };
};

const legend = (rounds: number): string =>
  `${howMeasured} With fixed windows the steady state is the whole windows after the first. The
quota is told to the connector only where it says so. ${rounds} round(s); median (min to max).`;

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
