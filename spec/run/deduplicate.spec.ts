import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { FailedInvocation, Invocation, Invoke } from "../../src/core/invoke.js";
import { deduplicate } from "../../src/run/deduplicate.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";

const running = new AbortController().signal;

/** Calls that end when the spec says so. */
const heldCalls = () => {
  const open: { resolve(result: Invocation | FailedInvocation): void; reject(error: Error): void }[] = [];
  const started: string[] = [];
  const invoke: Invoke = ({ body }) => {
    started.push(body);
    return new Promise((resolve, reject) => open.push({ resolve, reject }));
  };
  return { invoke, started, open };
};

describe("deduplicate", () => {
  it("makes one call of requests with one key, and only the first counts it", async () => {
    const { invoke, started, open } = heldCalls();
    const shared = deduplicate(new Map(), invoke);
    const rows = Array.from({ length: 5 }, () => shared(requestOf("same"), running));
    await setImmediate();
    expect(started).to.deep.equal(["same"]);
    open[0]?.resolve(answerOf("{}", { attempts: 3, rejections: { overloaded: 2 } }));
    const [first, ...others] = await Promise.all(rows);
    expect(first).to.deep.equal(answerOf("{}", { attempts: 3, rejections: { overloaded: 2 } }));
    expect(others).to.deep.equal(Array(4).fill(answerOf("{}", { attempts: 0, rejections: {} })));
  });

  it("shares a failure as well", async () => {
    const { invoke, started, open } = heldCalls();
    const shared = deduplicate(new Map(), invoke);
    const rows = [1, 2].map(() => shared(requestOf("same"), running));
    await setImmediate();
    open[0]?.resolve(failureOf("connection_lost"));
    const [first, second] = await Promise.all(rows);
    expect(first).to.have.nested.property("error.code", "connection_lost");
    expect(second).to.have.nested.property("error.code", "connection_lost");
    expect([first?.attempts, second?.attempts]).to.deep.equal([1, 0]);
    expect(started).to.deep.equal(["same"]);
  });

  it("calls anew once the call has ended", async () => {
    const { invoke, started, open } = heldCalls();
    const underway = new Map();
    const shared = deduplicate(underway, invoke);
    const first = shared(requestOf("same"), running);
    open[0]?.resolve(answerOf("1"));
    await first;
    expect(underway.size).to.equal(0);
    const second = shared(requestOf("same"), running);
    open[1]?.resolve(answerOf("2"));
    expect(await second).to.deep.equal(answerOf("2"));
    expect(started).to.have.length(2);
  });

  it("is not stuck after a call that threw", async () => {
    const { invoke, open } = heldCalls();
    const underway = new Map();
    const shared = deduplicate(underway, invoke);
    const rows = [1, 2].map(() => shared(requestOf("same"), running));
    await setImmediate();
    open[0]?.reject(new Error("unheard of"));
    expect((await Promise.allSettled(rows)).map(({ status }) => status)).to.deep.equal([
      "rejected",
      "rejected",
    ]);
    expect(underway.size).to.equal(0);
    const third = shared(requestOf("same"), running);
    open[1]?.resolve(answerOf("{}"));
    expect(await third).to.deep.equal(answerOf("{}"));
  });

  it("lets other keys go at once", async () => {
    const { invoke, started, open } = heldCalls();
    const shared = deduplicate(new Map(), invoke);
    const rows = ["a", "b", "a", "c"].map((body) => shared(requestOf(body), running));
    await setImmediate();
    expect(started).to.deep.equal(["a", "b", "c"]);
    for (const call of open) call.resolve(answerOf("{}"));
    await Promise.all(rows);
  });

  it("joins the runs that have the map in common", async () => {
    const { invoke, started, open } = heldCalls();
    const underway = new Map();
    const rows = [deduplicate(underway, invoke), deduplicate(underway, invoke)].map((shared) =>
      shared(requestOf("same"), running),
    );
    await setImmediate();
    expect(started).to.deep.equal(["same"]);
    open[0]?.resolve(answerOf("{}"));
    await Promise.all(rows);
  });

  for (const code of ["stopped", "budget_reached", "run_broken"] as const)
    it(`does not end a row for another run's end (${code})`, async () => {
      const first = heldCalls();
      const second = heldCalls();
      const underway = new Map();
      const ended = deduplicate(underway, first.invoke)(requestOf("same"), running);
      const going = deduplicate(underway, second.invoke)(requestOf("same"), running);
      await setImmediate();
      first.open[0]?.resolve({ ...failureOf(code), attempts: 0 });
      expect(await ended).to.have.nested.property("error.code", code);
      await setImmediate();
      second.open[0]?.resolve(answerOf("{}"));
      expect(await going).to.deep.equal(answerOf("{}"));
    });
});
