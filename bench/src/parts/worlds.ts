import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accountTable, type Contender, howMeasured, ours, runAll, type Task } from "../on-accounts.js";
import type { Section } from "../report.js";
import { drawThrottling } from "../throttling-chart.js";
import { metByAll, seconds } from "../worlds.js";

const contenders: readonly Contender[] = [
  ours,
  { title: "SDK, standard retries", client: "sdk", variant: "standard" },
  { title: "SDK, adaptive retries", client: "sdk", variant: "adaptive" },
  { title: "LangChain `batch`", client: "langchain" },
  { title: "AI SDK `generateText`", client: "ai-sdk" },
];

/** Every client in a clean world, where only the quota throttles, and in worlds where other things do, too. */
export const worlds = async (quick: boolean): Promise<Section> => {
  const scenarios = quick ? metByAll.slice(0, 2) : metByAll;
  const tasks = scenarios.flatMap((scenario) =>
    contenders.map((contender): Task => ({ scenario, contender })),
  );
  const attempts = await runAll(tasks, 1);
  const drawn = attempts
    .filter(({ task }) => metByAll.indexOf(task.scenario) < 2)
    .map(({ task, run }) => ({ client: task.contender.title, world: task.scenario.name, run }));
  writeFileSync(chartFile, await drawThrottling(drawn, seconds));
  return {
    part: "worlds",
    title: "Clean and troubled accounts",
    text: `${legend}\n\n${accountTable(tasks, attempts)}\n\n${picture}`,
  };
};

const chartFile = fileURLToPath(new URL("../../throttling.svg", import.meta.url));
const picture =
  "![Calls let in and rejected, for each client on a clean and on a troubled account](throttling.svg)";
const legend = `${howMeasured} An account is written as \`emulate --quota\` has it; answers take 50 ms, those without a quota
200 ms; 50 calls at a time, for ${seconds} s.`;
