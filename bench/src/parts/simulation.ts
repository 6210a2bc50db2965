import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { percent, type Section, table } from "../report.js";
import { median } from "../statistics.js";

interface Held {
  readonly name: string;
  /** A share of 0 and waste of 1 are no goals. */
  readonly goal: { readonly goodput: number; readonly wasted: number; readonly jobMs?: number };
  readonly reached: {
    readonly goodput: number;
    readonly least: number;
    readonly wasted: number;
    readonly jobMs: number;
  };
}

interface Point {
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly byChance: number;
  readonly goodput: number;
  readonly wasted: number;
}

/** The pacer on accounts whose quota it does not know, in virtual time. */
export const simulation = async (quick: boolean): Promise<Section> => {
  const seconds = quick ? 30 : 120;
  const argv = ["--import", "tsx/esm", program, String(seconds)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`the simulation ended with ${status}: ${stderr.slice(-2000)}`);
  const { held, grid }: { held: Held[]; grid: Point[] } = JSON.parse(stdout);
  const worst = (value: (point: Point) => number): Point[] =>
    grid.toSorted((a, b) => value(a) - value(b)).slice(0, shown);
  const text = `What [the specs](../spec/run/pacer/scenarios.spec.ts) hold: medians of nine runs, the worst run in brackets; wasted is what was rejected beyond chance.

${table(heldHead, held.map(heldCells))}

A grid of ${grid.length} accounts, ${seconds} s of quota each, the quota not told, latency varying by a quarter either way, medians of three runs; the first 10 s
are left out of goodput. Goodput: median ${median(grid.map(({ goodput }) => goodput)).toFixed(3)}; wasted: median ${percent(median(grid.map(({ wasted }) => wasted)))}.

The worst goodput of those that save up more than one call:

${table(head, worst(({ goodput, burst }) => (burst > 1 ? goodput : 2)).map(cells))}

Of those that save up one call:

${table(head, worst(({ goodput, burst }) => (burst > 1 ? 2 : goodput)).map(cells))}

The most wasted:

${table(head, worst(({ wasted }) => -wasted).map(cells))}`;
  return { part: "simulation", title: "The pacer, simulated", text };
};

const shown = 6;
const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = fileURLToPath(new URL("../../simulation.ts", import.meta.url));

const heldHead = ["account", "goodput", "goal", "wasted", "goal", "ms a job", "goal"];
const heldCells = ({ name, goal, reached }: Held): string[] => [
  name,
  `${reached.goodput.toFixed(2)} (${reached.least.toFixed(2)})`,
  goal.goodput > 0 ? `≥ ${goal.goodput}` : "–",
  percent(reached.wasted),
  goal.wasted < 1 ? `≤ ${percent(goal.wasted)}` : "–",
  goal.jobMs ? reached.jobMs.toFixed(0) : "–",
  goal.jobMs ? `≤ ${goal.jobMs}` : "–",
];

const head = ["requests/s", "burst", "latency, ms", "concurrency", "by chance", "goodput", "wasted"];
const cells = (point: Point): string[] => [
  String(point.rate),
  String(point.burst),
  String(point.latencyMs),
  String(point.concurrency),
  percent(point.byChance),
  point.goodput.toFixed(3),
  percent(point.wasted),
];
