import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Adapter } from "../adapter.js";
import { type Context, createContext } from "../context.js";
import { manyRecords, mustCall, mustCount, mustSucceed, record, theWrittenRow } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";

/** Gives the rule a process beside its own adapter, which it may kill, and ends it. */
const withAnother = async ({ adapter }: Context, use: (other: Adapter) => Promise<void>): Promise<void> => {
  const other = await adapter.apart();
  try {
    await use(other);
  } finally {
    await other.kill();
  }
};

const count = 6;
/** How many of the records are answered when the process is killed; what is sent by then is on its way. */
const killPoints: readonly number[] = [0, 1, count];

/** Writes in a process that is killed at this point, and again in one that lives, with a ledger of their own. */
const killAt = (answered: number, context: Context): Promise<void> =>
  withAnother(context, async (other) => {
    const folder = join(context.folder, `killed-after-${answered}`);
    await mkdir(folder);
    const { write, descriptor, wire, goOn } = createContext({ ...context, folder });
    const { change = {} } = descriptor.ledger ?? {};
    const records = manyRecords(descriptor, count);
    const before = wire.calls().length;
    const calls = () => wire.calls().slice(before);
    wire.disturb(({ number }) => (number > before + answered ? "stall" : undefined));
    const writing = write(records, { change, adapter: other }).catch(() => undefined);
    const expected = Math.min(answered + 1, count);
    while (calls().length < expected && (await Promise.race([writing, sleep(5, "going")])) === "going");
    must(calls().length >= expected, `${calls().length} of ${expected} calls came before the kill`);
    // What was answered has reached the ledger by then.
    await (answered === count ? writing : goOn(other));
    await other.kill();
    wire.disturb(() => undefined);
    const { success, failed } = await write(records, { change });
    const when = `killed after ${answered} of ${count} answers`;
    must(success + failed === count, `${when}: ${success + failed} records are counted`);
    must(success >= answered, `${when}: ${success} records succeeded`);
    const bodies = calls().map(({ body }) => body);
    const twice = bodies.length - new Set(bodies).size;
    must(twice === 0, `${when}: ${twice} requests were sent twice`);
  });

