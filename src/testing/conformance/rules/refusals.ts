import type { Context, WrittenRow } from "../context.js";
import type { Exchange } from "../exchange.js";
import { manyRecords, mustCall, mustCount, mustSucceed, record, theWrittenRow } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";
import { createWaves } from "../waves.js";

/** Ends the rule unless the outcome is this. */
export const mustEnd = (
  outcome: WrittenRow,
  wanted: Partial<Pick<WrittenRow, "status" | "code" | "billed">>,
): void => {
  for (const [key, value] of Object.entries(wanted)) {
    const has = outcome[key as "status"];
    must(has === value, `${key} is ${shown(has)}, not ${shown(value)} (${shown(outcome.code)})`);
  }
};

/** The first calls meet `answer`, the others the service. */
const firstCalls = (
  count: number,
  context: Context,
  answer: Exchange["answered"] | object | undefined,
): void => context.wire.disturb(({ number }) => (number <= count ? (answer as never) : undefined));

/** What the service refuses: sent again only where that is free and may help. */
export const refusals: readonly Rule[] = [
  {
    id: "F01",
    what: "each refusal of the service ends in its own code, with what is known of the bill",
    needs: ["server", "calls", "outcome", "refusals"],
    async run({ write, descriptor, wire }) {
      for (const { name, answer, code, billed, retryable } of descriptor.refusals ?? []) {
        const before = wire.calls().length;
        wire.disturb(() => answer);
        const written = await write(manyRecords(descriptor, 1), { run: name });
        mustCount(written, { success: 0, failed: 1 });
        const outcome = theWrittenRow(written);
        must(outcome.code === code, `${name}: the code is ${shown(outcome.code)}, not ${code}`);
        must(outcome.billed === billed, `${name}: billed is ${shown(outcome.billed)}, not ${billed}`);
        if (retryable !== undefined)
          must(outcome.read("retryable") === retryable, `${name}: retryable is not ${retryable}`);
        mustCall(wire.calls().slice(before), 1);
      }
    },
  },
  {
    id: "F02",
    what: "a throttled call is sent again: one record, one success, two requests",
    needs: ["server", "calls", "answers.throttled"],
    async run(context) {
      const { write, descriptor, wire } = context;
      firstCalls(1, context, descriptor.answers?.throttled);
      mustSucceed(await write(manyRecords(descriptor, 1)), 1);
      mustCall(wire.calls(), 2);
    },
  },
  {
    id: "F06",
    what: "a used-up day quota ends the run; the rest is not sent",
    needs: ["server", "calls", "outcome", "answers.daily_quota"],
    async run({ write, descriptor, wire }) {
      wire.disturb(() => descriptor.answers?.daily_quota);
      const written = await write(manyRecords(descriptor, 30));
      mustCount(written, { success: 0, failed: 30 });
      must(wire.calls().length < 30, `${wire.calls().length} calls were made for 30 records`);
      mustEnd(written.rows()[29] as WrittenRow, { status: "not_sent", billed: "no" });
    },
  },
  {
    id: "F07",
    what: "overload lowers the number of open calls, good answers raise it again, and no record is lost",
    needs: ["server", "calls", "concurrency", "answers.overloaded"],
    async run({ write, descriptor, wire, goOn }) {
      const { change = {}, most = 1 } = descriptor.concurrency ?? {};
      const waves = createWaves(goOn);
      const run = async (from: number, count: number, refused: number) => {
        const before = wire.calls().length;
        let early = 0;
        wire.mostOpen();
        wire.disturb(({ number }) => {
          const place = number - before - refused;
          if (place === 1) wire.mostOpen();
          if (place === most + 1) early = wire.mostOpen();
          return place <= 0 ? descriptor.answers?.overloaded : waves.next();
        });
        const records = manyRecords(descriptor, from + count).slice(from);
        mustSucceed(await waves.until(write(records, { change })), count);
        return { early, whole: Math.max(early, wire.mostOpen()) };
      };
      const first = (await run(0, most * 3, 0)).whole;
      const overloaded = (await run(most * 3, most * 4, most)).early;
      const recovered = (await run(most * 7, most * 6, 0)).whole;
      must(overloaded < first, `${overloaded} calls were open after the overload, ${first} before`);
      must(recovered > overloaded, `${recovered} calls were open in the end, ${overloaded} in the overload`);
    },
  },
  {
    id: "F13",
    what: "refusals alike, one after the other, end the run before all records meet them",
    needs: ["server", "calls", "answers.denied"],
    async run({ write, descriptor, wire }) {
      wire.disturb(() => descriptor.answers?.denied);
      mustCount(await write(manyRecords(descriptor, 40)), { success: 0, failed: 40 });
      must(wire.calls().length < 40, "every one of 40 records was sent into the same refusal");
    },
  },
  {
    id: "F14",
    what: "credentials that expire in mid-run are fetched anew once, and no record fails",
    needs: ["server", "calls", "session", "answers.expired"],
    async run({ write, descriptor, wire }) {
      const change = descriptor.session ?? {};
      const records = manyRecords(descriptor, 9);
      mustSucceed(await write(records.slice(0, 1), { change }), 1);
      const old = wire.calls().map(identityOf);
      wire.disturb((call) => (old.includes(identityOf(call)) ? descriptor.answers?.expired : undefined));
      mustSucceed(await write(records.slice(1), { change }), 8);
      const identities = new Set(wire.calls().map(identityOf));
      must(
        identities.size === 2,
        `credentials were fetched ${identities.size - 1} times after they had expired, not once`,
      );
    },
  },
  {
    id: "F15",
    what: "a throttled call waits at least as long as the service asks",
    needs: ["server", "calls", "answers.throttled"],
    async run(context) {
      const { write, descriptor, wire } = context;
      const { throttled } = descriptor.answers ?? {};
      firstCalls(1, context, { ...throttled, headers: { ...throttled?.headers, "retry-after": "1" } });
      mustSucceed(await write([record(descriptor, 1, {})]), 1);
      const [first, second] = wire.calls();
      const waited = (second?.at ?? 0) - (first?.at ?? 0);
      // Timers may fire a little early.
      must(waited >= 990, `it was sent again after ${Math.round(waited)} ms, though asked to wait 1 s`);
    },
  },
];

/** Who a request is signed as: the key id of a signature, else the whole header. */
const identityOf = ({ headers: { authorization = "" } }: Exchange): string =>
  /Credential=([^/]+)/.exec(authorization)?.[1] ?? authorization;
