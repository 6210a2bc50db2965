import { isDeepStrictEqual } from "node:util";
import type { Written } from "../context.js";
import {
  manyRecords,
  mustCall,
  mustCount,
  mustSend,
  mustSucceed,
  record,
  without,
  withTexts,
} from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";

/** The host keeps the first log only, parses it as JSON and puts it into a PostgreSQL jsonb column. */
const mustLog = ({ logs }: Written): void => {
  for (const { message } of logs) {
    const log = parse(message);
    for (const key of ["request", "response", "level"])
      must(typeof log[key] === "string", `a log has no text ${key}: ${shown(message)}`);
    const texts = JSON.stringify(log);
    must(!/\\u0000/.test(texts), "a log holds a NUL, which PostgreSQL refuses");
    must(!/\\ud[89a-f]/.test(texts), "a log holds half a surrogate pair, which hosts cannot parse");
  }
};

const parse = (message: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(message));
  } catch {
    return must(
      false,
      `a log's message is not JSON, so the host loses the record: ${shown(message)}`,
    ) as never;
  }
};

/** What the host's loader makes of the answers, which it does not check. */
export const host: readonly Rule[] = [
  {
    id: "H1",
    what: "write answers exactly one tracking message, with and without an action",
    needs: ["server"],
    async run({ write, descriptor }) {
      const [one, two, three] = manyRecords(descriptor, 3);
      mustSucceed(await write([one], { action: "destination_insert" }), 1);
      mustSucceed(await write([two], { action: "destination_update" }), 1);
      mustSucceed(await write([three]), 1);
    },
  },
  {
    id: "H2",
    what: "every log is JSON text that a host can store, whatever the records hold",
    needs: ["server", "text_column"],
    async run({ write, descriptor }) {
      const texts = ["NUL \u0000", "half \ud83d", `${"x".repeat(30_000)}😀`, '"\\'];
      const written = await write([...withTexts(descriptor, texts), true, {}]);
      must(written.logs.length > 0, "there are no logs");
      mustLog(written);
      mustLog(await write([without(record(descriptor, 9, {}), descriptor.text_column ?? "")]));
    },
  },
  {
    id: "H3",
    what: "one record is one success or one failure",
    needs: ["server"],
    async run({ write, descriptor }) {
      for (const given of [record(descriptor, 1, {}), {}, true, null]) {
        const { success, failed } = await write([given]);
        must(success + failed === 1, `${shown(given)} counts as ${success} successes and ${failed} failures`);
      }
    },
  },
  {
    id: "H4",
    what: "records written together and one by one end alike",
    needs: ["server", "outcome", "text_column"],
    async run({ write, descriptor }) {
      const bad = without(record(descriptor, 7, {}), descriptor.text_column ?? "");
      const records = [...manyRecords(descriptor, 3), bad, true];
      const together = (await write(records)).rows().map(({ status, code }) => ({ status, code }));
      const single = [];
      for (const one of records)
        single.push(
          ...(await write([one], { run: "2" })).rows().map(({ status, code }) => ({ status, code })),
        );
      must(isDeepStrictEqual(together, single), `together ${shown(together)}, one by one ${shown(single)}`);
    },
  },
  {
    id: "H5",
    what: "a record that the host sends twice costs one call",
    needs: ["server", "calls", "ledger"],
    async run({ write, descriptor, wire }) {
      const { change = {} } = descriptor.ledger ?? {};
      const records = manyRecords(descriptor, 1);
      await Promise.all([write(records, { change }), write(records, { change })]);
      mustCount(await write(records, { change }), { success: 1, failed: 0 });
      mustCall(wire.calls(), 1);
    },
  },
  {
    id: "H6",
    what: "apostrophes that the host doubled are undone, or left, as configured",
    needs: ["server", "calls", "apostrophes", "text_column"],
    async run({ write, descriptor, wire }) {
      const { on = {}, off = {} } = descriptor.apostrophes ?? {};
      const records = withTexts(descriptor, ["Signed, O''Brien"]);
      mustSucceed(await write(records, { change: off }), 1);
      mustSend(wire.calls().slice(0, 1), "O''Brien");
      mustSucceed(await write(records, { change: on }), 1);
      mustSend(wire.calls().slice(1), "O'Brien");
    },
  },
];
