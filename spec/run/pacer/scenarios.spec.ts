import { expect } from "chai";
import { readConnection } from "../../../src/connection/connection.js";
import { goodput, type Scenario, type Simulated, simulate, wasted } from "../../support/simulate.js";
import { localConfig } from "../../support/sync-config.js";

/** A scenario of the table in the README, and what must hold. */
interface Expectation {
  readonly name: string;
  readonly scenario: Scenario;
  /** The middle of so many runs counts, 3 by default: chance decides when a change meets the pace. */
  readonly runs?: number;
  readonly goodput: number;
  /** What the worst of the runs must come to. */
  readonly least?: number;
  readonly wasted: number;
  /** When the start is over; a tenth of the wall by default. */
  readonly steadyMs: number;
  /** How many calls the quota allowed between two times. */
  readonly allowed: (fromMs: number, toMs: number) => number;
}

const perSecond = (rate: number) => (fromMs: number, toMs: number) => (rate * (toMs - fromMs)) / 1000;
/** One rate until a time, another one after it. */
const changing = (before: number, at: number, after: number) => (fromMs: number, toMs: number) =>
  (before * Math.max(0, Math.min(toMs, at) - fromMs) + after * Math.max(0, toMs - Math.max(at, fromMs))) /
  1000;
/** What the windows between two times hold; the last one only as far as it has gone. */
const inWindows = (rate: number, seconds: number) => (fromMs: number, toMs: number) => {
  const until = (ms: number): number => {
    const windows = Math.floor(ms / (seconds * 1000));
    return (windows * seconds + Math.min(seconds, ms / 1000 - windows * seconds)) * rate;
  };
  return until(toMs) - until(fromMs);
};

const defaultConcurrency = readConnection(localConfig("http://127.0.0.1:9"), []).maxConcurrency;
/** What is possible while not everything is refused. */
const without = (refusedMs: number, rate: number) => (fromMs: number, toMs: number) =>
  (rate * (toMs - fromMs - Math.max(0, Math.min(toMs, 10_000 + refusedMs) - 10_000))) / 1000;
const refusedFor = (ms: number) => (at: number) => (at > 10_000 && at < 10_000 + ms ? 1 : 0);

const bucket = (rate: number, burst: number) => ({ requests_per_second: rate, burst });
const tokens = (burndown: number) => ({
  quota: { tokens_per_minute: 200_000, burndown },
  latencyMs: 1000,
  concurrency: 100,
  maxTokens: 4096,
  inputTokens: 100,
  outputTokens: 60,
});
const tokenRate = (burndown: number): number => 200_000 / 60 / (100 + 60 * burndown);

