import { expect } from "chai";
import { costOf, ratesOfBatch, usdOfUsage } from "../../../src/models/prices/rates.js";

describe("the cost of a call", () => {
  const rates = { input: 1, output: 5, cache_read: 0.1, cache_write: 1.25 };

  it("adds up tokens of every kind, each at its own rate", () => {
    const tokens = { input: 1000, output: 200, cacheRead: 3000, cacheWrite: 400 };
    expect(costOf(rates, tokens)).to.be.closeTo((1000 + 200 * 5 + 3000 * 0.1 + 400 * 1.25) / 1e6, 1e-12);
  });

  it("is not known when the price of any of its tokens is not", () => {
    expect(costOf(null, { input: 1, output: 1 })).to.equal(null);
    expect(costOf({ input: 1, output: 5 }, { input: 1, output: 1, cacheRead: 1 })).to.equal(null);
    expect(costOf({ input: 1 }, { input: 1, output: 1 })).to.equal(null);
  });

  it("does not need a rate for tokens that there are none of", () => {
    expect(costOf({ input: 2 }, { input: 500_000, output: 0 })).to.equal(1);
  });

  it("takes the rates of long contexts for the whole of a long request, cached input counted in", () => {
    const long = {
      ...rates,
      long_context: { above_input_tokens: 1000, input: 2, output: 7, cache_read: 0.2 },
    };
    expect(costOf(long, { input: 1000, output: 100 })).to.be.closeTo(1500 / 1e6, 1e-12);
    expect(costOf(long, { input: 900, output: 100, cacheRead: 101 })).to.be.closeTo(
      (1800 + 700 + 20.2) / 1e6,
      1e-12,
    );
  });

  it("are halved for what a batch job answered, unless a table says what it costs", () => {
    const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const batched = { ...usage, serviceTier: "batch" };
    const halved = {
      input: 2,
      output: 10,
      cache_write: 3,
      long_context: { above_input_tokens: 500, input: 4, output: 20 },
    };
    for (const tiers of [undefined, { default: halved }])
      expect(usdOfUsage(halved, batched, tiers)).to.equal((usdOfUsage(halved, usage, tiers) ?? 0) / 2);
    expect(usdOfUsage(halved, batched, { default: halved, batch: { input: 1, output: 1 } })).to.equal(0.0011);
    expect(usdOfUsage(null, batched)).to.equal(null);
    expect(ratesOfBatch(halved)).not.to.have.property("cache_write");
  });
});
