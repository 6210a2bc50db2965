import type { Command } from "../command.js";
import { defaultLedger } from "../ledger-option.js";
import { jsonOption } from "../report/terminal.js";

/** `bedrock-model sync`, as data. */
export const sync: Command = {
  usage: "--pipeline FILE [--full-refresh] [--output FILE]\n       [--ledger FILE | --no-ledger] [--json]",
  options: {
    pipeline: {
      value: "FILE",
      required: true,
      summary: `the pipeline, JSON; \${NAME} in a connection is read from the environment`,
    },
    "full-refresh": { summary: "send every row, also those that were sent before and have not changed" },
    output: { value: "FILE", summary: "write every row of the sync here afterwards, replacing the file" },
    ledger: {
      value: "FILE",
      summary: `remembers every answer (default: the connection's, else ${defaultLedger})`,
    },
    "no-ledger": { summary: "remember no answers: a run that is killed may pay for some rows twice" },
    json: jsonOption,
  },
  notes: [
    "schemas/pipeline.json of the package describes the pipeline. Paths in it are seen from the working directory.",
    "The state remembers what was sent: the next run sends rows that are new, changed or failed. It and the ledger hold rows; both are readable by their owner only.",
    "Piped or with --json, the run's report goes to stdout as one line of JSON. Ctrl-C lets the rows in flight finish; a second one stops at once.",
    "Exit code 0 when every row that had to be sent was enriched, 3 when some were not, 1 when the run could not be done.",
  ],
  run: async (given) => {
    const { runPipeline } = await import("./run-pipeline.js");
    return runPipeline(given);
  },
};
