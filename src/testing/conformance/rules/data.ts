import { isDeepStrictEqual } from "node:util";
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
import { createWaves } from "../waves.js";
import { columns, nothings, texts, values } from "./values.js";

/** `write` and the records: every record is answered, in order, and none changes another. */
export const data: readonly Rule[] = [
  {
    id: "W01",
    what: "no records are answered with empty counts, without a call",
    needs: ["server", "calls"],
    async run({ write, wire }) {
      const written = await write([]);
      mustCount(written, { success: 0, failed: 0 });
      must(written.logs.length === 0, `there are ${written.logs.length} logs of no record`);
      mustCall(wire.calls(), 0);
    },
  },
  {
    id: "W02",
    what: "so many records in, so many out, in their order",
    needs: ["server", "outcome"],
    async run({ write, descriptor }) {
      const records = manyRecords(descriptor, 12);
      const written = await write(records);
      mustSucceed(written, records.length);
      const rows = written.rows();
      must(rows.length === records.length, `${rows.length} records came back of ${records.length}`);
      for (const [index, { record: back }] of rows.entries())
        for (const [column, value] of Object.entries(records[index] ?? {}))
          must(
            isDeepStrictEqual(back[column], value),
            `record ${index + 1} came back with another ${column}`,
          );
    },
  },
  {
    id: "W03",
    what: "values of every JSON type are taken, beside the text and as the text; none makes another record fail",
    needs: ["server", "text_column"],
    async run({ write, descriptor, wire }) {
      const { text_column = "" } = descriptor;
      const all = [...nothings, ...values];
      const beside = all.map((value, index) => record(descriptor, index, { extra: value }));
      mustSucceed(await write(beside), beside.length);
      const asText = (given: readonly unknown[]) =>
        given.map((value, index) => record(descriptor, index, { [text_column]: value }));
      mustSucceed(await write(asText(values)), values.length);
      mustSend(wire.calls(), ...values.filter((value) => typeof value === "string"));
      const { success, failed } = await write([...asText(nothings), record(descriptor, 99, {})]);
      must(success + failed === nothings.length + 1, `${success + failed} records are counted`);
      must(success > 0, "one record's value made the others fail");
    },
  },
  {
    id: "W04",
    what: "any text reaches the service as it is: quotes, controls, surrogates, braces, a megabyte",
    needs: ["server", "calls", "text_column"],
    async run({ write, descriptor, wire }) {
      mustSucceed(await write(withTexts(descriptor, texts)), texts.length);
      mustSend(wire.calls(), ...texts);
    },
  },
  {
    id: "W05",
    what: "columns may have any name, and a template can read them by it",
    needs: ["server", "outcome"],
    async run({ write, descriptor, wire }) {
      const odd = Object.fromEntries(columns.map((column) => [column, `value of ${column}`]));
      const written = await write([record(descriptor, 1, odd)]);
      mustSucceed(written, 1);
      const [row] = written.rows();
      for (const [column, value] of Object.entries(odd))
        must(
          row?.record[column] === value,
          `the column ${column} came back as ${shown(row?.record[column])}`,
        );
      for (const { column, change } of descriptor.odd_columns ?? []) {
        const before = wire.calls().length;
        mustSucceed(await write([record(descriptor, 2, { [column]: `read of ${column}` })], { change }), 1);
        mustSend(wire.calls().slice(before), `read of ${column}`);
      }
    },
  },
  {
    id: "W06",
    what: "a record without a column that is read fails without a call; an optional column has its default",
    needs: ["server", "calls", "text_column"],
    async run({ write, descriptor, wire }) {
      const { text_column = "", optional_column } = descriptor;
      mustCount(await write([without(record(descriptor, 1, {}), text_column)]), { success: 0, failed: 1 });
      mustCall(wire.calls(), 0);
      if (!optional_column) return;
      const bare = without(record(descriptor, 2, {}), optional_column.column);
      mustSucceed(await write([bare], { change: optional_column.change }), 1);
      mustSend(wire.calls(), optional_column.default);
    },
  },
  {
    id: "W07",
    what: "columns that no template reads come back untouched",
    needs: ["server", "outcome"],
    async run({ write, descriptor }) {
      const extra = { plain: "x", list: [1, { two: null }], nothing: null, deep: { er: { est: false } } };
      const [row] = (await write([record(descriptor, 1, extra)])).rows();
      for (const [column, value] of Object.entries(extra))
        must(
          isDeepStrictEqual(row?.record[column], value),
          `${column} came back as ${shown(row?.record[column])}`,
        );
    },
  },
  {
    id: "W08",
    what: "equal records share one call where that is on, and have one each where it is off",
    needs: ["server", "calls", "reuse"],
    async run({ write, descriptor, wire }) {
      const equal = Array.from({ length: 5 }, () => record(descriptor, 1, {}));
      const { on = {}, off = {} } = descriptor.reuse ?? {};
      mustSucceed(await write(equal, { change: on }), 5);
      mustCall(wire.calls(), 1);
      const different = equal.map((row, index) => ({ ...row, unread: index }));
      mustSucceed(await write(different, { change: off, run: "2" }), 5);
      mustCall(wire.calls(), 6);
    },
  },
  {
    id: "W09",
    what: "records need no primary key",
    needs: ["server", "key_column"],
    async run({ write, descriptor }) {
      const keyless = manyRecords(descriptor, 3).map((row) => without(row, descriptor.key_column ?? ""));
      mustSucceed(await write(keyless), 3);
    },
  },
  {
    id: "W10",
    what: "a record that is no object fails without a call, and does the others no harm",
    needs: ["server", "calls"],
    async run({ write, descriptor, wire }) {
      mustCount(await write([true]), { success: 0, failed: 1 });
      mustCount(await write([null, "text", 7, [1]]), { success: 0, failed: 4 });
      mustCall(wire.calls(), 0);
      const [one, two] = manyRecords(descriptor, 2);
      mustCount(await write([one, true, two]), { success: 2, failed: 1 });
    },
  },
  {
    id: "W12",
    what: "many writes at once keep to the bound of open calls, and each gets its own record's answer",
    needs: ["server", "calls", "outcome", "concurrency", "key_column"],
    async run({ write, descriptor, wire, goOn }) {
      const { change = {}, most = 1 } = descriptor.concurrency ?? {};
      const records = manyRecords(descriptor, 24);
      const { key_column = "" } = descriptor;
      await write(records.slice(0, 1), { change });
      wire.mostOpen();
      const waves = createWaves(goOn);
      wire.disturb(waves.next);
      const answers = await waves.until(Promise.all(records.slice(1).map((row) => write([row], { change }))));
      const open = wire.mostOpen();
      must(open <= most, `${open} calls were open at once, of ${most} that are allowed`);
      for (const [index, answer] of answers.entries()) {
        mustSucceed(answer, 1);
        const key = answer.rows()[0]?.record[key_column];
        must(key === records[index + 1]?.[key_column], `a write got the record of another: ${shown(key)}`);
      }
    },
  },
  {
    id: "W13",
    what: "a second run over the same records makes no call",
    needs: ["server", "calls", "ledger"],
    async run({ write, descriptor, wire }) {
      const { change = {} } = descriptor.ledger ?? {};
      const records = manyRecords(descriptor, 5);
      mustSucceed(await write(records, { change }), 5);
      mustSucceed(await write(records, { change, run: "2" }), 5);
      mustCall(wire.calls(), 5);
    },
  },
  {
    id: "W14",
    what: "an input column with the output's name gives way, or stays, as is stated",
    needs: ["server", "outcome", "output_column", "clash"],
    async run({ write, descriptor }) {
      const { output_column = "", clash } = descriptor;
      const [row] = (await write([record(descriptor, 1, { [output_column]: "what was there" })])).rows();
      const stays = row?.record[output_column] === "what was there";
      must(stays === (clash === "input"), `${output_column} is ${shown(row?.record[output_column])}`);
    },
  },
];
