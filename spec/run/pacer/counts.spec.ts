import { setMaxListeners } from "node:events";
import { expect } from "chai";
import type { Invoke } from "../../../src/core/invoke.js";
import type { Family } from "../../../src/models/families/family.js";
import { families } from "../../../src/models/families/index.js";
import { familyOf } from "../../../src/models/find-family.js";
import { readAnswer } from "../../../src/models/read-answer.js";
import { composeInvoke } from "../../../src/run/compose.js";
import { createSlots } from "../../../src/run/concurrency.js";
import { createPacer } from "../../../src/run/pacer/pacer.js";
import { createReservations } from "../../../src/run/pacer/reservation.js";
import { createRun } from "../../../src/run/run-state.js";
import { requestOf } from "../../support/requests.js";
import { virtualClock } from "../../support/virtual-clock.js";

const rows = 400;
const claude = families.find(({ name }) => name === "claude") ?? null;
const ways: readonly (readonly [string, Family | null, object, object])[] = [
  ["in headers", claude, {}, { inputTokens: 20, outputTokens: 10 }],
  ["in the body alone", claude, { usage: { input_tokens: 20, output_tokens: 10 } }, {}],
  ["in the body of Converse", familyOf("converse"), { usage: { inputTokens: 20, outputTokens: 10 } }, {}],
];

describe("a told token quota", () => {
  for (const [way, family, body, counts] of ways)
    it(`gets back what a call set aside and did not take, where the counts stand ${way}`, async () => {
      const clock = virtualClock();
      const read = (request: { body: string }) =>
        readAnswer(family, request.body, {
          body: JSON.stringify(body),
          counts,
          latencyMs: 200,
          requestId: null,
          attempts: 1,
        });
      const call: Invoke = async (request) => {
        await new Promise<void>((resolve) => clock.after(200, resolve));
        return read(request);
      };
      const invoke = composeInvoke({
        connection: { ceilings: { rows: null, tokens: null, usd: null, prices: null } },
        onUnknown: "hold",
        run: createRun({ count: null, percent: null }),
        slots: createSlots(20),
        pacer: createPacer({ tokensPerMinute: 12_000, requestsPerMinute: 100_000 }, clock),
        reservations: createReservations({ burndown: 1, unlimited: 4096, told: true }),
        underway: new Map(),
        ledger: null,
        read,
        call,
      });
      const { signal } = new AbortController();
      setMaxListeners(0, signal);
      let ended = 0;
      for (let row = 0; row < rows; row++)
        void invoke(requestOf(`row ${row}`, { key: `${row}`, maxTokens: 1000 }), signal).then(() => ended++);
      await clock.run(() => ended === rows);
      // All rows take 12,000 tokens together: a minute's worth. As set aside they would be 400,000.
      expect(clock.now()).to.be.below(120_000);
    });
});
