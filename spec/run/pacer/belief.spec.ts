import { expect } from "chai";
import { createBelief } from "../../../src/run/pacer/belief.js";
import { virtualClock } from "../../support/virtual-clock.js";

/** Calls that leave evenly, so many a second, and what an account does with each; what is believed after them. */
const watch = (
  calls: number,
  perSecond: number,
  rejects: (atMs: number) => boolean,
  belief = createBelief(),
  fromMs = 0,
) => {
  let found = 0;
  for (let call = 0; call < calls; call++) {
    const at = fromMs + (call * 1000) / perSecond;
    belief.left(at);
    if (rejects(at)) belief.rejected(at);
    found = Math.max(found, belief.takeIn(at));
  }
  return { belief, found };
};

/** A bucket that starts with a second's worth. */
const bucketOf = (perSecond: number) => {
  let level = perSecond;
  let filledAt = 0;
  return (atMs: number): boolean => {
    level = Math.min(perSecond, level + ((atMs - filledAt) * perSecond) / 1000);
    filledAt = atMs;
    if (level < 1) return true;
    level -= 1;
    return false;
  };
};
const byChance = (share: number, seed: number) => {
  const { random } = virtualClock(seed);
  return (): boolean => random() < share;
};

describe("pacer: what is believed of an account", () => {
  for (const perSecond of [2, 10, 100])
    it(`finds a bucket of ${perSecond} a second from even rejections`, () => {
      const { belief, found } = watch(40 + 3 * perSecond, 2 * perSecond, bucketOf(perSecond));
      expect(found).to.be.above(0.9);
      expect(belief.quantile(0.05) * 1000).to.be.within(0.85 * perSecond, 1.4 * perSecond);
      expect(belief.quantile(0.95) * 1000).to.be.within(0.85 * perSecond, 1.4 * perSecond);
      expect(belief.chance()).to.be.below(0.02);
    });

  for (const share of [0.05, 0.3, 0.6])
    for (const seed of [1, 2, 3])
      it(`takes ${share * 100} % of rejections at random for chance, seed ${seed}`, () => {
        const { belief } = watch(300, 20, byChance(share, seed));
        expect(belief.chance()).to.be.closeTo(share, 0.15);
        expect(belief.quantile(0.5) * 1000).to.be.above(20);
      });

  it("finds within some calls that a quota has fallen, and that a brownout has ended", () => {
    const fallen = bucketOf(5);
    const { belief } = watch(200, 22, bucketOf(20));
    watch(40, 20, fallen, belief, 10_000);
    expect(belief.quantile(0.95) * 1000).to.be.below(6);
    watch(100, 4, fallen, belief, 12_000);
    expect(belief.chance()).to.be.below(0.02);
    const { belief: browned } = watch(200, 20, byChance(0.5, 1));
    watch(60, 20, () => false, browned, 10_000);
    expect(browned.chance()).to.be.below(0.05);
  });

  it("takes a rejection back that comes later than others", () => {
    const { belief } = watch(40, 20, bucketOf(10));
    const before = belief.holds(2000);
    belief.left(2000);
    belief.takeIn(2000);
    belief.rejected(2000);
    belief.takeIn(2000);
    expect(belief.holds(2000)).to.be.within(0, before + 0.1);
  });

  it("says nothing of calls that met another quota, or that are dropped", () => {
    const { belief } = watch(40, 20, bucketOf(10));
    const median = belief.quantile(0.5);
    for (let call = 0; call < 50; call++) belief.left(2000 + call);
    for (let call = 0; call < 25; call++) belief.unsaid(2000 + call);
    belief.drop();
    belief.takeIn(3000);
    expect(belief.quantile(0.5)).to.equal(median);
  });

  it("knows what a rested bucket has saved up", () => {
    const { belief } = watch(60, 20, bucketOf(10));
    expect(belief.holds(3000)).to.be.below(1.5);
    expect(belief.holds(8000)).to.be.within(8, 11);
  });

  it("believes nothing yet before the first rejection", () => {
    const { belief, found } = watch(1000, 100, () => false);
    expect(found).to.equal(0);
    expect(belief.chance()).to.be.below(0.01);
  });
});