/** State and money: what was paid for stays paid for. */
export const ledger: readonly Rule[] = [
  {
    id: "L01",
    what: "killed before, between or after the answers and started again, it sends no request twice",
    needs: ["server", "calls", "ledger", "process"],
    async run(context) {
      for (const answered of killPoints) await killAt(answered, context);
    },
  },
  {
    id: "L02",
    what: "a ledger whose last line is torn is taken up",
    needs: ["server", "calls", "ledger", "process"],
    run: (context) =>
      withAnother(context, async (other) => {
        const { write, descriptor, folder, wire } = context;
        const { change = {}, file = "" } = descriptor.ledger ?? {};
        const records = manyRecords(descriptor, 3);
        mustSucceed(await write(records, { change, adapter: other }), 3);
        await other.close();
        await appendFile(join(folder, file), '{"torn":"li');
        mustSucceed(await write(records, { change }), 3);
        mustCall(wire.calls(), 3);
      }),
  },
  {
    id: "L03",
    what: "a changed text sends that record again, a changed template all, a changed other column none",
    needs: ["server", "calls", "ledger", "text_column", "new_template"],
    async run({ write, descriptor, wire }) {
      const { change = {} } = descriptor.ledger ?? {};
      const records = manyRecords(descriptor, 4);
      mustSucceed(await write(records, { change }), 4);
      const [changed = {}, ...same] = records;
      const other = { ...changed, [descriptor.text_column ?? ""]: "another text altogether" };
      mustSucceed(
        await write([other, ...same.map((row) => ({ ...row, unread: 1 }))], { change, run: "2" }),
        4,
      );
      mustCall(wire.calls(), 5);
      mustSucceed(await write(records, { change: { ...change, ...descriptor.new_template }, run: "3" }), 4);
      mustCall(wire.calls(), 9);
    },
  },
  {
    id: "L04",
    what: "a ceiling is not passed, however many records come at once",
    needs: ["server", "calls", "ceiling"],
    async run({ write, descriptor, wire }) {
      const { change = {}, calls: most = 1 } = descriptor.ceiling ?? {};
      const records = manyRecords(descriptor, most * 4);
      const written = await Promise.all(records.map((row) => write([row], { change })));
      must(wire.calls().length <= most, `${wire.calls().length} calls were made of ${most} that are allowed`);
      const succeeded = written.filter(({ success }) => success === 1).length;
      must(succeeded === most, `${succeeded} records succeeded within a ceiling of ${most}`);
    },
  },
  {
    id: "L05",
    what: "the tokens of all records are those that the service counted",
    needs: ["server", "outcome", "calls.input_tokens", "calls.output_tokens"],
    async run({ write, descriptor, wire }) {
      const written = await write(manyRecords(descriptor, 6));
      mustSucceed(written, 6);
      for (const key of ["input_tokens", "output_tokens"] as const) {
        const header = descriptor.calls?.[key] ?? "";
        const counted = wire
          .calls()
          .map(({ answered }) => Number(answered?.headers[header.toLowerCase()] ?? 0));
        const told = written.rows().map((row) => Number(row.read(key)));
        must(
          sum(told) === sum(counted),
          `${key} are ${sum(told)} in all; the service counted ${sum(counted)}`,
        );
      }
    },
  },
  {
    id: "L06",
    what: "a price that nobody knows is unknown, not zero",
    needs: ["server", "outcome", "unpriced"],
    async run({ write, descriptor }) {
      const outcome = theWrittenRow(
        await write(manyRecords(descriptor, 1), { change: descriptor.unpriced ?? {} }),
      );
      must(outcome.read("cost") === null, `the cost is ${shown(outcome.read("cost"))}`);
    },
  },
  {
    id: "L07",
    what: "what the records cost lies within what the preview said",
    needs: ["server", "outcome", "preview"],
    async run({ preview, write, descriptor }) {
      const records = manyRecords(descriptor, 6);
      const { low, high } = await preview(records);
      const written = await write(records);
      mustSucceed(written, records.length);
      const costs = written.rows().map((row) => row.read("cost"));
      for (const cost of costs) must(typeof cost === "number", `a record's cost is ${shown(cost)}`);
      const cost = sum(costs.map(Number));
      // Sums of fractions differ in their last digits.
      const slack = high * 1e-9;
      must(low - slack <= cost && cost <= high + slack, `it cost ${cost}, not ${low} to ${high}`);
    },
  },
  {
    id: "L09",
    what: "enriched, failed, held and not sent add up to what was received",
    needs: ["server", "calls", "outcome"],
    async run({ write, descriptor, wire }) {
      const records = [...manyRecords(descriptor, 6), true, null];
      wire.disturb(({ number }) => (number === 3 ? "reset" : undefined));
      const written = await write(records);
      const ends = written.rows().map(({ status }) => status);
      for (const status of ends)
        must(
          ["enriched", "skipped", "failed", "held", "not_sent"].includes(String(status)),
          `a record is ${shown(status)}`,
        );
      const enriched = ends.filter((status) => status === "enriched").length;
      must(ends.length === records.length, `${ends.length} of ${records.length} records have an outcome`);
      mustCount(written, { success: enriched, failed: records.length - enriched });
    },
  },
  {
    id: "L10",
    what: "a second process on the same ledger is refused or waits; it pays for nothing again",
    needs: ["server", "calls", "ledger", "process"],
    run: (context) =>
      withAnother(context, async (other) => {
        const { write, descriptor, wire } = context;
        const { change = {} } = descriptor.ledger ?? {};
        mustSucceed(await write(manyRecords(descriptor, 3), { change }), 3);
        const again = [...manyRecords(descriptor, 3), record(descriptor, 9, {})];
        const { success, failed } = await write(again, { change, adapter: other });
        must(success + failed === 4, `${success + failed} of 4 records are counted`);
        const bodies = wire.calls().map(({ body }) => body);
        must(new Set(bodies).size === bodies.length, "a request was sent by both");
        must(failed === 0 || failed === 4, `${failed} of 4 records failed: the ledger is shared by halves`);
      }),
  },
];

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
