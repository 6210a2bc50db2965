import type { TrackingMessage } from "../../../generated/protocol.js";
import type { Context, Written } from "../context.js";
import type { Trouble } from "../exchange.js";
import { contentOf } from "../message-content.js";
import { manyRecords, mustCall, mustCount, mustSucceed, record, theWrittenRow, without } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown, within } from "../violation.js";
import { mustEnd } from "./refusals.js";

/** One record, written with a deadline, which must end the call. A busy machine may be late by seconds. */
const writeToDeadline = ({ write, descriptor, slack }: Context): Promise<Written> => {
  const { change = {}, seconds = 1 } = descriptor.deadline ?? {};
  return within(Math.max(8, seconds * 4) * slack, () => write(manyRecords(descriptor, 1), { change }));
};

/** One record meets this; whether it was paid for is unknown, so it must not be sent again. */
const mustHold = async (context: Context, trouble: Trouble): Promise<void> => {
  context.wire.disturb(() => trouble);
  mustEnd(theWrittenRow(await writeToDeadline(context)), { status: "held", billed: "unknown" });
  mustCall(context.wire.calls(), 1);
};

const oddBodies: readonly string[] = ["<html>Bad gateway</html>", "", "[1,2]", '{"a":'];

const hostile: readonly unknown[] = [
  null,
  {},
  [],
  "x",
  7,
  { destination: null },
  { destination: { connection_specification: "x" } },
];

/** What breaks on the way, and what comes back broken. */
export const breaks: readonly Rule[] = [
  {
    id: "F03",
    what: "a call that passes its deadline is sent once and held as unknown",
    needs: ["server", "calls", "outcome", "deadline"],
    run: (context) => mustHold(context, "stall"),
  },
  {
    id: "F04",
    what: "a call whose connection breaks after sending is sent once and held as unknown",
    needs: ["server", "calls", "outcome"],
    run: (context) => mustHold(context, "reset"),
  },
  {
    id: "F05",
    what: "a refused connection is tried again",
    needs: ["server", "calls"],
    async run({ write, descriptor, wire, goOn }) {
      await wire.shut();
      const writing = write(manyRecords(descriptor, 1));
      await Promise.race([writing, goOn()]);
      await wire.reopen();
      mustSucceed(await writing, 1);
      mustCall(wire.calls(), 1);
    },
  },
  {
    id: "F08",
    what: "an answer that stalls in its middle ends at the deadline too",
    needs: ["server", "calls", "deadline"],
    async run(context) {
      context.wire.disturb(() => "stall_body");
      mustCount(await writeToDeadline(context), { success: 0, failed: 1 });
      mustCall(context.wire.calls(), 1);
    },
  },
  {
    id: "F09",
    what: "an answer that cannot be read fails its record as paid for, with the tokens that its headers count",
    needs: ["server", "calls", "outcome"],
    async run({ write, descriptor, wire }) {
      const { input_tokens, output_tokens } = descriptor.calls ?? {};
      const headers = {
        ...(input_tokens && { [input_tokens]: "12" }),
        ...(output_tokens && { [output_tokens]: "34" }),
      };
      for (const [index, body] of oddBodies.entries()) {
        wire.disturb(() => ({ status: 200, headers, body }));
        const written = await write([record(descriptor, index, {})], { run: `odd ${index}` });
        mustCount(written, { success: 0, failed: 1 });
        const outcome = theWrittenRow(written);
        must(outcome.billed === "yes", `billed is ${shown(outcome.billed)} after the answer ${shown(body)}`);
        if (input_tokens && descriptor.outcome?.input_tokens)
          must(outcome.read("input_tokens") === 12, `the answer ${shown(body)} lost its input tokens`);
        if (output_tokens && descriptor.outcome?.output_tokens)
          must(outcome.read("output_tokens") === 34, `the answer ${shown(body)} lost its output tokens`);
        mustCall(wire.calls(), index + 1);
      }
    },
  },
  {
    id: "F10",
    what: "an answer that a token limit cut off says so",
    needs: ["server", "calls", "outcome", "answers.truncated"],
    async run({ write, descriptor, wire }) {
      wire.disturb(() => descriptor.answers?.truncated);
      const outcome = theWrittenRow(await write(manyRecords(descriptor, 1)));
      must(outcome.read("truncated") === true, `truncated is ${shown(outcome.read("truncated"))}`);
      mustEnd(outcome, { billed: "yes" });
      mustCall(wire.calls(), 1);
    },
  },
  {
    id: "F11",
    what: "an answer that does not fit the output schema fails its record with a code of its own",
    needs: ["server", "calls", "outcome", "output_schema"],
    async run({ write, descriptor, wire }) {
      const { change = {}, answer, code } = descriptor.output_schema ?? {};
      wire.disturb(() => answer);
      const written = await write(manyRecords(descriptor, 1), { change });
      mustCount(written, { success: 0, failed: 1 });
      mustEnd(theWrittenRow(written), { code, billed: "yes" });
    },
  },
  {
    id: "F12",
    what: "of records written together, only the bad ones fail",
    needs: ["server", "outcome", "text_column"],
    async run({ write, descriptor }) {
      const good = manyRecords(descriptor, 7);
      const records = good.map((row, index) =>
        index % 3 === 1 ? without(row, descriptor.text_column ?? "") : row,
      );
      const written = await write(records);
      mustCount(written, { success: 5, failed: 2 });
      const ended = written.rows().map(({ status }) => status);
      for (const [index, status] of ended.entries())
        must((status === "enriched") === (index % 3 !== 1), `record ${index + 1} is ${shown(status)}`);
    },
  },
  {
    id: "F16",
    what: "write never throws: whatever it is given, it answers with a count of the records",
    async run({ adapter, descriptor }) {
      for (const sync of hostile) {
        const message = await adapter.call("write", sync, descriptor.records);
        const { success = 0, failed = 0 } = contentOf<TrackingMessage>(message, "tracking");
        must(
          success + failed === descriptor.records.length,
          `${success + failed} records are counted for ${shown(sync)}`,
        );
      }
    },
  },
];
