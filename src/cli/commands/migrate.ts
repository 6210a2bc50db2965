import type { Command } from "../command.js";
import { wrongUsage } from "../failure.js";
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
    input: { value: "FILE", summary: "rows: the first one is shown and priced with" },
    delimiter,
    encoding,
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "Bodies and costs are shown for the first row of --input; without it for the templates themselves. References to the environment stay references.",
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
