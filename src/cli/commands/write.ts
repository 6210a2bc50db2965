import type { Command } from "../command.js";
import { defaultLedger } from "../ledger-option.js";
import { jsonOption } from "../report/terminal.js";

/** `bedrock-model write`, as data. */
export const write: Command = {
  usage:
    "--config FILE [--sync-config FILE] [--input FILE] [--output FILE]\n       [--ledger FILE | --no-ledger] [--json]",
  options: {
    config: {
      value: "FILE",
      summary: `the connection config, JSON; \${NAME} in a value is read from the environment`,
    },
    "sync-config": { value: "FILE", summary: "a host's sync config, JSON; --config replaces its connection" },
    input: { value: "FILE", summary: "the rows; - or nothing is stdin" },
    output: {
      value: "FILE",
      summary: "write plain rows here, replacing the file; without it rows go to stdout",
    },
    ledger: {
      value: "FILE",
      summary: `remembers every answer (default: the config's, else ${defaultLedger})`,
    },
    "no-ledger": { summary: "remember nothing: a second run pays for every row again" },
    json: jsonOption,
  },
  notes: [
    "Input by file ending: .csv and .tsv with a header line, .json one array (read whole into memory), anything\nelse and stdin one JSON object a line. UTF-8.",
    "Output by file ending: .csv, .tsv, .json, anything else one JSON object a line. In CSV, _bedrock becomes the\ncolumns _bedrock.status, _bedrock.error.code and so on.",
    "Every row comes out, in order; _bedrock.status says enriched, skipped (blank), failed, held (it may have been billed) or\nnot_sent. Ctrl-C lets the rows in flight finish; a second one stops at once.",
    "The ledger holds request and response bodies. A row that it has the answer of costs nothing, so a run that was\nstopped or failed is resumed by the same command.",
    "Exit code 0 when every row was enriched, 3 when some were not, 1 when the run could not be done.",
  ],
  run: async (given) => {
    // Loaded on need: the readers and writers of files would slow every other command down.
    const { writeRows } = await import("./write-rows.js");
    return writeRows(given);
  },
};
