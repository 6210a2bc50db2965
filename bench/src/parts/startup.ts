import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Section, table, verdict } from "../report.js";
import { median, spread } from "../statistics.js";

const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const commands = [
  { title: "`node`, nothing to do", argv: ["--eval", "0"], goal: null },
  { title: "`bedrock-model spec`", argv: [program, "spec"], goal: 2.5 },
  { title: "`bedrock-model --help`", argv: [program, "--help"], goal: 1.5 },
] as const;

/** How long the command line takes to start and end, against an empty Node. */
export const startup = async (quick: boolean): Promise<Section> => {
  const times = commands.map((): number[] => []);
  // The first of each warms the disk's cache and is not counted.
  for (let round = 0; round <= (quick ? 7 : 25); round++)
    for (const [index, { argv }] of commands.entries()) {
      const ms = timeOf(argv);
      if (round > 0) times[index]?.push(ms);
    }
  const empty = median(times[0] ?? []);
  const rows = commands.map(({ title, goal }, index) => {
    const own = times[index] ?? [];
    const ratio = median(own) / empty;
    const judged =
      goal === null ? ["", "", ""] : [ratio.toFixed(2), `≤ ${goal}`, verdict(ratio, { most: goal })];
    return [title, spread(own, 0), ...judged];
  });
  return { part: "startup", title: "Start-up", text: `${legend}\n\n${table(head, rows)}` };
};

const head = ["command", "ms", "against an empty Node", "goal", ""];
const legend = "Started in turn; median (min to max), and the ratio of the medians.";

/** Reading a bundle of certificates would take longer than Node's own start. */
const timeOf = (argv: readonly string[]): number => {
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env;
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, argv, { env, stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${argv.join(" ")} ended with ${status}`);
  return performance.now() - startedAt;
};
