import { type Account, between, bucket, bucketOf, inWindows, perSecond, varying } from "./account.js";

export const tokens = (burndown: number, told: boolean): Account => ({
  name: `200,000 tokens a minute, ${told ? "told" : "not told"}, an output token burning ${burndown}`,
  scenario: {
    quota: { tokens_per_minute: 200_000, burndown },
    latencyMs: 1000,
    concurrency: 100,
    maxTokens: 4096,
    inputTokens: 100,
    outputTokens: 60,
    rows: (told ? 3000 : 4000) / (burndown === 1 ? 1 : 2),
    ...(told && { told: { tokensPerMinute: 200_000 } }),
  },
  goodput: told ? 0.98 : 0.93,
  wasted: told ? 0 : 0.02,
  steadyMs: told ? 70_000 : 90_000,
  possible: perSecond(200_000 / 60 / (100 + 60 * burndown)),
});

/** A quota is all that rejects calls. */
export const clean: readonly Account[] = [
  bucketOf("20 requests a second, 50 ms", 20, { goodput: 0.98, wasted: 0.012 }),
  bucketOf(
    "100 requests a second, 200 ms",
    100,
    { goodput: 0.96, wasted: 0.005 },
    { concurrency: 200, latencyMs: 200 },
  ),
  bucketOf("20 requests a second, 2 s", 20, { goodput: 0.94, wasted: 0.015 }, { latencyMs: 2000 }),
  bucketOf(
    "60 requests a second, 2 s",
    60,
    { goodput: 0.96, wasted: 0.02 },
    { concurrency: 1000, latencyMs: 2000, rows: 3000 },
  ),
  bucketOf(
    "20 requests a second that save nothing up",
    20,
    { goodput: 0.85, least: 0.82, wasted: 0.02, steadyMs: 10_000 },
    { quota: bucket(20, 1), rows: 900 },
  ),
  bucketOf(
    "20 requests a second, 150 ms away",
    20,
    { goodput: 0.95, wasted: 0.1 },
    { wayMs: 150, rows: 900 },
  ),
  bucketOf(
    "20 requests a second, 1.5 s away",
    20,
    { goodput: 0.95, wasted: 0.1, reached: { goodput: 0.85, wasted: 0.6 } },
    { wayMs: 1500, rows: 900, concurrency: 300 },
  ),
  bucketOf(
    "600 requests a minute, told, with a disk that stops now and then",
    10,
    { goodput: 0.995, wasted: 0 },
    { quota: bucket(10, 2.5), told: { requestsPerMinute: 600 }, rows: 600, diskStops: true },
  ),
  ...[5, 60, 60].map((seconds, index) =>
    bucketOf(
      `fixed windows of ${seconds} s${index === 2 ? ", with a disk that stops now and then" : ""}`,
      20,
      {
        goodput: 0.88,
        wasted: 0.03,
        steadyMs: Math.max(5, seconds) * 1000,
        possible: inWindows(20, seconds),
      },
      {
        quota: { requests_per_second: 20, window_seconds: seconds },
        rows: seconds === 5 ? 900 : 4800,
        diskStops: index === 2,
      },
    ),
  ),
  bucketOf(
    "5 requests a second in fixed windows of 10 s",
    5,
    {
      goodput: 0.88,
      wasted: 0.03,
      steadyMs: 10_000,
      possible: inWindows(5, 10),
      reached: { wasted: 0.055 },
    },
    { quota: { requests_per_second: 5, window_seconds: 10 }, latencyMs: 500, rows: 400 },
  ),
  bucketOf(
    "a quota that falls from 40 to 10",
    40,
    { goodput: 0.97, wasted: 0.015, possible: varying(between(0, 20_000, 40, 10)) },
    { changes: [[20_000, bucket(10, 10)]], rows: 1400 },
  ),
  bucketOf(
    "a quota that falls from 10 to one in two seconds",
    10,
    {
      goodput: 0.9,
      wasted: 0.048,
      possible: varying(between(0, 60_000, 10, 0.5)),
      reached: { wasted: 0.08 },
    },
    { changes: [[60_000, bucket(0.5, 1)]], rows: 900, concurrency: 20, latencyMs: 200 },
  ),
  bucketOf(
    "a quota that rises from 10 to 40",
    10,
    { goodput: 0.97, wasted: 0.015, possible: varying(between(0, 30_000, 10, 40)) },
    { changes: [[30_000, bucket(40, 40)]], rows: 6000 },
  ),
  bucketOf("2 requests a second", 2, { goodput: 0.9, wasted: 0.08, steadyMs: 10_000 }, { rows: 150 }),
  ...[true, false].flatMap((told) => [1, 5].map((burndown) => tokens(burndown, told))),
];
