import type { Command } from "../command.js";
import { inputOptions, ledgerOptions } from "./row-options.js";

const { limit: _, ...input } = inputOptions;

/** `bedrock-model rehearse`, as data. */
export const rehearse: Command = {
  usage: "--config FILE --against FILE --input FILE [--rows N] [--report FILE] [options]",
  options: {
    config: {
      value: "FILE",
      required: true,
      summary: "the connection config that is in use; its model may be gone",
    },
    against: {
      value: "FILE",
      required: true,
      summary: "the one that may take its place: another model, or another prompt",
    },
    ...input,
    rows: { value: "N", summary: "how many rows to draw, spread over the input (default 200)" },
    seed: { value: "N", summary: "decides which rows are drawn (default 1)" },
    before: { value: "FILE", summary: "rows that the old config enriched: their answers in place of calls" },
    "before-column": {
      value: "OLD[=COLUMN]",
      summary: "a column of the input that holds the old answer, in place of calls; may be repeated",
      repeats: true,
    },
    noise: { summary: "ask the old side twice, to know what differs by chance alone" },
    judge: { value: "MODEL", summary: "ask a third model which of two answers is better: its opinion" },
    tolerate: { value: "PERCENT", summary: "the share of rows that may be lost (default 5)" },
    within: {
      value: "PERCENT",
      summary: "how far apart two numbers may be and still be the same (default 1)",
    },
    as: {
      value: "COLUMN=KIND",
      summary: "what a column holds: category, number, text, vector or json; may be repeated",
      repeats: true,
    },
    "max-spend-usd": { value: "USD", summary: "the most that all calls may cost together" },
    ...ledgerOptions,
    report: { value: "FILE", summary: "write a page for the browser here; it holds the rows" },
    yes: { summary: "do not ask at a terminal before calls are paid for" },
    json: { summary: "print one JSON object instead of words; it holds the rows" },
  },
  notes: [
    "Answers that a ledger has cost nothing, and what is paid for goes there. A model that is gone is not called: its answers come from the ledger of its runs, from --before or from --before-column. Without --input, --before holds the rows as well.",
    "Exit code 3 when the new config is worse by more than is tolerated, with 95 % confidence; 0 when it is not, or too few rows tell; 1 when it could not be rehearsed.",
  ],
  run: async (given) => {
    const { rehearseRows } = await import("./rehearse-rows.js");
    return rehearseRows(given);
  },
};
