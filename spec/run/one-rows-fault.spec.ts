import { setMaxListeners } from "node:events";
import { expect } from "chai";
import fc from "fast-check";
import { ConnectorError, type ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, Invoke } from "../../src/core/invoke.js";
import { circuitBreaker } from "../../src/run/circuit-breaker.js";
import { createSlots, limit } from "../../src/run/concurrency.js";
import { createRun } from "../../src/run/run-state.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";
import { virtualClock } from "../support/virtual-clock.js";

type Result = Invocation | FailedInvocation;

/** How a host hands rows over: so many wait at once, and so many calls are open. */
const hosts = {
  "a stream, read ahead": { ahead: 200, slots: 20 },
  "a stream, one call at a time": { ahead: 200, slots: 1 },
  "twenty threads": { ahead: 20, slots: 20 },
  "one row after the other": { ahead: 1, slots: 1 },
} as const;

/** Rows through the breaker in virtual time: each call takes some milliseconds and comes to what `meet` says. */
const send = async (
  rows: number,
  { ahead, slots }: (typeof hosts)[keyof typeof hosts],
  meet: (row: number, call: number) => Result,
) => {
  const clock = virtualClock(rows);
  const run = createRun({ count: null, percent: null });
  let calls = 0;
  const call: Invoke = async ({ body }) => {
    const nth = ++calls;
    await new Promise<void>((resolve) => clock.after(1 + clock.random() * 50, resolve));
    return meet(Number(body), nth);
  };
  const breaker = circuitBreaker(run, clock);
  const invoke = breaker.guard(limit(createSlots(slots), breaker.recheck(breaker.watch(call))));
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const codes: string[] = [];
  let next = 0;
  const thread = async (): Promise<void> => {
    while (next < rows) {
      const row = next++;
      const result = await invoke(requestOf(String(row)), signal);
      codes[row] =
        "error" in result ? result.error.code : result.reply instanceof ConnectorError ? "unreadable" : "ok";
    }
  };
  await clock.until(Promise.all(Array.from({ length: Math.min(ahead, rows) }, thread)));
  return { codes, calls, run, seconds: clock.now() / 1000 };
};

const ok = answerOf("{}");
const page: FailedInvocation = {
  error: new ConnectorError("access_denied", "403, and the answer is not Bedrock's", { scope: "either" }),
  attempts: 1,
};

/** What one row may meet for its own sake. */
const faults: Readonly<Record<string, Result>> = {
  "a 400 of unknown cause": failureOf("invalid_request"),
  "a proxy's page": page,
  "a failure of the service": failureOf("service_error"),
  "a deadline": failureOf("deadline_exceeded"),
  "a lost connection": failureOf("connection_lost"),
  "an answer that is no JSON": { ...ok, reply: new ConnectorError("unreadable_response") },
  "too long an input": failureOf("input_too_long"),
};

describe("three bad rows among fifty good ones, in any order", () => {
  for (const [host, way] of Object.entries(hosts))
    for (const [name, fault] of Object.entries(faults))
      it(`cost nothing else: ${name}, ${host}`, async () => {
        const order = fc.uniqueArray(fc.nat(52), { minLength: 3, maxLength: 3 });
        await fc.assert(
          fc.asyncProperty(order, async (bad) => {
            const { codes, calls } = await send(53, way, (row) => (bad.includes(row) ? fault : ok));
            expect(codes.filter((code) => code === "ok")).to.have.length(50);
            expect(calls).to.equal(53);
          }),
          { numRuns: 12, examples: [[[0, 1, 2]], [[0, 1, 52]], [[50, 51, 52]], [[20, 21, 22]]] },
        );
      });

  it("are a third of the rows, or as many in front, where rows wait to be picked from", async () => {
    for (const bad of [(row: number) => row % 3 === 0, (row: number) => row < 60])
      for (const fault of [failureOf("invalid_request"), failureOf("service_error"), page]) {
        const { codes } = await send(180, hosts["a stream, read ahead"], (row) => (bad(row) ? fault : ok));
        expect(codes.filter((code) => code === "ok")).to.have.length(120);
      }
  });

  it("may be ten equal ones in front of a host that hands over one row at a time", async () => {
    const { codes } = await send(40, hosts["one row after the other"], (row) =>
      row < 4 ? failureOf("invalid_request") : ok,
    );
    expect(codes.filter((code) => code === "ok")).to.have.length(36);
  });
});

describe("what every row meets", () => {
  const codes: readonly ErrorCode[] = [
    "invalid_request",
    "service_error",
    "deadline_exceeded",
    "connection_lost",
  ];
  for (const [host, way] of Object.entries(hosts)) {
    for (const code of codes)
      it(`is known after five calls: ${code}, ${host}`, async () => {
        const { calls, run, codes: met } = await send(300, way, () => failureOf(code));
        expect(calls).to.equal(5);
        expect(run.ended()).to.include({ code: "run_broken" });
        expect(run.ended()?.message).to.contain(code);
        expect(met.filter((each) => each === "run_broken")).to.have.length(295);
      });

    it(`is known after five calls: a proxy's page, ${host}`, async () => {
      expect((await send(300, way, () => page)).calls).to.equal(5);
    });

    it(`is known after what is open and five more, where it begins in mid-run: ${host}`, async () => {
      const { calls, run, seconds } = await send(500, way, (_, call) =>
        call <= 100 ? ok : failureOf("service_error"),
      );
      // The first three, what is open by then, and five probes.
      expect(calls).to.be.within(105, 100 + 3 + way.slots + 5);
      expect(run.ended()).to.include({ code: "run_broken" });
      // A proxy that starts anew is given some time to come back.
      expect(seconds).to.be.within(15, 30);
    });
  }

  it("is not what all open calls meet at one moment", async () => {
    const { codes: met, run } = await send(500, hosts["a stream, read ahead"], (_, call) =>
      call > 100 && call <= 116 ? failureOf("connection_lost") : ok,
    );
    expect(run.ended()).to.equal(null);
    expect(met.filter((code) => code === "ok")).to.have.length(484);
  });

  it("is not what a throttled first row meets: the others do not wait for it", async () => {
    const calls: string[] = [];
    const breaker = circuitBreaker(createRun({ count: null, percent: null }), virtualClock());
    // The first row is throttled and goes again later, as in the retry loop around the call.
    const call = breaker.watch(async ({ body }) => {
      calls.push(body);
      return body === "first" ? failureOf("throttled_requests") : ok;
    });
    const held = new Promise<Result>(() => undefined);
    const invoke = breaker.guard(async (request, stop) => {
      const result = await call(request, stop);
      return request.body === "first" ? held : result;
    });
    const { signal } = new AbortController();
    void invoke(requestOf("first"), signal);
    expect(await invoke(requestOf("second"), signal)).to.equal(ok);
    expect(calls).to.deep.equal(["first", "second"]);
  });
});
