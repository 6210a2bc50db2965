import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { percent, type Section, table } from "../report.js";
import { median } from "../statistics.js";

interface Point {
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly goodput: number;
  readonly wasted: number;
  readonly failed: number;
}

/** The pacer on a grid of accounts whose quota it does not know, in virtual time. */
export const simulation = async (quick: boolean): Promise<Section> => {
  const seconds = quick ? 30 : 120;
  const argv = ["--import", "tsx/esm", program, String(seconds)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`the simulation ended with ${status}: ${stderr.slice(-2000)}`);
  const points = stdout
    .trim()
    .split("\n")
    .map((line): Point => JSON.parse(line));
  const worst = (value: (point: Point) => number): Point[] =>
    points.toSorted((a, b) => value(a) - value(b)).slice(0, shown);
  const failed = points.reduce((sum, point) => sum + point.failed, 0);
  const text = `${points.length} accounts, ${seconds} s of quota each, the quota not told, latency varying by a quarter either way; the first 10 s
are left out of goodput. Failed rows: ${failed}. Goodput: median ${median(points.map(({ goodput }) => goodput)).toFixed(3)}; wasted: median ${percent(median(points.map(({ wasted }) => wasted)))}.

The worst goodput:

${table(head, worst(({ goodput }) => goodput).map(cells))}

The most wasted:

${table(head, worst(({ wasted }) => -wasted).map(cells))}`;
  return { part: "simulation", title: "The pacer, simulated", text };
};

const shown = 6;
const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = fileURLToPath(new URL("../../simulation.ts", import.meta.url));
const head = ["requests/s", "burst", "latency, ms", "concurrency", "goodput", "wasted", "failed rows"];
const cells = (point: Point): string[] => [
  String(point.rate),
  String(point.burst),
  String(point.latencyMs),
  String(point.concurrency),
  point.goodput.toFixed(3),
  percent(point.wasted),
  String(point.failed),
];
