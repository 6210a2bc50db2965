import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { FailedInvocation, Invocation } from "../../src/core/invoke.js";
import { composeInvoke } from "../../src/run/compose.js";
import { createSlots } from "../../src/run/concurrency.js";
import { createPacer } from "../../src/run/pacer/pacer.js";
import { createReservations } from "../../src/run/pacer/reservation.js";
import { createRun } from "../../src/run/run-state.js";
import { answerOf, failureOf, readPlainly, requestOf } from "../support/requests.js";
import { virtualClock } from "../support/virtual-clock.js";

describe("composeInvoke", () => {
  it("with a ledger: what was sent before any doubt came up does not end it", async () => {
    const clock = virtualClock();
    const open = new Map<string, (result: Invocation | FailedInvocation) => void>();
    const invoke = composeInvoke({
      connection: { ceilings: { rows: null, tokens: null, usd: null, prices: null } },
      onUnknown: "hold",
      run: createRun({ count: null, percent: null }),
      slots: createSlots(10),
      pacer: createPacer({ tokensPerMinute: null, requestsPerMinute: null }, clock),
      reservations: createReservations({ burndown: 1, unlimited: 4096, told: false }),
      underway: new Map(),
      ledger: { find: () => null, append: async () => undefined, hold: () => () => undefined },
      read: readPlainly,
      call: ({ key }) => new Promise((resolve) => open.set(key, resolve)),
    });
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) {
        await setImmediate();
        await clock.pass(1000);
      }
    };
    const send = async (...keys: string[]): Promise<void> => {
      for (const key of keys) void invoke(requestOf(key, { key }), signal);
      await settle();
    };
    const end = async (key: string, result: Invocation | FailedInvocation): Promise<void> => {
      open.get(key)?.(result);
      open.delete(key);
      await settle();
    };
    const answer = answerOf("{}");
    await send("first");
    await end("first", answer);
    await send("a", "b", "c", "early");
    for (const key of ["a", "b", "c"]) await end(key, failureOf("deadline_exceeded"));
    await send("probe", "waits");
    await end("early", answer);
    expect([...open.keys()]).to.deep.equal(["probe"]);
    await end("probe", answer);
    expect([...open.keys()]).to.deep.equal(["waits"]);
  });
});
