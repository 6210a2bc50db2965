import type { Quota } from "../../dist/testing/emulator/index.js";
import type { Account } from "./account.js";
import type { Job } from "./job.js";

/** One way in which an account's quota may be, what a job meets there, and what must hold for the connector. */
export interface Scenario {
  readonly name: string;
  readonly account: Account;
  readonly job: Pick<Job, "rows" | "concurrency" | "maxTokens" | "modelId" | "settings">;
  readonly goal: { readonly goodput: number; readonly wasted: number };
  /** True where it takes minutes: left out of a quick bench. */
  readonly long?: true;
}

const nova = "us.amazon.nova-lite-v1:0";
/** Burns five tokens of its quota an output token. */
const claude = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";

const job = (rows: number, concurrency = 50): Scenario["job"] => ({
  rows,
  concurrency,
  maxTokens: 200,
  modelId: nova,
});
const perSecond = (requests_per_second: number, changes: Quota = {}): Quota => ({
  requests_per_second,
  ...changes,
});

/** 200,000 tokens a minute, of which a call reserves some 4,370 and uses 330 or, with a burndown of 5, 570. */
const tokens = (burndown: number, told: boolean): Scenario => ({
  name: `200k tokens/min, max_tokens 4096, output 60, burndown ${burndown}, ${told ? "told" : "not told"}`,
  account: { latencyMs: 50, quota: { tokens_per_minute: 200_000, burndown } },
  job: {
    rows: burndown === 1 ? 1500 : 900,
    concurrency: 50,
    maxTokens: 4096,
    modelId: burndown === 1 ? nova : claude,
    settings: told ? { tokens_per_minute: "200000" } : undefined,
  },
  goal: told ? { goodput: 0.98, wasted: 0 } : { goodput: 0.93, wasted: 0.02 },
});

/** The longest first, so that they end together. */
export const scenarios: readonly Scenario[] = [
  {
    name: "20 req/s in fixed windows of 60 s",
    account: { latencyMs: 50, quota: perSecond(20, { window_seconds: 60 }) },
    job: job(2500),
    goal: { goodput: 0.88, wasted: 0.03 },
    long: true,
  },
  {
    name: "100 req/s, burst 100, 200 ms, concurrency 200",
    account: { latencyMs: 200, quota: perSecond(100) },
    job: job(3000, 200),
    goal: { goodput: 0.96, wasted: 0.005 },
  },
  {
    name: "20 req/s, burst 20, 2 s",
    account: { latencyMs: 2000, quota: perSecond(20) },
    job: job(600),
    goal: { goodput: 0.94, wasted: 0.015 },
  },
  {
    name: "20 req/s, burst 1, 50 ms",
    account: { latencyMs: 50, quota: perSecond(20, { burst: 1 }) },
    job: job(900),
    goal: { goodput: 0.85, wasted: 0.02 },
  },
  {
    name: "20 req/s in fixed windows of 5 s",
    account: { latencyMs: 50, quota: perSecond(20, { window_seconds: 5 }) },
    job: job(700),
    goal: { goodput: 0.88, wasted: 0.03 },
  },
  {
    name: "falls from 40 to 10 req/s",
    account: { latencyMs: 50, quota: perSecond(40), later: { afterS: 20, quota: perSecond(10) } },
    job: job(1400),
    goal: { goodput: 0.97, wasted: 0.015 },
  },
  {
    name: "rises from 10 to 40 req/s",
    account: { latencyMs: 50, quota: perSecond(10), later: { afterS: 30, quota: perSecond(40) } },
    job: job(6000),
    goal: { goodput: 0.97, wasted: 0.015 },
  },
  tokens(1, true),
  tokens(5, true),
  tokens(1, false),
  tokens(5, false),
];

/** No quota: the client's own concurrency is the only limit. The unsigned loop does the same job. */
export const unlimited: Scenario = {
  name: "no quota, 200 ms, concurrency 50",
  account: { latencyMs: 200 },
  job: job(2500),
  goal: { goodput: 0.95, wasted: 0 },
};
