import { readQuota } from "../../dist/testing/emulator/index.js";
import type { Scenario } from "./scenarios.js";

/** How long a client has in each world. */
export const seconds = 25;

interface World {
  /** The account, as `emulate --quota` has it. */
  readonly quota: string;
  /** What can be let in at most, a second. */
  readonly perSecond: number;
  readonly latencyMs?: number;
  readonly goal: Scenario["goal"];
}

const worlds: readonly World[] = [
  { quota: "20/s burst 20", perSecond: 20, goal: { goodput: 0.98, wasted: 0.012 } },
  { quota: "20/s burst 20, chance 5%", perSecond: 20, goal: { goodput: 0.93, wasted: 0.08 } },
  { quota: "chance 5%", perSecond: 250, latencyMs: 200, goal: { goodput: 0.97, wasted: 0.055 } },
  { quota: "40/s burst 40, refused 10s..18s", perSecond: 40, goal: { goodput: 0.95, wasted: 0.005 } },
  { quota: "40/s burst 40, refused 50% 8s..23s", perSecond: 40, goal: { goodput: 0.85, wasted: 0.5 } },
  {
    quota: "40/s burst 40, neighbour 0/20/35 every 8s",
    perSecond: 40,
    goal: { goodput: 0.8, wasted: 0.04 },
  },
  { quota: "40/s burst 40, neighbour 50%", perSecond: 40, goal: { goodput: 0.8, wasted: 0.04 } },
  {
    quota: "20/s burst 20, chance 5%, retry after 1s",
    perSecond: 20,
    goal: { goodput: 0.93, wasted: 0.08 },
  },
  {
    quota: "30/s burst 30, 600k tokens/min, token burst 20k, chance 5%",
    perSecond: 30,
    goal: { goodput: 0.93, wasted: 0.08 },
  },
];

/**
 * Accounts that every client meets, each for the same time and with the same luck. The first two are drawn. Rows are as many
 * as could be answered and some more, since not every client looks at the clock.
 */
export const metByAll: readonly Scenario[] = worlds.map(({ quota, perSecond, latencyMs = 50, goal }) => ({
  name: quota,
  account: { latencyMs, quota: readQuota(`${quota}, seed 1`) },
  job: {
    seconds,
    rows: perSecond * (seconds + 5),
    concurrency: 50,
    maxTokens: 200,
    modelId: "us.amazon.nova-lite-v1:0",
  },
  goal,
}));
