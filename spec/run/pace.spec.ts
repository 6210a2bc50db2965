import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { type FailedInvocation, type Invocation, type Invoke, unsent } from "../../src/core/invoke.js";
import { leaveInTime, pace } from "../../src/run/pace.js";
import { createPacer, type ToldQuota } from "../../src/run/pacer/pacer.js";
import { createReservations } from "../../src/run/pacer/reservation.js";
import { createRun } from "../../src/run/run-state.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";
import { virtualClock } from "../support/virtual-clock.js";

type Result = Invocation | FailedInvocation;

const running = new AbortController().signal;

/** An account whose pacer several runs share, and when each of their calls left. */
const accountOf = (told: Partial<ToldQuota>) => {
  const clock = virtualClock();
  const pacer = createPacer({ tokensPerMinute: null, requestsPerMinute: null, ...told }, clock);
  const sentAt: number[] = [];
  /** A run whose calls end with these results, and then with answers. `unable` ends them before they leave. */
  const begin = (results: Result[] = [], unable: FailedInvocation | null = null) => {
    const run = createRun({ count: null, percent: null });
    const reservations = createReservations({ burndown: 1, unlimited: 4096, told: false });
    const call: Invoke = async () => {
      sentAt.push(clock.now());
      return results.shift() ?? answerOf("{}");
    };
    const granted = unable ? async () => unable : leaveInTime({ run, reservations }, call);
    const invoke = pace({ pacer, reservations, run, again: false }, granted);
    const send = () => clock.until(invoke(requestOf("{}", { maxTokens: 10_000 }), running));
    return { run, reservations, send };
  };
  return { clock, pacer, sentAt, begin };
};

describe("what the end of a call tells the pacer", () => {
  it("that was granted when its run had ended: its place is another run's", async () => {
    const { clock, sentAt, begin } = accountOf({ requestsPerMinute: 1 });
    const ended = begin();
    await ended.send();
    clock.after(30_000, () => ended.run.end("budget_reached"));
    expect(await ended.send()).to.have.nested.property("error.code", "budget_reached");
    await begin().send();
    expect(sentAt[1]).to.be.within(60_000, 61_000);
  });

  it("that could not be sent: its place is another call's", async () => {
    const { sentAt, begin } = accountOf({ requestsPerMinute: 1 });
    await begin([], unsent(new ConnectorError("ledger_unwritable"))).send();
    await begin().send();
    expect(sentAt[0]).to.be.below(1000);
  });

  const ends: [what: string, result: Result, fromMs: number, untilMs: number][] = [
    ["that was refused, which is not billed: it took no tokens", failureOf("invalid_request"), 0, 100],
    ["that was answered: it took what was counted", answerOf("{}"), 0, 100],
    // 12,000 a minute, of which a second is left alone; two calls set 20,002 aside.
    ["that may be billed: it took all that it had set aside", failureOf("deadline_exceeded"), 40_000, 42_000],
  ];
  for (const [what, result, fromMs, untilMs] of ends)
    it(what, async () => {
      const { sentAt, begin } = accountOf({ tokensPerMinute: 12_000 });
      const run = begin([result]);
      await run.send();
      await run.send();
      expect(sentAt[1]).to.be.within(fromMs, untilMs);
    });

  it("that met the token quota: what calls set aside matters from then on", async () => {
    const { reservations, send } = accountOf({}).begin([
      ...Array.from({ length: 100 }, () => answerOf("{}")),
      failureOf("throttled_requests"),
      failureOf("throttled_tokens"),
    ]);
    for (let call = 0; call < 101; call++) await send();
    expect(reservations.advice()).to.equal(null);
    await send();
    expect(reservations.advice()).to.include({ max_tokens: 10_000 });
  });

  it("that is written down yet: the pacer knows before the ledger does", async () => {
    const { clock, pacer } = accountOf({});
    const run = createRun({ count: null, percent: null });
    const reservations = createReservations({ burndown: 1, unlimited: 4096, told: false });
    const send = leaveInTime({ run, reservations }, async () => answerOf("{}"));
    const written = new Promise<void>((resolve) => clock.after(10_000, resolve));
    const invoke = pace({ pacer, reservations, run, again: false }, async (...call) => {
      const result = await send(...call);
      await written;
      return result;
    });
    await clock.pass(1000);
    await clock.until(invoke(requestOf("{}", { maxTokens: 10_000 }), running));
    expect([clock.now(), pacer.lastAdmittedAt()]).to.deep.equal([10_000, 1000]);
  });

  it("that was let in: then was the last time, and not when another was rejected or not sent", async () => {
    const { clock, pacer, begin } = accountOf({});
    const run = begin([answerOf("{}"), failureOf("overloaded"), failureOf("throttled_requests")]);
    const times: number[] = [];
    for (let call = 0; call < 3; call++) {
      await clock.pass(1000);
      await run.send();
      times.push(pacer.lastAdmittedAt());
    }
    await begin([], unsent(new ConnectorError("stopped"))).send();
    expect([...times, pacer.lastAdmittedAt()]).to.deep.equal([1000, 2000, 2000, 2000]);
  });
});
