import { expect } from "chai";
import { createQuota, isRejected, type Quota, readQuota } from "../../../src/testing/emulator/index.js";

/** Calls on a clock that the spec moves. */
const account = (words: Quota | string) => {
  let at = 5_000;
  const gate = createQuota(readQuota(words), () => at);
  const call = () => gate.admit(1, 1);
  return {
    call,
    /** Of a call each so many milliseconds, for so many seconds, which are let in. */
    during: (seconds: number, everyMs = 10): boolean[] =>
      Array.from({ length: (seconds * 1000) / everyMs }, () => {
        const verdict = call();
        at += everyMs;
        return !isRejected(verdict);
      }),
    change: (next: Quota | string) => gate.change(readQuota(next)),
  };
};
const share = (luck: readonly boolean[]): number => luck.filter((isLetIn) => isLetIn).length / luck.length;

describe("emulator: what befalls an account", () => {
  it("throttles a share by chance, whatever is left, and with a seed the same calls again", () => {
    const luck = account("chance 5%, seed 3").during(100);
    expect(1 - share(luck)).to.be.within(0.04, 0.06);
    expect(account("chance 5%, seed 3").during(100)).to.deep.equal(luck);
    expect(account("chance 5%, seed 4").during(100)).to.not.deep.equal(luck);
    expect(account("chance 5%").during(100)).to.not.deep.equal(account("chance 5%").during(100));
  });

  it("takes nothing of the quota for what it throttles by chance", () => {
    const luck = account("20/s burst 20, chance 50%, seed 1").during(60, 20);
    expect(luck.filter((isLetIn) => isLetIn).length).to.be.within(19 * 60, 20 * 61);
  });

  it("refuses all in an outage and a share in a brownout, in seconds from the first call", () => {
    const { during, change } = account("refused 10s..18s, refused 50% 20s..30s, seed 1");
    expect(share(during(10))).to.equal(1);
    expect(share(during(8))).to.equal(0);
    expect(share(during(2))).to.equal(1);
    expect(share(during(10))).to.be.within(0.45, 0.55);
    expect(share(during(60))).to.equal(1);
    change("refused 1s..2s");
    expect(share(during(1))).to.equal(1);
    expect(share(during(1))).to.equal(0);
  });

  it("leaves of the bucket what a neighbour does not take, in turns", () => {
    const { during } = account("40/s burst 40, neighbour 0/20/35 every 10s");
    const perSecond = () => during(10).filter((isLetIn) => isLetIn).length / 10;
    expect([perSecond(), perSecond(), perSecond(), perSecond()].map(Math.round)).to.deep.equal([
      44, 20, 5, 40,
    ]);
  });

  it("leaves half to a neighbour who comes at random, alike with a seed", () => {
    const luck = account("40/s burst 40, neighbour 50%, seed 2").during(60);
    expect(luck.filter((isLetIn) => isLetIn).length / 60).to.be.within(18, 22);
    expect(account("40/s burst 40, neighbour 50%, seed 2").during(60)).to.deep.equal(luck);
  });

  it("has a neighbour who wants more than there is give up what it does not get", () => {
    const { during } = account("10/s burst 1, neighbour 100/0 every 10s");
    expect(during(10).filter((isLetIn) => isLetIn).length).to.be.at.most(1);
    expect(during(10).filter((isLetIn) => isLetIn).length, "all but a second's worth").to.be.within(88, 91);
  });

  it("tells a throttled call when to come again, where it is set, and an overload never", () => {
    const { call } = account("0.001/s burst 1, retry after 2s");
    call();
    expect(call()).to.include({ status: 429, retryAfter: 2 });
    expect(account("chance 100%").call()).to.not.have.property("retryAfter");
    const overloaded = account("overload above 1, retry after 2s");
    overloaded.call();
    expect(overloaded.call()).to.include({ status: 503 }).and.not.have.property("retryAfter");
  });

  it("holds requests and tokens, and chance beside them", () => {
    const luck = account("20/s burst 20, 600 tokens/min, token burst 40, chance 10%, seed 1").during(60, 20);
    // A call takes two tokens, of which there are ten a second.
    expect(luck.filter((isLetIn) => isLetIn).length).to.be.within(5 * 59, 5 * 60 + 20);
  });
});
