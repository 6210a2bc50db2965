import type { Command } from "../command.js";
import { jsonOption } from "../report/terminal.js";
import { inputOptions, ledgerOptions, settingOptions } from "./row-options.js";

/** `bedrock-model write`, as data. */
export const write: Command = {
  usage: "--config FILE [--sync-config FILE] [--input FILE] [--output FILE] [options]",
  options: {
    config: {
      value: "FILE",
      summary: `the connection config, JSON; \${NAME} in a value is read from the environment`,
    },
    "sync-config": { value: "FILE", summary: "a host's sync config, JSON; --config replaces its connection" },
    ...settingOptions,
    ...inputOptions,
    only: { value: "STATE", summary: "rows that are failed, held or new by the ledger, and no others" },
    shard: {
      value: "I/N",
      summary: "the I-th of N parts of the rows, with an output and a ledger of its own",
    },
    output: {
      value: "FILE",
      summary: "plain rows, whole when the run has ended; - is stdout; without it messages go there",
    },
    columns: { value: "LIST", summary: "the output's columns, such as id,answer=completion,_bedrock.status" },
    trace: {
      value: "SIZE",
      summary: "how much of _bedrock an output has: none, short or full (default full)",
    },
    "escape-formulas": { summary: "in CSV, an apostrophe before a text that a spreadsheet would run" },
    batch: { summary: "rows in batch jobs, at half the price: delivery: batch in place of the config's" },
    deadline: {
      value: "TIME",
      summary:
        "with batch jobs, when rows are wanted, such as 6h or 90m: what no job has answered is called in time",
    },
    detach: { summary: "with batch jobs: end when they are made; the same command later has the answers" },
    ...ledgerOptions,
    tolerate: { value: "PERCENT", summary: "exit with 0 while at most so many of the rows are not enriched" },
    summary: { value: "FILE", summary: "write what became of the run here, as one JSON object" },
    progress: { value: "json", summary: "one line of JSON a second on stderr" },
    json: jsonOption,
  },
  notes: [
    "Files: .csv, .tsv, .json (one array), .ndjson, .jsonl, .parquet, text also as .gz; a path, file:///path or\ns3://bucket/key. stdin is one JSON object a line.",
    "The output appears whole when the run has ended; until then its rows stand in FILE.part. In tables, _bedrock\nbecomes the columns _bedrock.status, _bedrock.error.code and so on.",
    "Every row comes out, in order; _bedrock.status says enriched, skipped (blank), failed, held (it may have been billed) or\nnot_sent. Ctrl-C lets the rows in flight finish; a second one stops at once.",
    "The ledger holds request and response bodies. A row that it has the answer of costs nothing, so a run that was\nstopped or failed is resumed by the same command. --only looks at the config's own requests, before --model\nand --set.",
    "Exit code 0 when every row was enriched, 3 when some were not, 1 when the run could not be done.",
  ],
  run: async (given) => {
    // Loaded on need: the readers and writers of files would slow every other command down.
    const { writeRows } = await import("./write-rows.js");
    return writeRows(given);
  },
};
