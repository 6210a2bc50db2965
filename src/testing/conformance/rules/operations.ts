import type { Answer, Descriptor } from "../../../generated/conformance.js";
import type { InputRecord, Written } from "../context.js";
import { manyRecords, without, withTexts } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";
import { secretSettings, secretsOf } from "./check-rules.js";

/** What a connector leaves behind. */
export const operations: readonly Rule[] = [
  {
    id: "O01",
    what: "no log, error or count holds a secret or a record's text, even where the service quotes them",
    needs: ["server", "calls", "text_column"],
    async run(context) {
      const { write, config, descriptor, adapter, wire } = context;
      const secrets = secretsOf(config(), await secretSettings(context));
      const text = "Xylograph4711";
      const hidden = [...secrets, text, ...(descriptor.private ?? [])];
      const mustHide = (written: Written): void => {
        const told = `${outsideRecords(written, descriptor)}${adapter.said()}`;
        const leaked = hidden.find((one) => told.includes(one));
        must(leaked === undefined, `${shown(leaked)} stands outside the records`);
      };
      const records = withTexts(descriptor, [`${text} came late.`]);
      mustHide(await write(records));
      mustHide(
        await write([
          text,
          ...manyRecords(descriptor, 1).map((row) => without(row, descriptor.text_column ?? "")),
        ]),
      );
      for (const { name, answer } of descriptor.refusals ?? []) {
        wire.disturb(() => quoting(answer, hidden.join("' '")));
        mustHide(await write(records, { run: name }));
      }
    },
  },
];

/** A tracking message without its records' own columns, in which texts are at home. */
const outsideRecords = ({ tracking }: Written, { outcome, text_column, output_column }: Descriptor): string =>
  JSON.stringify(tracking, (key, value) => {
    const isRecords = outcome !== undefined && key === outcome.records.split(".").at(-1);
    if (!isRecords || !Array.isArray(value)) return value;
    const own = new Set([text_column, output_column, "value"]);
    return value.map((record: InputRecord) =>
      Object.fromEntries(Object.entries(record).filter(([column]) => !own.has(column))),
    );
  });

/** The answer with words put behind every text in it. */
const quoting = (answer: Answer, words: string): Answer => ({
  ...answer,
  ...(answer.body !== undefined && {
    body: JSON.parse(JSON.stringify(answer.body), (_, value) =>
      typeof value === "string" ? `${value} '${words}'` : value,
    ),
  }),
});
