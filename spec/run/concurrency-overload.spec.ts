import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { FailedInvocation, Invocation, Invoke } from "../../src/core/invoke.js";
import { createSlots, heedOverload, limit } from "../../src/run/concurrency.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";

type Result = Invocation | FailedInvocation;

const running = new AbortController().signal;
setMaxListeners(0, running);
const ok = answerOf("{}");
const overloaded = failureOf("overloaded");

/** More rows than places, whose calls end in the order they began, as the spec says. */
const crowd = (most: number) => {
  const open: ((result: Result) => void)[] = [];
  const invoke: Invoke = () => new Promise((resolve) => open.push(resolve));
  const slots = createSlots(most);
  const limited = limit(slots, heedOverload(slots, invoke));
  const results = Array.from({ length: 200 }, (_, index) => limited(requestOf(`${index}`), running));
  const turn = async () => {
    await setImmediate();
    await setImmediate();
  };
  return {
    results,
    inFlight: async (): Promise<number> => {
      await turn();
      return open.length;
    },
    /** Ends the calls that are open now, all before anybody looks. */
    endAll: async (...pattern: readonly Result[]): Promise<void> => {
      await turn();
      for (const [index, finish] of open.splice(0).entries())
        finish(pattern[index % pattern.length] as Result);
      await turn();
    },
    endOne: async (result: Result): Promise<void> => {
      await turn();
      open.shift()?.(result);
      await turn();
    },
  };
};

describe("limit under overload", () => {
  it("halves its places once for calls that were refused together", async () => {
    const calls = crowd(16);
    expect(await calls.inFlight()).to.equal(16);
    await calls.endAll(overloaded);
    expect(await calls.inFlight()).to.equal(8);
    await calls.endAll(overloaded);
    expect(await calls.inFlight()).to.equal(4);
  });

  it("halves them once for calls that were open together, though some of them were answered", async () => {
    const calls = crowd(16);
    await calls.endAll(overloaded, ok);
    expect(await calls.inFlight()).to.be.within(8, 10);
  });

  it("halves them again for a call that began after the first overload", async () => {
    const calls = crowd(16);
    await calls.endAll(overloaded, failureOf("input_too_long"), failureOf("input_too_long"));
    expect(await calls.inFlight()).to.equal(8);
    await calls.endAll(overloaded, failureOf("input_too_long"), failureOf("input_too_long"));
    expect(await calls.inFlight()).to.equal(4);
  });

  it("halves what was open, not the places that nothing took", async () => {
    const slots = createSlots(500);
    const open: ((result: Result) => void)[] = [];
    const sent = heedOverload(slots, () => new Promise((resolve) => open.push(resolve)));
    const calls = Array.from({ length: 20 }, (_, index) => sent(requestOf(`${index}`), running));
    for (const finish of open.splice(0)) finish(overloaded);
    await Promise.all(calls);
    const limited = limit(slots, sent);
    for (let row = 0; row < 100; row++) void limited(requestOf(`${row}`), running);
    await setImmediate();
    expect(open).to.have.length(10);
  });

  it("never goes below one, and goes on with it", async () => {
    const calls = crowd(3);
    for (let wave = 0; wave < 5; wave++) await calls.endAll(overloaded);
    expect(await calls.inFlight()).to.equal(1);
    await calls.endOne(overloaded);
    expect(await calls.inFlight()).to.equal(1);
  });

  it("gets its places back with answers, one after the other, and never more than it had", async () => {
    const calls = crowd(4);
    for (let wave = 0; wave < 3; wave++) await calls.endAll(overloaded);
    expect(await calls.inFlight()).to.equal(1);
    const seen: number[] = [];
    for (let answers = 0; answers < 40; answers++) {
      await calls.endOne(ok);
      seen.push(await calls.inFlight());
    }
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(new Set(seen)).to.include(2).and.to.include(3).and.to.include(4);
    expect(Math.max(...seen)).to.equal(4);
  });

  for (const code of ["throttled_requests", "service_error", "unreachable", "deadline_exceeded"] as const)
    it(`keeps its places for ${code}`, async () => {
      const calls = crowd(8);
      await calls.endAll(failureOf(code));
      expect(await calls.inFlight()).to.equal(8);
    });
});
