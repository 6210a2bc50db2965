import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { Invoke } from "../../src/core/invoke.js";
import { createSlots, limit } from "../../src/run/concurrency.js";
import { answerOf, requestOf } from "../support/requests.js";

const running = new AbortController().signal;
setMaxListeners(0, running);

const success = answerOf("{}");

/** Calls that end when the spec says so. */
const heldCalls = () => {
  const started: string[] = [];
  const finish: (() => void)[] = [];
  let inFlight = 0;
  const seen = { most: 0 };
  const invoke: Invoke = ({ body }) => {
    started.push(body);
    seen.most = Math.max(seen.most, ++inFlight);
    return new Promise((resolve) => {
      finish.push(() => {
        inFlight--;
        resolve(success);
      });
    });
  };
  return { invoke, started, finish, seen };
};

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `row ${index}`);

describe("limit", () => {
  it("has never more than its number of calls in flight, and starts them in order", async () => {
    const { invoke, started, finish, seen } = heldCalls();
    const limited = limit(createSlots(3), invoke);
    const results = names(10).map((body) => limited(requestOf(body), running));
    await setImmediate();
    expect(started).to.deep.equal(names(3));
    // The last that started ends first, so that order is the limit's own doing.
    for (let call = finish.pop(); call; call = finish.pop()) {
      call();
      await setImmediate();
    }
    expect(await Promise.all(results)).to.deep.equal(names(10).map(() => success));
    expect(started).to.deep.equal(names(10));
    expect(seen.most).to.equal(3);
  });

  it("of one lets one call follow another", async () => {
    const { invoke, started, finish } = heldCalls();
    const limited = limit(createSlots(1), invoke);
    const results = names(2).map((body) => limited(requestOf(body), running));
    await setImmediate();
    expect(started).to.deep.equal(["row 0"]);
    finish[0]?.();
    await setImmediate();
    expect(started).to.deep.equal(names(2));
    finish[1]?.();
    await Promise.all(results);
  });

  it("sends nothing that a stop found waiting", async () => {
    const { invoke, started, finish } = heldCalls();
    const stop = new AbortController();
    const limited = limit(createSlots(1), invoke);
    const [first, second] = names(2).map((body) => limited(requestOf(body), stop.signal));
    await setImmediate();
    stop.abort();
    finish[0]?.();
    expect(await first).to.deep.equal(success);
    const result = await second;
    expect(result).to.have.property("attempts", 0);
    expect(result).to.have.nested.property("error.code", "stopped");
    expect(result).to.have.nested.property("error.billed", "no");
    expect(started).to.deep.equal(["row 0"]);
  });

  it("frees the slots of those it stopped", async () => {
    const { invoke, started, finish } = heldCalls();
    const limited = limit(createSlots(1), invoke);
    await limited(requestOf("stopped"), AbortSignal.abort());
    const last = limited(requestOf("runs"), running);
    await setImmediate();
    expect(started).to.deep.equal(["runs"]);
    finish[0]?.();
    expect(await last).to.deep.equal(success);
  });
});

describe("slots: rows that wait", () => {
  it("are wanted until some wait, and again when they are few", async () => {
    const { invoke, finish } = heldCalls();
    const slots = createSlots(1);
    const limited = limit(slots, invoke);
    const results: Promise<unknown>[] = [];
    for (let row = 0; row < 34; row++) {
      await slots.wantsRows();
      results.push(limited(requestOf(`row ${row}`), running));
    }
    let wanted = false;
    const asked = Promise.resolve(slots.wantsRows()).then(() => {
      wanted = true;
    });
    const ended: boolean[] = [];
    for (let row = 0; row < 34; row++) {
      await setImmediate();
      ended.push(wanted);
      finish[row]?.();
    }
    await Promise.all([...results, asked]);
    expect(ended.indexOf(true)).to.equal(17);
  });
});

describe("limit: who goes first", () => {
  it("is a row that was throttled, since others wait for what it holds up", async () => {
    const { invoke, started, finish } = heldCalls();
    const slots = createSlots(1);
    const [first, again] = [limit(slots, invoke), limit(slots, invoke, true)];
    const results = [first(requestOf("open"), running), first(requestOf("waiting"), running)];
    await setImmediate();
    results.push(again(requestOf("throttled"), running));
    for (let ended = 0; ended < 3; ended++) {
      finish.shift()?.();
      await setImmediate();
    }
    await Promise.all(results);
    expect(started).to.deep.equal(["open", "throttled", "waiting"]);
  });
});
