import { expect } from "chai";
import { readConnection } from "../../../src/connection/connection.js";
import { type PacedScenario, paceCalls } from "../../support/paced-calls.js";
import { goodput, simulate, wasted } from "../../support/simulate.js";
import { localConfig } from "../../support/sync-config.js";
import type { Account } from "./accounts/account.js";
import { accounts } from "./accounts/index.js";
import { measure, median, shortfalls } from "./measure.js";

describe("pacer: how much of an account it uses, and what it wastes", () => {
  for (const account of accounts)
    it(account.name, () => {
      expect(shortfalls({ ...account, ...account.reached }, measure(account))).to.deep.equal([]);
    });

  it("on a grid of rates, bursts, answers, open calls and chance, uses six tenths of the worst", function () {
    this.timeout(30_000);
    const points = grid().map(({ name, scenario, rate }) => {
      const goodputs = [1, 2, 3].map((seed) => {
        const paced = paceCalls(scenario, seed);
        const until = paced.admittedAt.at(-1) ?? 0;
        return goodput(paced, (rate * (until - startMs)) / 1000, startMs, until);
      });
      return { name, goodput: median(goodputs) };
    });
    const [worst] = points.toSorted((one, other) => one.goodput - other.goodput);
    expect(worst?.goodput, worst?.name).to.be.at.least(0.6);
  });
});

describe("pacer: a whole run", () => {
  const named = (name: string): Account => {
    const account = accounts.find((candidate) => candidate.name === name);
    if (!account) throw new Error(`No account is named ${name}.`);
    return account;
  };

  for (const name of [
    "20 requests a second, 50 ms",
    "a quota that falls from 40 to 10",
    "30 requests a second, 5 % throttled by chance",
    "200,000 tokens a minute, told, an output token burning 5",
  ])
    it(`comes to what is simulated without promises: ${name}`, async () => {
      const { scenario } = named(name);
      const whole = await simulate({ ...scenario, seed: 1 });
      const paced = Array.from({ length: 5 }, (_, seed) => paceCalls(scenario, seed + 1));
      expect(whole.failed).to.equal(0);
      expect(whole.wallMs).to.be.closeTo(median(paced.map(({ wallMs }) => wallMs)), 0.05 * whole.wallMs);
      expect(wasted(whole)).to.be.closeTo(median(paced.map(wasted)), 0.01);
    });

  it("takes what the quota allows with the default settings, where answers take two seconds", async () => {
    const { scenario, steadyMs, possible } = named("60 requests a second, 2 s");
    const concurrency = readConnection(localConfig("http://127.0.0.1:9"), []).maxConcurrency;
    const result = await simulate({ ...scenario, concurrency });
    const until = result.admittedAt.at(-1) ?? 0;
    expect(result.failed).to.equal(0);
    expect(goodput(result, possible(steadyMs, until), steadyMs, until)).to.be.at.least(0.96);
  });
});

const startMs = 10_000;

/** Accounts that save up at least a quarter of a second. */
const grid = (): { name: string; rate: number; scenario: PacedScenario }[] =>
  [2, 20, 100].flatMap((rate) =>
    [0.25, 1, 5].flatMap((burstS) =>
      [50, 2000].flatMap((latencyMs) =>
        [0, 0.02, 0.05, 0.1].flatMap((share) => {
          const burst = Math.max(2, Math.round(rate * burstS));
          // With fewer open calls than that there is nothing to pace.
          const enough = Math.ceil((1.5 * rate * (latencyMs + 20)) / 1000);
          return [enough, 4 * enough].map((concurrency) => ({
            name: `${rate} a second, ${burst} saved up, ${latencyMs} ms, ${concurrency} open, ${100 * share} % by chance`,
            rate,
            scenario: {
              quota: { requests_per_second: rate, burst },
              rows: burst + 60 * rate,
              concurrency,
              latencyMs,
              spread: 0.5,
              throttled: () => share,
            },
          }));
        }),
      ),
    ),
  );
