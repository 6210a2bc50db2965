/** Prints the pacer's result for each point of a grid of accounts, in virtual time, as JSON lines. */
import { goodput, simulate, wasted } from "../spec/support/simulate.js";

const [seconds = 60] = process.argv.slice(2).map(Number);
const startUpMs = 10_000;
for (const rate of [2, 20, 100, 400])
  for (const burstS of [0, 0.25, 1, 5])
    for (const latencyMs of [50, 500, 2000])
      for (const concurrency of [10, 50, 200, 800]) {
        // Otherwise the concurrency is the limit, and there is nothing to pace.
        if (concurrency < (1.5 * rate * (latencyMs + 20)) / 1000) continue;
        const burst = Math.max(1, Math.round(rate * burstS));
        const rows = burst + rate * seconds;
        const quota = { requests_per_second: rate, burst };
        const result = await simulate({ quota, rows, concurrency, latencyMs, spread: 0.5 });
        const until = result.admittedAt.at(-1) ?? 0;
        const got = goodput(result, (rate * (until - startUpMs)) / 1000, startUpMs, until);
        const { failed } = result;
        const point = { rate, burst, latencyMs, concurrency, goodput: got, wasted: wasted(result), failed };
        process.stdout.write(`${JSON.stringify(point)}\n`);
      }
