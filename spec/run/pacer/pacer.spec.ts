import { setMaxListeners } from "node:events";
import { expect } from "chai";
import fc from "fast-check";
import type { FailedInvocation, Invocation, Invoke } from "../../../src/core/invoke.js";
import { leaveInTime, pace } from "../../../src/run/pace.js";
import { createPacer, type ToldQuota } from "../../../src/run/pacer/pacer.js";
import { createReservations } from "../../../src/run/pacer/reservation.js";
import { retry } from "../../../src/run/retry.js";
import { createRun } from "../../../src/run/run-state.js";
import { answerOf, failureOf, requestOf } from "../../support/requests.js";
import { simulate } from "../../support/simulate.js";
import { virtualClock } from "../../support/virtual-clock.js";

type Result = Invocation | FailedInvocation;

const learned: ToldQuota = { tokensPerMinute: null, requestsPerMinute: null };
const running = new AbortController().signal;
setMaxListeners(0, running);

/**
 * Rows that all come at once, and what the service says to the first calls; it answers the others. What is written
 * before a call takes until `writtenAt`.
 */
const pacing = (
  answers: readonly Result[] | ((at: number) => Result),
  told: ToldQuota = learned,
  { writtenAt = 0, sendsAgain = true } = {},
) => {
  const clock = virtualClock();
  const run = createRun({ count: null, percent: null });
  const sentAt: { body: string; at: number }[] = [];
  const call: Invoke = async ({ body }) => {
    const answer =
      typeof answers === "function" ? answers(clock.now()) : (answers[sentAt.length] ?? answerOf("{}"));
    sentAt.push({ body, at: clock.now() });
    return answer;
  };
  const pacer = createPacer(told, clock);
  const reservations = createReservations({ burndown: 1, unlimited: 4096, told: false });
  const once = (again: boolean): Invoke =>
    pace({ pacer, reservations, run, again }, async (request, stop, permit) => {
      const at = clock.now();
      if (at < writtenAt) await new Promise<void>((resolve) => clock.after(writtenAt - at, resolve));
      return leaveInTime({ run, reservations }, call)(request, stop, permit);
    });
  const paced = sendsAgain ? retry(pacer, run, once(false), once(true)) : once(false);
  const results: Result[] = [];
  return {
    clock,
    run,
    sentAt,
    results,
    async send(bodies: readonly string[], stop = running): Promise<void> {
      for (const body of bodies)
        void paced(requestOf(body, { maxTokens: 10_000 }), stop).then((result) => {
          results.push(result);
        });
      const due = results.length + bodies.length;
      await clock.run(() => results.length === due);
    },
  };
};

/** Rows of a single thread, before a service that saves one call up. */
const oneByOne = async ({ perMs, answerMs, count }: { perMs: number; answerMs: number; count: number }) => {
  let level = 1;
  let at = 0;
  let rejected = 0;
  const { clock, sentAt, send } = pacing((now) => {
    level = Math.min(1, level + (now - at) * perMs);
    at = now;
    if (level < 1) {
      rejected++;
      return failureOf("throttled_requests");
    }
    level--;
    return answerOf("{}");
  });
  for (let row = 0; row < count; row++) {
    await send(["row"]);
    await clock.pass(answerMs);
  }
  return { sentAt: sentAt.length, rejected };
};

const rows = (count: number): string[] => Array.from({ length: count }, (_, index) => `row ${index}`);

