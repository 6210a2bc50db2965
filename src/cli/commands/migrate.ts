import type { Command } from "../command.js";
import { wrongUsage } from "../failure.js";
import { defaultLedger } from "../ledger-option.js";
import { inputOptions } from "./row-options.js";

const { delimiter = { summary: "" }, encoding = { summary: "" } } = inputOptions;

/** `bedrock-model migrate`, as data. */
export const migrate: Command = {
  usage: "--config FILE [--to MODEL] [--api invoke_model|converse] [--output FILE] [options]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON, as for write" },
    to: { value: "MODEL", summary: "a model id, inference profile or ARN (without it: which there are)" },
    api: { value: "API", summary: "invoke_model or converse (default: the config's)" },
    output: { value: "FILE", summary: "where the new config goes; without it nothing is written" },
    input: {
      value: "FILE",
      summary: "rows: the first one is shown; what they took is looked up in the ledger",
    },
    ledger: {
      value: "FILE",
      summary: `the ledger of the runs so far (default: the config's, else ${defaultLedger})`,
    },
    delimiter,
    encoding,
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "Bodies are shown for the first row of --input; without it for the templates themselves. Costs are by what the ledger has counted for the first 1,000 rows; where it has none of them, by the length of what is shown. References to the environment stay references.",
    "What cannot be carried over is named, with what was done. What may not be guessed is refused, and then nothing is written.",
    "Exit code 0, 3 when something is refused, 1 when the config cannot be read.",
  ],
  run: async (given) => {
    const { api } = given.values;
    if (api !== undefined && api !== "invoke_model" && api !== "converse")
      throw wrongUsage(`--api takes invoke_model or converse, not ${JSON.stringify(api)}`);
    const { migrateFile } = await import("./migrate-file.js");
    return migrateFile(given, api);
  },
};
