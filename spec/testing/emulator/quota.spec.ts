import { expect } from "chai";
import fc from "fast-check";
import {
  type Admission,
  createQuota,
  isRejected,
  type Quota,
} from "../../../src/testing/emulator/account-quota.js";

/** An account on a clock that the spec moves. */
const account = (quota: Quota | null) => {
  let at = 0;
  const gate = createQuota(quota, () => at);
  const admit = (input = 1, most = 1): Admission | string => {
    const verdict = gate.admit(input, most);
    return isRejected(verdict) ? verdict.message : verdict;
  };
  const admitted = (calls: number, input?: number, most?: number): number =>
    Array.from({ length: calls }, () => admit(input, most)).filter((verdict) => typeof verdict !== "string")
      .length;
  return {
    admit,
    /** How many of so many calls at once are let in. */
    admitted,
    open: (input: number, most: number): Admission => {
      const verdict = admit(input, most);
      if (typeof verdict === "string") throw new Error(verdict);
      return verdict;
    },
    change: gate.change,
    wait: (ms: number) => {
      at += ms;
    },
  };
};

describe("emulator: quota", () => {
  it("without limits lets every call in", () => {
    expect(account(null).admitted(1000, 1e9, 1e9)).to.equal(1000);
  });

  it("lets one second's worth in at once, and the rate from then on", () => {
    const { admitted, wait } = account({ requests_per_second: 20 });
    expect(admitted(100)).to.equal(20);
    wait(49);
    expect(admitted(5)).to.equal(0);
    wait(1);
    expect(admitted(5)).to.equal(1);
    wait(60_000);
    expect(admitted(100)).to.equal(20);
  });

  it("keeps to a burst of its own, also below one request a second", () => {
    const tight = account({ requests_per_second: 20, burst: 1 });
    expect(tight.admitted(5)).to.equal(1);
    const slow = account({ requests_per_second: 0.1 });
    expect(slow.admitted(5)).to.equal(1);
    slow.wait(10_000);
    expect(slow.admitted(5)).to.equal(1);
  });

  it("counts in fixed windows, the next of which is whole whenever the last call came", () => {
    const { admitted, wait } = account({ requests_per_second: 20, window_seconds: 5 });
    wait(4_999);
    expect(admitted(200)).to.equal(100);
    wait(1);
    expect(admitted(200)).to.equal(100);
    wait(4_999);
    expect(admitted(200)).to.equal(0);
    wait(50_001);
    expect(admitted(200)).to.equal(100);
  });

  it("takes input and the answer's limit from the tokens, and gives back what was not used", () => {
    const { admit, open, wait } = account({ tokens_per_minute: 6_000, token_burst: 1_000 });
    const call = open(100, 900);
    expect(admit(1, 0)).to.equal("Too many tokens, please wait before trying again.");
    call.settle(60);
    expect(admit(100, 741)).to.be.a("string");
    const next = open(100, 740);
    next.settle(740);
    expect(admit(1, 0)).to.be.a("string");
    wait(10);
    expect(admit(1, 0)).to.not.be.a("string");
  });

  it("takes output tokens times the burndown, into debt if need be", () => {
    const quota = { tokens_per_minute: 60_000, token_burst: 1_000, burndown: 5 };
    const { admit, open, wait } = account(quota);
    open(100, 200).settle(200);
    expect(admit(0, 1)).to.be.a("string");
    wait(100);
    expect(admit(0, 1)).to.be.a("string");
    wait(1);
    expect(admit(0, 1)).to.not.be.a("string");
  });

  it("takes a minute's tokens at once where no burst is given", () => {
    expect(account({ tokens_per_minute: 200_000 }).admitted(100, 4, 3_996)).to.equal(50);
  });

  it("takes nothing for a rejected call", () => {
    const { admitted } = account({ requests_per_second: 2, tokens_per_minute: 10 });
    expect(admitted(5, 11, 0)).to.equal(0);
    expect(admitted(5, 5, 0)).to.equal(2);
  });

  it("refuses as overload what comes in above the calls that are open", () => {
    const { admit, open } = account({ overload_above: 2 });
    const first = open(1, 1);
    open(1, 1);
    expect(admit()).to.match(/^The service is unable/);
    first.settle(1);
    expect(admit()).to.not.be.a("string");
  });

  it("falls and rises while it runs: what is used up stays used up", () => {
    const { admitted, change, wait } = account({ requests_per_second: 40 });
    expect(admitted(10)).to.equal(10);
    change({ requests_per_second: 10 });
    expect(admitted(100)).to.equal(10);
    change({ requests_per_second: 40 });
    expect(admitted(100)).to.equal(0);
    wait(500);
    expect(admitted(100)).to.equal(20);
    change(null);
    expect(admitted(100)).to.equal(100);
  });

  it("settles a call by the quota of its end", () => {
    const { admit, open, change } = account(null);
    const call = open(400, 10_000);
    change({ tokens_per_minute: 1_000 });
    call.settle(600);
    expect(admit(1, 0)).to.be.a("string");
  });

  it("never lets more in than burst and rate allow, whatever comes", () => {
    const calls = fc.array(fc.record({ after: fc.integer({ min: 0, max: 2_000 }), count: fc.nat(30) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        calls,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (waves, rate, burst) => {
          const { admitted, wait } = account({ requests_per_second: rate, burst });
          let time = 0;
          let total = 0;
          for (const { after, count } of waves) {
            wait(after);
            time += after;
            total += admitted(count);
            expect(total).to.be.at.most(burst + (rate * time) / 1000 + 0.001);
          }
        },
      ),
    );
  });
});
