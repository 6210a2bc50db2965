import type { Command } from "../command.js";
import { wrongUsage } from "../failure.js";
import { defaultLedger } from "../ledger-option.js";
import { inputOptions, settingOptions } from "./row-options.js";

/** `bedrock-model preview`, as data. */
export const preview: Command = {
  usage: "--config FILE [--input FILE] [--rows N] [--ledger FILE | --no-ledger] [options]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON, as for write" },
    ...settingOptions,
    ...inputOptions,
    rows: { value: "N", summary: "how many of the first rows to show (default 3)" },
    ledger: {
      value: "FILE",
      summary: `rows that it answers cost nothing (default: the config's, else ${defaultLedger})`,
    },
    "no-ledger": { summary: "as if no row had been answered before" },
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "The bodies that it prints hold the rows' values. Where the model allows it, CountTokens counts the tokens of the rows shown, which is free; elsewhere they are estimated from the length of the text.",
    "Exit code 0 when every row could be sent, 3 when some would fail before that.",
  ],
  run: async (given) => {
    const { rows = "3" } = given.values;
    if (!/^[0-9]{1,6}$/.test(rows)) throw wrongUsage(`--rows takes a number, not ${JSON.stringify(rows)}`);
    const { previewInput } = await import("./preview-input.js");
    return previewInput(given, Number(rows));
  },
};
