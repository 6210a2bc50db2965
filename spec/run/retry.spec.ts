import { expect } from "chai";
import { ConnectorError, type ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, Invoke } from "../../src/core/invoke.js";
import { retry } from "../../src/run/retry.js";
import { createRun } from "../../src/run/run-state.js";
import { answerOf, requestOf } from "../support/requests.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";

const request = requestOf("{}");
const patienceMs = 5 * 60_000;

const success = answerOf("{}");

const failed = (code: ErrorCode, retryAfterMs: number | null = null): FailedInvocation => ({
  error: new ConnectorError(code, undefined, { retryAfterMs }),
  attempts: 1,
});

/** Chance that is what the spec says. */
const clockOf = (chance: number): VirtualClock => ({ ...virtualClock(), random: () => chance });

/** The loop over a pacer that has let nothing in since it began. */
const retryOn = (clock: VirtualClock, invoke: Invoke): Invoke =>
  retry({ clock, lastAdmittedAt: () => 0 }, createRun({ count: null, percent: null }), invoke);

/** Answers with each result in turn, the last one for ever. */
const answering = (...results: (Invocation | FailedInvocation)[]) => {
  const calls = { count: 0 };
  const invoke: Invoke = async () => {
    const result = results[Math.min(calls.count++, results.length - 1)];
    if (!result) throw new Error("no answer");
    return result;
  };
  return { invoke, calls };
};

const running = new AbortController().signal;

const run = async (chance: number, ...results: (Invocation | FailedInvocation)[]) => {
  const clock = clockOf(chance);
  await clock.pass(1000);
  const { invoke, calls } = answering(...results);
  const result = await clock.until(retryOn(clock, invoke)(request, running));
  return { result, calls: calls.count, waits: clock.waits, elapsed: clock.now() - 1000 };
};

describe("retry: what is sent again", () => {
  const known: readonly ErrorCode[] = ["overloaded", "model_not_ready", "unreachable"];
  for (const code of known)
    it(`${code}, which is not billed and may pass`, async () => {
      const { result, calls } = await run(0.5, failed(code), failed(code), success);
      expect(result).to.deep.equal({ ...success, attempts: 3, rejections: { [code]: 2 } });
      expect(calls).to.equal(3);
    });

  for (const code of ["throttled_requests", "throttled_tokens"] as const)
    it(`${code}, by the way of what was throttled and without a wait but its pacer's`, async () => {
      const clock = clockOf(1);
      const [first, again] = [answering(failed(code)), answering(failed(code), success)];
      const pacer = { clock, lastAdmittedAt: () => 0 };
      const invoke = retry(pacer, createRun({ count: null, percent: null }), first.invoke, again.invoke);
      const result = await invoke(request, running);
      expect(result).to.deep.equal({ ...success, attempts: 3, rejections: { [code]: 2 } });
      expect({ first: first.calls.count, again: again.calls.count, waits: clock.waits }).to.deep.equal({
        first: 1,
        again: 2,
        waits: [],
      });
    });

  const never: readonly ErrorCode[] = [
    "deadline_exceeded",
    "connection_lost",
    "model_timeout",
    "model_error",
    "service_error",
    "unexpected_error",
    "unreadable_response",
    "invalid_request",
    "access_denied",
    "daily_quota_reached",
    "stopped",
  ];
  for (const code of never)
    it(`never ${code}`, async () => {
      const { result, calls, waits } = await run(0.5, failed(code), success);
      expect(result).to.have.nested.property("error.code", code);
      expect({ calls, waits }).to.deep.equal({ calls: 1, waits: [] });
    });

  it("not a success", async () => {
    expect(await run(0.5, success)).to.deep.include({
      result: success,
      calls: 1,
      waits: [],
    });
  });

  it("not what fails otherwise the second time", async () => {
    const { result, calls } = await run(0.5, failed("overloaded"), failed("connection_lost"), success);
    expect(result).to.have.nested.property("error.code", "connection_lost");
    expect({ calls, attempts: result.attempts }).to.deep.equal({ calls: 2, attempts: 2 });
  });
});