describe("pacer", () => {
  it("never asks for more than a told quota", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          requestsPerMinute: fc.option(fc.integer({ min: 30, max: 6000 })),
          tokensPerMinute: fc.option(fc.integer({ min: 20_000, max: 2_000_000 })),
          latencyMs: fc.integer({ min: 1, max: 5000 }),
          maxTokens: fc.integer({ min: 1, max: 5000 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          inputTokens: fc.integer({ min: 5, max: 3000 }),
          burndown: fc.constantFrom(1, 5, 15),
          concurrency: fc.integer({ min: 1, max: 200 }),
          seed: fc.nat(),
        }),
        async ({ requestsPerMinute, tokensPerMinute, share, ...scenario }) => {
          const perSecond = (requestsPerMinute ?? 0) / 60;
          const { rejected, failed } = await simulate({
            ...scenario,
            spread: 1,
            rows: 100,
            diskStops: true,
            // What an output token burns beyond the limit is known only when the call has ended.
            outputTokens: Math.floor((scenario.maxTokens * share) / scenario.burndown),
            told: { requestsPerMinute, tokensPerMinute },
            quota: {
              ...(requestsPerMinute && { requests_per_second: perSecond, burst: 2 + perSecond * 0.05 }),
              ...(tokensPerMinute && { tokens_per_minute: tokensPerMinute }),
              burndown: scenario.burndown,
            },
          });
          expect({ rejected, failed }).to.deep.equal({ rejected: 0, failed: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("sends calls in the order they came", async () => {
    const { sentAt, send } = pacing([]);
    await send(rows(50));
    expect(sentAt.map(({ body }) => body)).to.deep.equal(rows(50));
  });

  it("sends a throttled row before those that came after it", async () => {
    const { sentAt, send } = pacing([answerOf("{}"), failureOf("throttled_requests")]);
    await send(rows(5));
    expect(sentAt.map(({ body }) => body)).to.deep.equal([
      "row 0",
      "row 1",
      "row 1",
      "row 2",
      "row 3",
      "row 4",
    ]);
  });

  it("does not send a granted call whose run has ended before its moment", async () => {
    const { sentAt, results, run, clock, send } = pacing(
      [],
      { ...learned, requestsPerMinute: 60 },
      { writtenAt: 3000 },
    );
    clock.after(3500, () => run.end("too_many_failures"));
    await send(rows(10));
    expect(sentAt).to.have.length(1);
    expect(results[9]).to.have.nested.property("error.code", "too_many_failures");
  });

  it("asks again after five minutes at the latest, whatever the service asks for", async () => {
    const throttle = failureOf("throttled_requests");
    const error = Object.assign(Object.create(throttle.error), { retryAfterMs: 86_400_000 });
    const { sentAt, send } = pacing([{ ...throttle, error }]);
    await send(rows(2));
    expect(sentAt[1]?.at).to.be.within(299_000, 310_000);
  });

  it("goes on soon when a small quota that something else has used up comes back", async () => {
    const minute = 60_000;
    const { clock, sentAt, send } = pacing(
      (at) => (at > minute && at < 3 * minute ? failureOf("throttled_requests") : answerOf("{}")),
      { ...learned, requestsPerMinute: 10 },
    );
    await send(rows(30));
    expect(clock.now()).to.be.below(7 * minute);
    expect(sentAt.filter(({ at }) => at >= 3 * minute)[0]?.at).to.be.below(3 * minute + 5000);
  });

  it("finds the quota of one thread that waits for each answer", async () => {
    const { sentAt, rejected } = await oneByOne({ perMs: 110 / 60_000, answerMs: 500, count: 400 });
    expect(rejected / sentAt).to.be.below(0.05);
  });

  it("sends a throttled row again by itself, and says how often it was rejected", async () => {
    const { results, send } = pacing([
      failureOf("throttled_requests"),
      failureOf("throttled_tokens"),
      failureOf("throttled_requests"),
    ]);
    await send(["row"]);
    expect(results).to.deep.equal([
      { ...answerOf("{}"), attempts: 4, rejections: { throttled_requests: 2, throttled_tokens: 1 } },
    ]);
  });

  it("waits as long as the service asks, all rows together", async () => {
    const throttle = failureOf("throttled_requests");
    const error = Object.assign(Object.create(throttle.error), { retryAfterMs: 7000 });
    const { sentAt, send } = pacing([{ ...throttle, error }]);
    await send(rows(3));
    expect(sentAt[1]?.at).to.be.at.least(7000);
  });

  it("gives a row up only when no call at all was let in for five minutes", async () => {
    const { clock, results, send } = pacing(
      Array.from({ length: 10_000 }, () => failureOf("throttled_requests")),
    );
    await send(["row"]);
    expect(clock.now())
      .to.be.above(5 * 60_000)
      .and.below(5 * 60_000 + 5000);
    expect(results[0]).to.have.nested.property("error.code", "throttled_requests");
  });

  it("is not slowed down by calls that fail for other reasons", async () => {
    const failures = (["service_error", "deadline_exceeded", "invalid_request", "overloaded"] as const).map(
      (code) => failureOf(code),
    );
    const failing = Array.from({ length: 100 }, (_, row) => failures[row % 4] as Result);
    const { clock, send } = pacing(failing, learned, { sendsAgain: false });
    await send(rows(100));
    const untroubled = pacing([]);
    await untroubled.send(rows(100));
    expect(clock.now()).to.be.closeTo(untroubled.clock.now(), 50);
  });

  it("sends nothing more for a run that has ended", async () => {
    const { sentAt, results, run, clock, send } = pacing([], { ...learned, requestsPerMinute: 1 });
    clock.after(1000, () => run.end("budget_reached"));
    await send(rows(2));
    expect(sentAt).to.have.length(1);
    expect(results[1]).to.have.nested.property("error.code", "budget_reached");
  });

  it("lets go of a row that waits when its run is stopped", async () => {
    const { sentAt, results, clock, send } = pacing([], { ...learned, requestsPerMinute: 1 });
    const stop = new AbortController();
    clock.after(1000, () => stop.abort());
    await send(rows(2), stop.signal);
    expect(clock.now()).to.equal(1000);
    expect(sentAt).to.have.length(1);
    expect(results[1]).to.have.nested.property("error.code", "stopped");
  });

  it("spaces calls that a slow disk has bunched", async () => {
    const { sentAt, send } = pacing([], { ...learned, requestsPerMinute: 600 }, { writtenAt: 3000 });
    await send(rows(60));
    const gaps = sentAt.slice(1).map(({ at }, index) => at - (sentAt[index]?.at ?? 0));
    expect(sentAt[0]?.at).to.equal(3000);
    expect(Math.min(...gaps)).to.be.above(85);
    expect(Math.max(...gaps)).to.be.below(115);
  });

  it("does not send a granted call whose run is stopped before its moment", async () => {
    const { sentAt, results, clock, send } = pacing(
      [],
      { ...learned, requestsPerMinute: 60 },
      { writtenAt: 3000 },
    );
    const stop = new AbortController();
    clock.after(3500, () => stop.abort());
    await send(rows(10), stop.signal);
    expect(sentAt).to.have.length(1);
    expect(results.filter((result) => "error" in result && result.error.code === "stopped")).to.have.length(
      9,
    );
  });

  it("holds granted calls back too, when one before them was throttled", async () => {
    const throttle = failureOf("throttled_requests");
    const error = Object.assign(Object.create(throttle.error), { retryAfterMs: 7000 });
    const { sentAt, send } = pacing(
      [{ ...throttle, error }],
      { ...learned, requestsPerMinute: 600 },
      { writtenAt: 1000 },
    );
    await send(rows(5));
    expect(sentAt[1]?.at).to.be.at.least(8000);
  });

  it("goes on after a call of unknown outcome, which may have taken all that it had set aside", async () => {
    const { clock, send } = pacing(
      Array.from({ length: 60 }, (_, call) => {
        if (call === 50) return failureOf("deadline_exceeded");
        return call % 11 === 4 ? failureOf("throttled_tokens") : answerOf("{}");
      }),
    );
    for (let job = 0; job < 4; job++) await send(rows(10));
    const from = clock.now();
    await send(rows(20));
    expect(clock.now() - from).to.be.below(30_000);
  });

  it("does not take the pauses between small jobs for the quota", async () => {
    const { clock, send } = pacing(
      Array.from({ length: 110 }, (_, call) =>
        call % 11 === 4 ? failureOf("throttled_requests") : answerOf("{}"),
      ),
    );
    const took: number[] = [];
    for (let job = 0; job < 10; job++) {
      const from = clock.now();
      await send(rows(10));
      took.push(clock.now() - from);
      await clock.pass(2000);
    }
    expect(Math.max(...took)).to.be.below(6000);
  });

  it("lowers concurrency, not its rate, when the service is overloaded", async () => {
    const { rejected, failed, wallMs } = await simulate({
      quota: { overload_above: 10 },
      rows: 500,
      concurrency: 40,
      latencyMs: 200,
    });
    expect(failed).to.equal(0);
    // Ten at once, five times a second, is what the service can do.
    expect(wallMs).to.be.below(2.5 * ((500 / 50) * 1000));
    expect(rejected).to.be.below(100);
  });

  it("does not hold back calls where there is no quota", async () => {
    const { wallMs, mostInFlight, rejected } = await simulate({
      quota: {},
      rows: 6000,
      concurrency: 50,
      latencyMs: 200,
    });
    expect({ mostInFlight, rejected }).to.deep.equal({ mostInFlight: 50, rejected: 0 });
    expect(6000 / wallMs).to.be.above(0.85 * (50 / 210));
  });
});
