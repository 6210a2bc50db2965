import { expect } from "chai";
import { costOf } from "../../../src/models/prices/rates.js";

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
});
