import type { JobsAction } from "../../index.js";
import type { Arguments, Command } from "../command.js";
import { loadConfig } from "../config.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { atLedger, defaultLedger, ledgerOf } from "../ledger-option.js";
import { counted } from "../report/amounts.js";
import { jobLine } from "../report/batch-lines.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";

const actions = ["list", "status", "wait", "stop"];

/** `bedrock-model batch`, as data. */
export const batch: Command = {
  usage: "[list|status|wait|stop] --config FILE [--ledger FILE] [--json]",
  argument: { value: "ACTION", summary: "what to do with the batch jobs of a ledger (default status)" },
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON, as for write" },
    ledger: { value: "FILE", summary: `the ledger (default: the config's, else ${defaultLedger})` },
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "list: the jobs as the ledger has them. status: asks Bedrock how far the open ones are. wait: until they have ended, and\nreads their answers into the ledger. stop: stops them, and reads what they have answered, which is paid for.",
    "Then the write command finds the answers there. Exit code 0 when no job is open, 3 when some are, 1 when it could\nnot be done.",
  ],
  run: (given) => lookAfter(given),
};

const openStages = new Set<string>(["planned", "creating", "submitted"]);

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
    const open = jobs.filter(({ stage }) => openStages.has(stage)).length;
    // Of a plan that was given up nothing was sent, and nothing will be.
    const shown = jobs.filter(({ stage }) => stage !== "abandoned");
    const words = [
      ...shown.flatMap((job) => [jobLine(job), ...(job.remarks ?? []).map((remark) => `  ${remark}`)]),
      shown.length === 0 ? "no batch jobs" : `${counted(shown.length, "job")}, ${open} open`,
    ];
    process.stdout.write(given.flags.has("json") ? `${JSON.stringify({ jobs })}\n` : `${words.join("\n")}\n`);
    return open === 0 ? 0 : 3;
  } finally {
    removeHandlers();
  }
};
