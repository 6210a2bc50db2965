import { expect } from "chai";
import { readConnection } from "../../../src/connection/connection.js";
import { paceCalls } from "../../support/paced-calls.js";
import { goodput, simulate, wasted } from "../../support/simulate.js";
import { localConfig } from "../../support/sync-config.js";
import type { Account } from "./accounts/account.js";
import { measureGrid, type Point } from "./accounts/grid.js";
import { accounts } from "./accounts/index.js";
import { measure, median, shortfalls } from "./measure.js";

describe("pacer: how much of an account it uses, and what it wastes", () => {
  for (const account of accounts)
    it(account.name, () => {
      expect(shortfalls({ ...account, ...account.reached }, measure(account))).to.deep.equal([]);
    });

  it("uses six tenths of the worst account of a grid in a single run, and seven tenths of quotas that are tiny", function () {
    this.timeout(120_000);
    const all = measureGrid(60, 1);
    const dearest = (fits: (point: Point) => boolean) =>
      all.filter(fits).toSorted((one, other) => other.wasted - one.wasted)[0];
    const dear = dearest(({ rate }) => rate >= 20);
    expect(dear?.wasted, JSON.stringify(dear)).to.be.at.most(0.1);
    const dearTiny = dearest(({ rate }) => rate < 20);
    expect(dearTiny?.wasted, JSON.stringify(dearTiny)).to.be.at.most(0.18);
    const points = all.filter(({ burst }) => burst > 1);
    const worst = (fits: (point: Point) => boolean) =>
      points.filter(fits).toSorted((one, other) => one.goodput - other.goodput)[0];
    const common = worst(({ rate }) => rate >= 20);
    expect(common?.goodput, JSON.stringify(common)).to.be.at.least(0.6);
    const tiny = worst(({ rate }) => rate < 20);
    expect(tiny?.goodput, JSON.stringify(tiny)).to.be.at.least(0.7);
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
      // One run, so it is held to how far apart others lie.
      const waste = paced.map(wasted);
      expect(wasted(whole)).to.be.within(Math.min(...waste) - 0.01, Math.max(...waste) + 0.01);
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
