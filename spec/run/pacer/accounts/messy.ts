import type { PacedScenario } from "../../../support/paced-calls.js";
import {
  type Account,
  always,
  between,
  bucket,
  bucketOf,
  few,
  open,
  openRate,
  perSecond,
  varying,
} from "./account.js";
import { tokens } from "./clean.js";

const both = tokens(1, false);
/** What Bedrock may say of any throttle. */
const tooMany = ', as "too many tokens"';
const ofTokens: Partial<PacedScenario> = { throttledBy: "tokens" };

const refused = (seconds: number): Account => ({
  name: `no quota, and everything refused for ${seconds} s`,
  scenario: {
    ...open,
    throttled: between(10_000, 10_000 + seconds * 1000, 1, 0),
    rows: seconds === 8 ? 6000 : 15_000,
  },
  goodput: 0.95,
  wasted: 0.005,
  steadyMs: 5000,
  possible: varying(between(10_000, 10_000 + seconds * 1000, 0, openRate)),
});

/** A small quota, of which even a probe a second is more than is to be wasted. */
const outage = (
  name: string,
  fromMs: number,
  toMs: number,
  reached: NonNullable<Account["reached"]>,
  scenario: Partial<PacedScenario> = {},
): Account =>
  bucketOf(
    `20 requests a second, and everything refused for ${name}`,
    20,
    { goodput: 0.95, wasted: 0.005, possible: varying(between(fromMs, toMs, 0, 20)), reached },
    { throttled: between(fromMs, toMs, 1, 0), rows: 1200, ...scenario },
  );

const chance = (share: number, name = "", scenario: Partial<PacedScenario> = {}): Account => ({
  name: `no quota, ${share * 100} % throttled by chance${name}`,
  scenario: { ...open, throttled: always(share), rows: 12_000, ...scenario },
  goodput: share === 0.3 ? 0.9 : 0.97,
  wasted: share === 0.3 ? 0.02 : 0.005,
  byChance: share,
  steadyMs: 5000,
  possible: perSecond(openRate),
});

const mixed = (
  rate: number,
  share: number,
  rows: number,
  name: string,
  scenario: Partial<PacedScenario> = {},
): Account =>
  bucketOf(
    `${rate} requests a second, ${share * 100} % throttled by chance${name}`,
    rate,
    { goodput: 0.93, wasted: 0.03, byChance: share, steadyMs: 8000 },
    { concurrency: 2 * rate, latencyMs: 200, rows, throttled: always(share), ...scenario },
  );

/** What a neighbour takes of 40 requests a second, and for how long. */
const turns = { requests_per_second: [0, 20, 35], every_seconds: 10 };
const left = (at: number): number =>
  40 - (turns.requests_per_second[Math.floor(at / 1000 / turns.every_seconds) % 3] as number);

const jobs = (name: string, jobMs: number, scenario: Partial<PacedScenario>): Account => ({
  name: `jobs of 30 rows with pauses${name}`,
  scenario: { ...few, quota: bucket(20, 20), rows: 900, jobs: { rows: 30, pauseMs: 2000 }, ...scenario },
  goodput: 0,
  wasted: 1,
  steadyMs: 0,
  possible: perSecond(20),
  jobMs,
});

/** A share of all calls is refused for a while, of an account whose quota is known by then. */
const brownout = (
  rate: number,
  share: number,
  seconds: number,
  latencyMs: number,
  rest: Partial<Account> = {},
): Account =>
  bucketOf(
    `${rate} requests a second, answers in ${latencyMs} ms, ${share * 100} % refused for ${seconds} s`,
    rate,
    { goodput: 0.85, wasted: 1, ...rest },
    {
      latencyMs,
      concurrency: Math.max(50, (rate * latencyMs * 6) / 1000),
      throttled: between(8000, 8000 + seconds * 1000, share, 0),
      rows: rate * (seconds + 15),
    },
  );

/** Something else rejects calls as well: chance, an outage, a neighbour. Or rows come in small jobs. */
export const messy: readonly Account[] = [
  ...[0.005, 0.02, 0.05, 0.1, 0.3].map((share) => chance(share)),
  chance(0.05, tooMany, ofTokens),
  {
    ...chance(0.05, `${tooMany}, each call setting aside 26 times what it takes`, {
      ...ofTokens,
      maxTokens: 4096,
      rows: 6000,
    }),
    reached: { goodput: 0.75 },
  },
  mixed(30, 0.05, 2400, ""),
  mixed(100, 0.02, 6000, ""),
  mixed(30, 0.05, 2400, tooMany, ofTokens),
  // One row goes ahead, so nothing is steady before its answer.
  {
    ...mixed(30, 0.05, 2400, ", answers in 20 s", { latencyMs: 20_000, concurrency: 2000 }),
    steadyMs: 30_000,
  },
  mixed(30, 0.05, 2400, ", with Retry-After", { retryAfterMs: 1000 }),
  {
    ...mixed(30, 0.05, 2400, ", the quota told", { told: { requestsPerMinute: 1800 } }),
    possible: perSecond(30 * 0.95),
  },
  refused(8),
  refused(60),
  outage("8 s", 10_000, 18_000, { wasted: 0.022 }),
  outage("17 s after the first six", 6000, 23_000, { wasted: 0.03 }),
  outage(`8 s${tooMany}`, 10_000, 18_000, { wasted: 0.03 }, ofTokens),
  {
    ...chance(0),
    name: "no quota, half refused for 30 s",
    scenario: { ...open, throttled: between(10_000, 40_000, 0.5, 0), rows: 10_000 },
    goodput: 0.85,
    wasted: 1,
    possible: perSecond(openRate),
  },
  ...[
    brownout(40, 0.5, 15, 50),
    brownout(40, 0.5, 30, 50),
    brownout(40, 0.3, 15, 50),
    brownout(40, 0.7, 15, 50, { reached: { goodput: 0.7 } }),
    brownout(40, 0.5, 15, 2000),
    brownout(20, 0.3, 30, 200),
    brownout(100, 0.5, 15, 50),
  ],
  bucketOf(
    "a neighbour that takes 0, 20, 35 of 40 requests a second, in turns of 10 s",
    40,
    { goodput: 0.8, wasted: 0.04, possible: varying(left) },
    { quota: { ...bucket(40, 40), neighbour: turns }, rows: 2400 },
  ),
  bucketOf(
    "a neighbour that takes half of 40 requests a second, by chance",
    40,
    { goodput: 0.8, wasted: 0.04, steadyMs: 8000, possible: perSecond(20) },
    { quota: { ...bucket(40, 40), neighbour: { share: 0.5 } }, rows: 1600 },
  ),
  {
    ...both,
    name: "tokens and requests, both near",
    scenario: {
      ...both.scenario,
      quota: { tokens_per_minute: 200_000, requests_per_second: 22, burst: 22 },
      rows: 4000,
    },
    wasted: 0.03,
    possible: perSecond(200_000 / 60 / 160),
  },
  // With plain retries 830, 260 and 900 ms.
  jobs("", 996, {}),
  jobs(", no quota, 5 % throttled by chance", 312, { quota: {}, throttled: always(0.05) }),
  jobs(", 5 % throttled by chance", 1080, { throttled: always(0.05) }),
];