const expectations: readonly Expectation[] = [
  {
    name: "20 requests a second, 50 ms",
    scenario: { quota: bucket(20, 20), rows: 600, concurrency: 50, latencyMs: 50 },
    goodput: 0.98,
    wasted: 0.012,
    steadyMs: 5000,
    allowed: perSecond(20),
  },
  {
    name: "100 requests a second, 200 ms",
    scenario: { quota: bucket(100, 100), rows: 3000, concurrency: 200, latencyMs: 200 },
    goodput: 0.96,
    wasted: 0.005,
    steadyMs: 5000,
    allowed: perSecond(100),
  },
  {
    name: "20 requests a second, 2 s",
    scenario: { quota: bucket(20, 20), rows: 600, concurrency: 50, latencyMs: 2000 },
    goodput: 0.94,
    wasted: 0.015,
    steadyMs: 5000,
    allowed: perSecond(20),
  },
  {
    name: "60 requests a second, 2 s, with the default settings",
    scenario: { quota: bucket(60, 60), rows: 3000, concurrency: defaultConcurrency, latencyMs: 2000 },
    goodput: 0.96,
    wasted: 0.02,
    steadyMs: 5000,
    allowed: perSecond(60),
  },
  {
    name: "20 requests a second that save nothing up",
    runs: 9,
    scenario: { quota: bucket(20, 1), rows: 900, concurrency: 50, latencyMs: 50 },
    goodput: 0.85,
    least: 0.82,
    wasted: 0.02,
    steadyMs: 10_000,
    allowed: perSecond(20),
  },
  {
    name: "20 requests a second, 50 ms, 150 ms away",
    scenario: { quota: bucket(20, 20), rows: 900, concurrency: 50, latencyMs: 50, wayMs: 150 },
    goodput: 0.95,
    wasted: 0.1,
    steadyMs: 5000,
    allowed: perSecond(20),
  },
  {
    name: "600 requests a minute, told, with a disk that stops now and then",
    scenario: {
      quota: bucket(10, 2.5),
      told: { requestsPerMinute: 600 },
      rows: 600,
      concurrency: 50,
      latencyMs: 50,
      diskStops: true,
    },
    goodput: 0.995,
    wasted: 0,
    steadyMs: 5000,
    allowed: perSecond(10),
  },
  {
    name: "fixed windows of 5 s",
    scenario: {
      quota: { requests_per_second: 20, window_seconds: 5 },
      rows: 900,
      concurrency: 50,
      latencyMs: 50,
    },
    goodput: 0.88,
    wasted: 0.03,
    steadyMs: 5000,
    allowed: inWindows(20, 5),
  },
  {
    name: "fixed windows of 60 s",
    scenario: {
      quota: { requests_per_second: 20, window_seconds: 60 },
      rows: 4800,
      concurrency: 50,
      latencyMs: 50,
    },
    goodput: 0.88,
    wasted: 0.03,
    steadyMs: 60_000,
    allowed: inWindows(20, 60),
  },
  {
    name: "fixed windows of 60 s, with a disk that stops now and then",
    scenario: {
      quota: { requests_per_second: 20, window_seconds: 60 },
      rows: 4800,
      concurrency: 50,
      latencyMs: 50,
      diskStops: true,
    },
    goodput: 0.88,
    wasted: 0.03,
    steadyMs: 60_000,
    allowed: inWindows(20, 60),
  },
  {
    name: "a quota that falls from 40 to 10",
    runs: 5,
    scenario: {
      quota: bucket(40, 40),
      changes: [[20_000, bucket(10, 10)]],
      rows: 1400,
      concurrency: 50,
      latencyMs: 50,
    },
    goodput: 0.97,
    wasted: 0.015,
    steadyMs: 5000,
    allowed: changing(40, 20_000, 10),
  },
  {
    name: "a quota that falls from 10 to one in two seconds",
    scenario: {
      quota: bucket(10, 10),
      changes: [[60_000, bucket(0.5, 1)]],
      rows: 900,
      concurrency: 20,
      latencyMs: 200,
    },
    goodput: 0.9,
    wasted: 0.048,
    steadyMs: 5000,
    allowed: changing(10, 60_000, 0.5),
  },
  {
    name: "a quota that rises from 10 to 40",
    runs: 5,
    scenario: {
      quota: bucket(10, 10),
      changes: [[30_000, bucket(40, 40)]],
      rows: 6000,
      concurrency: 50,
      latencyMs: 50,
    },
    goodput: 0.97,
    wasted: 0.015,
    steadyMs: 5000,
    allowed: changing(10, 30_000, 40),
  },
  ...[8000, 60_000].map(
    (ms): Expectation => ({
      name: `no quota, and everything refused for ${ms / 1000} s`,
      scenario: {
        quota: {},
        throttled: refusedFor(ms),
        rows: ms === 8000 ? 8000 : 16_000,
        concurrency: 50,
        latencyMs: 200,
      },
      goodput: 0.95,
      wasted: 0.005,
      steadyMs: 5000,
      allowed: without(ms, 50 / 0.21),
    }),
  ),
  {
    name: "20 requests a second, and everything refused for 8 s",
    scenario: {
      quota: bucket(20, 20),
      throttled: refusedFor(8000),
      rows: 1200,
      concurrency: 50,
      latencyMs: 50,
    },
    goodput: 0.95,
    wasted: 0.025,
    steadyMs: 5000,
    allowed: without(8000, 20),
  },
  ...[1, 5].flatMap((burndown): Expectation[] => [
    {
      name: `200,000 tokens a minute, told, an output token burning ${burndown}`,
      scenario: {
        ...tokens(burndown),
        rows: burndown === 1 ? 3000 : 1500,
        told: { tokensPerMinute: 200_000 },
      },
      goodput: 0.98,
      wasted: 0,
      steadyMs: 70_000,
      allowed: perSecond(tokenRate(burndown)),
    },
    {
      name: `the same, not told, an output token burning ${burndown}`,
      scenario: { ...tokens(burndown), rows: burndown === 1 ? 5000 : 2500 },
      goodput: 0.93,
      wasted: 0.02,
      steadyMs: 90_000,
      allowed: perSecond(tokenRate(burndown)),
    },
  ]),
];

const steady = (result: Simulated, { steadyMs, allowed }: Expectation): number => {
  const until = result.admittedAt.at(-1) ?? 0;
  return goodput(result, allowed(steadyMs, until), steadyMs, until);
};

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

describe("pacer: how much of a quota it uses, and what it wastes", () => {
  for (const expected of expectations)
    it(expected.name, async () => {
      const results: Simulated[] = [];
      for (let seed = 1; seed <= (expected.runs ?? 3); seed++)
        results.push(await simulate({ ...expected.scenario, seed }));
      expect(
        results.map(({ failed }) => failed),
        "failed rows",
      ).to.deep.equal(results.map(() => 0));
      const goodputs = results.map((result) => steady(result, expected));
      expect(middle(goodputs), "goodput").to.be.at.least(expected.goodput);
      expect(Math.min(...goodputs), "goodput of the worst run").to.be.at.least(expected.least ?? 0);
      expect(middle(results.map(wasted)), "wasted").to.be.at.most(expected.wasted);
    });
});
