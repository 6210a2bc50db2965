import type { JobsAction } from "../../index.js";
import type { Arguments, Command } from "../command.js";
import { loadConfig } from "../config.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { atLedger, defaultLedger, ledgerOf } from "../ledger-option.js";
import { counted } from "../report/amounts.js";
import { jobLine } from "../report/batch-lines.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";

const actions = ["list", "status", "submit", "wait", "stop"];

/** `bedrock-model batch`, as data. */
export const batch: Command = {
  usage: "[list|status|submit|wait|stop] --config FILE [--job NAME] [--ledger FILE] [--json]",
  argument: { value: "ACTION", summary: "what to do with the batch jobs of a ledger (default status)" },
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON, as for write" },
    job: { value: "NAME", summary: "this job alone, by its name: bedrock-model-…" },
    ledger: { value: "FILE", summary: `the ledger (default: the config's, else ${defaultLedger})` },
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "list: the jobs as the ledger has them. status: asks Bedrock how far the open ones are. submit: makes those\nthat are not made yet, also of rows that a host's sync has left, however few syncs have come. wait: until all have\nended, and reads their answers into the ledger. stop: stops them, and reads what they have answered, which is paid for.",
    "Then the write command finds the answers there. Exit code 0 when no job is open, of submit when all are made, 3\nwhen some are, 1 when it could not be done.",
  ],
  run: (given) => lookAfter(given),
};

const unmade: readonly string[] = ["collecting", "counting", "planned", "creating"];

const lookAfter = async (given: Arguments): Promise<number> => {
  const action = (given.argument ?? "status") as JobsAction;
  if (!actions.includes(action))
    throw wrongUsage(`batch takes ${actions.join(", ")}, not ${JSON.stringify(action)}`);
  const settings = await loadConfig(given.values.config ?? "", process.env);
  const connection = atLedger(settings, ledgerOf(given, settings));
  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  const removeHandlers = onInterrupt(() => {
    stop.abort();
    terminal.say("stopping to look: the jobs go on");
  });
  const said = new Map<string, string>();
  const { manageJobs } = await import("../../index.js");
  try {
    const jobs = await manageJobs(connection, action, {
      signal: stop.signal,
      ...(given.values.job !== undefined && { job: given.values.job }),
      onJobs(seen) {
        for (const job of seen) {
          const line = jobLine(job);
          if (said.get(job.name) !== line) terminal.say(line);
          said.set(job.name, line);
        }
      },
    }).catch((error: Error) => {
      throw cannotRun(error.message);
    });
    const notMade = jobs.filter(({ stage }) => unmade.includes(stage)).length;
    const open = notMade + jobs.filter(({ stage }) => stage === "submitted").length;
    // Of a plan that was given up nothing was sent, and nothing will be.
    const shown = jobs.filter(({ stage }) => stage !== "abandoned");
    const words = [
      ...shown.flatMap((job) => [jobLine(job), ...(job.remarks ?? []).map((remark) => `  ${remark}`)]),
      shown.length === 0 ? "no batch jobs" : `${counted(shown.length, "job")}, ${open} open`,
    ];
    process.stdout.write(given.flags.has("json") ? `${JSON.stringify({ jobs })}\n` : `${words.join("\n")}\n`);
    return (action === "submit" ? notMade : open) === 0 ? 0 : 3;
  } finally {
    removeHandlers();
  }
};