describe("retry: waiting", () => {
  const overloadedTimes = (count: number) => Array.from({ length: count }, () => failed("overloaded"));
  const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];

  for (const chance of [0, 0.25, 1])
    it(`is the ${chance} of a bound that doubles up to a cap`, async () => {
      const { waits } = await run(chance, ...overloadedTimes(bounds.length), success);
      expect(waits).to.deep.equal(bounds.map((bound) => bound * chance));
    });

  it("is at least as long as the service asked", async () => {
    expect((await run(0, failed("overloaded", 7000), success)).waits).to.deep.equal([7000]);
    expect((await run(1, failed("overloaded", 7000), success)).waits).to.deep.equal([7500]);
  });

  it("ends within five minutes, with the last error and every attempt counted", async () => {
    const { result, calls, elapsed } = await run(1, failed("overloaded"));
    expect(result).to.have.nested.property("error.code", "overloaded");
    expect(result.attempts).to.equal(calls).and.to.be.above(10);
    expect(elapsed)
      .to.be.above(patienceMs - 20_000)
      .and.to.be.at.most(patienceMs);
  });

  it("is not begun when it would end too late", async () => {
    const { calls, waits } = await run(0.5, failed("overloaded", patienceMs + 1), success);
    expect({ calls, waits }).to.deep.equal({ calls: 1, waits: [] });
  });

  it("sums the attempts of each round", async () => {
    const { result } = await run(0.5, { ...failed("overloaded"), attempts: 0 }, { ...success, attempts: 2 });
    expect(result.attempts).to.equal(2);
  });

  it("is each row's own", async () => {
    const clock = clockOf(1);
    const invoke = retryOn(
      clock,
      answering(failed("overloaded"), success, failed("overloaded"), success).invoke,
    );
    await clock.until(invoke(request, running));
    await clock.until(invoke(request, running));
    expect(clock.waits).to.deep.equal([500, 500]);
  });
});

describe("retry: a stop", () => {
  it("while it waits ends it, and nothing more is sent", async () => {
    const stop = new AbortController();
    const { invoke, calls } = answering(failed("overloaded"), success);
    const clock = clockOf(1);
    clock.after(1, () => stop.abort());
    const result = await clock.until(retryOn(clock, invoke)(request, stop.signal));
    expect(result).to.have.nested.property("error.code", "stopped");
    expect({ calls: calls.count, attempts: result.attempts }).to.deep.equal({ calls: 1, attempts: 1 });
  });

  it("while a call is out ends it without waiting", async () => {
    const stop = new AbortController();
    const clock = clockOf(1);
    const invoke = retryOn(clock, async () => {
      stop.abort();
      return failed("overloaded");
    });
    expect(await clock.until(invoke(request, stop.signal))).to.have.nested.property(
      "error.code",
      "overloaded",
    );
    expect(clock.waits).to.deep.equal([]);
  });

  it("is handed on to the call", async () => {
    const signals: AbortSignal[] = [];
    const invoke = retryOn(clockOf(1), async (_, stop) => {
      signals.push(stop);
      return success;
    });
    await invoke(request, running);
    expect(signals).to.deep.equal([running]);
  });
});

describe("retry: a run whose row was sent again in vain", () => {
  /** Each call takes a second. */
  const ended = async (
    invoke: Invoke,
    { stop = new AbortController(), stopAtMs = Number.NaN, lastAdmittedAt = 0 } = {},
  ) => {
    const clock = clockOf(1);
    const state = createRun({ count: null, percent: null });
    const timed: Invoke = async (...args) => {
      await new Promise<void>((resolve) => clock.after(1000, resolve));
      return invoke(...args);
    };
    if (stopAtMs > 0) clock.after(stopAtMs, () => stop.abort());
    const looped = retry({ clock, lastAdmittedAt: () => lastAdmittedAt }, state, timed);
    const result = await clock.until(looped(request, stop.signal));
    return { state, result, at: clock.now() };
  };

  for (const code of ["throttled_requests", "overloaded"] as const)
    it(`ends with what to do about ${code}`, async () => {
      const { state, result } = await ended(async () => failed(code));
      expect(result).to.have.nested.property("error.code", code);
      expect(state.ended()).to.include({ code: "run_broken" });
      expect(state.ended()?.message).to.contain(code);
    });

  it("has five minutes from the moment at which the pacer last let any row in", async () => {
    const { at } = await ended(async () => failed("throttled_tokens"), { lastAdmittedAt: 100_000 });
    expect(at).to.be.within(100_000 + patienceMs, 100_000 + patienceMs + 2000);
  });

  it("goes on when the stop ended the waiting", async () => {
    const { state } = await ended(async () => failed("overloaded"), { stopAtMs: 1001 });
    expect(state.ended()).to.equal(null);
  });

  for (const code of ["input_too_long", "connection_lost", "unreadable_response", "stopped"] as const)
    it(`goes on after ${code}`, async () => {
      const { state } = await ended(async () => failed(code));
      expect(state.ended()).to.equal(null);
    });

  it("goes on when the row was answered in the end", async () => {
    let calls = 0;
    const { state, result } = await ended(async () => (calls++ < 5 ? failed("overloaded") : success));
    expect(result).to.include({ body: "{}", attempts: 6 });
    expect(state.ended()).to.equal(null);
  });
});
