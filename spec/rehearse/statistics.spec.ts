import { expect } from "chai";
import { randomOf } from "../../src/rehearse/random.js";
import { spreadSample } from "../../src/rehearse/spread-sample.js";
import { medianInterval, ratioInterval } from "../../src/rehearse/statistics/bootstrap.js";
import { deviationsAbove } from "../../src/rehearse/statistics/normal.js";
import { effectiveRows, mcNemar, newcombe, wilson } from "../../src/rehearse/statistics/shares.js";
import { judgeShare, rowsToDecide } from "../../src/rehearse/verdict/rows-to-decide.js";

/** How likely each number of hits among `n` is. */
const binomial = (n: number, share: number): number[] => {
  const chances: number[] = [];
  let chance = (1 - share) ** n;
  for (let k = 0; k <= n; k++) {
    chances.push(chance);
    chance *= ((n - k) / (k + 1)) * (share / (1 - share));
  }
  return chances;
};

describe("intervals of shares", () => {
  it("Wilson: the values of his formula", () => {
    for (const [rows, of, low, high] of [
      [2, 50, 0.011, 0.1346],
      [5, 100, 0.0215, 0.1118],
      [10, 200, 0.0274, 0.0896],
      [25, 500, 0.0341, 0.0728],
      [0, 50, 0, 0.0713],
      [0, 500, 0, 0.0076],
      [50, 50, 0.9287, 1],
    ] as const) {
      const found = wilson(rows / of, of);
      expect(found.low).to.be.closeTo(low, 6e-5);
      expect(found.high).to.be.closeTo(high, 6e-5);
    }
  });

  it("Wilson: holds the truth in 95 of 100 samples on average, by the exact chances", () => {
    for (const n of [50, 200, 500]) {
      const shares = Array.from({ length: 100 }, (_, index) => (index + 1) / 200);
      const held = shares.map((share) =>
        binomial(n, share).reduce((sum, chance, k) => {
          const { low, high } = wilson(k / n, n);
          return low <= share && share <= high ? sum + chance : sum;
        }, 0),
      );
      expect(held.reduce((sum, each) => sum + each, 0) / held.length).to.be.within(0.945, 0.965);
    }
  });

  it("Newcombe's method 10: the values of his paper, and its mirror", () => {
    for (const [table, low, high] of [
      [[20, 12, 2, 16], 0.0562, 0.3292],
      [[54, 0, 0, 0], -0.0664, 0.0664],
      [[53, 1, 0, 0], -0.0496, 0.0977],
    ] as const) {
      const found = newcombe(table);
      expect(found.low).to.be.closeTo(low, 6e-5);
      expect(found.high).to.be.closeTo(high, 6e-5);
      const [both, first, second, neither] = table;
      const mirror = newcombe([both, second, first, neither]);
      expect(mirror.low).to.be.closeTo(-found.high, 1e-12);
      expect(mirror.high).to.be.closeTo(-found.low, 1e-12);
    }
  });

  it("Newcombe's method 10: holds the truth of paired rows in 95 of 100 samples", () => {
    const random = randomOf(7);
    // Both fail in 4 %, only the old side in 3 %, only the new one in 9 %.
    let held = 0;
    for (let sample = 0; sample < 2000; sample++) {
      const table: [number, number, number, number] = [0, 0, 0, 0];
      for (let row = 0; row < 200; row++) {
        const at = random();
        table[at < 0.04 ? 0 : at < 0.13 ? 1 : at < 0.16 ? 2 : 3]++;
      }
      const { low, high } = newcombe(table);
      if (low <= 0.06 && 0.06 <= high) held++;
    }
    expect(held / 2000).to.be.within(0.94, 0.97);
  });

  it("McNemar: the exact chances", () => {
    for (const [first, second, p] of [
      [0, 6, 0.03125],
      [1, 8, 0.0390625],
      [2, 10, 0.0385742],
      [15, 5, 0.0413895],
      [4, 4, 1],
      [0, 0, 1],
    ] as const)
      expect(mcNemar([0, first, second, 9])).to.be.closeTo(p, 1e-6);
  });

  it("the deviations of a stricter level", () => {
    for (const [tail, deviations] of [
      [0.025, 1.959964],
      [0.0125, 2.241403],
      [0.005, 2.575829],
    ] as const)
      expect(deviationsAbove(tail)).to.be.closeTo(deviations, 1e-5);
  });

  it("rows that are the same request tell as much as one", () => {
    expect(effectiveRows(["a", "b", "c", "d"])).to.equal(4);
    expect(effectiveRows(["a", "a", "a", "a"])).to.equal(1);
    expect(effectiveRows(["a", "a", "b", "b"])).to.equal(2);
    expect(effectiveRows([])).to.equal(0);
  });

  it("how many rows decide", () => {
    const show = (share: number, tolerated: number) =>
      rowsToDecide((n) => judgeShare(tolerated, wilson(share, n)));
    expect(show(0, 0.05)).to.equal(73);
    expect(show(0, 0.1)).to.equal(35);
    expect(show(0, 0.02)).to.equal(189);
    expect(show(0.03, 0.05)).to.be.within(414, 460);
    expect(show(0.1, 0.05)).to.equal(73);
    expect(show(0.05, 0.05)).to.equal(null);
  });
});

describe("the bootstrap", () => {
  const tell = (make: (random: () => number) => [number, number], truth: number) => {
    let held = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomOf(seed);
      const found = ratioInterval(
        Array.from({ length: 100 }, () => make(random)),
        random,
      );
      if (found && found.low <= truth && truth <= found.high) held++;
    }
    return held;
  };

  it("holds the ratio of totals of paired rows", () => {
    // Rows of very different lengths, of which the new side takes 1.3 times as much, give or take.
    const held = tell((random) => {
      const before = 20 + 200 * random() ** 2;
      return [before, before * (1.3 + 0.4 * (random() - 0.5))];
    }, 1.3);
    expect(held).to.be.at.least(54);
  });

  it("draws rows of one request together, so that copies make no interval narrow", () => {
    const values = Array.from({ length: 40 }, (_, index) => [index]);
    const alone = medianInterval(values, randomOf(1));
    const copied = medianInterval(
      values.map(([value = 0]) => Array(10).fill(value)),
      randomOf(1),
    );
    expect(copied).to.deep.equal(alone);
    expect(medianInterval([[1, 2, 3]], randomOf(1))).to.equal(null);
  });
});

describe("spread-sample", () => {
  const numbers = (length: number) => Array.from({ length }, (_, index) => index);

  it("draws the number that is asked for, in order, the same for a seed, and all where there are no more", async () => {
    for (const length of [0, 1, 9, 10, 11, 19, 20, 21, 1000, 1023]) {
      const { drawn, rows } = await spreadSample(numbers(length), 10, 3);
      expect(rows).to.equal(length);
      expect(drawn).to.have.length(Math.min(10, length));
      const places = drawn.map(({ place }) => place);
      expect(places).to.deep.equal([...new Set(places)].sort((a, b) => a - b));
      for (const { place, row } of drawn) expect(row).to.equal(place - 1);
      expect(await spreadSample(numbers(length), 10, 3)).to.deep.equal({ drawn, rows });
    }
  });

  it("gives each row the same chance, also at the end", async () => {
    const hits = new Float64Array(53);
    for (let seed = 0; seed < 4000; seed++)
      for (const { row } of (await spreadSample(numbers(53), 8, seed)).drawn)
        hits[row] = (hits[row] ?? 0) + 1;
    // 8 of 53 in 4000 draws: 604, with a deviation of 23.
    for (const hit of hits) expect(hit).to.be.within(604 - 110, 604 + 110);
  });

  it("spreads over the input", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { drawn } = await spreadSample(numbers(10_000), 100, seed);
      const tenths = new Set(drawn.map(({ row }) => Math.floor(row / 1000)));
      expect(tenths.size).to.equal(10);
      for (const tenth of tenths)
        expect(drawn.filter(({ row }) => Math.floor(row / 1000) === tenth).length).to.be.within(4, 17);
    }
  });
});
