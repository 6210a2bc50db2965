import { wholeNumber } from "../arguments.js";
import type { Arguments, Command } from "../command.js";
import { loadConfig } from "../config.js";
import { connect } from "../connect.js";
import { cannotRun } from "../failure.js";
import { atLedger, defaultLedger, holdLedger, ledgerOf } from "../ledger-option.js";
import { replayCommand } from "../report/amounts.js";
import { reconcileLines } from "../report/reconcile-lines.js";
import { createTerminal } from "../report/terminal.js";
import { readLedger } from "./ledger.js";

/** `bedrock-model reconcile`. */
export const reconcile: Command = {
  usage: "--config FILE [--ledger FILE] [--logs PLACE] [--grace-minutes N] [--json]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON" },
    ledger: { value: "FILE", summary: `the ledger (default: the config's, else ${defaultLedger})` },
    logs: {
      value: "PLACE",
      summary:
        "where the logs are, s3://bucket/prefix/ or a folder or file here (default: where the account's logging configuration says)",
    },
    "grace-minutes": {
      value: "N",
      summary: "how long after its deadline a call without a record counts as not logged (default 30)",
    },
    json: { summary: "print one JSON object instead of words" },
  },
  notes: [
    "Reads the account's model invocation logs and calls no model. An answer that is found there was paid for: the write command takes it from the ledger then, at no further price. What AWS does not log is not found: whether it logs a call whose caller has left before the answer is not known.",
    "Needs bedrock:GetModelInvocationLoggingConfiguration, and s3:ListBucket and s3:GetObject on the bucket of the logs.",
    "Exit code 0 when no outcome stays unknown, 3 when some do, 1 when it could not be done.",
  ],
  run: async (given) => reconcileCalls(given),
};

const reconcileCalls = async (given: Arguments): Promise<number> => {
  const { config, logs } = given.values;
  const graceMinutes = wholeNumber(given, "grace-minutes", { fallback: 30, least: 0, most: 10_080 });
  const settings = await loadConfig(config ?? "", process.env);
  const path = ledgerOf(given, settings);
  await readLedger(path);
  const connection = atLedger(settings, path);
  const giveLedger = await holdLedger(path);
  const connector = await connect(connection);
  try {
    const told = await connector.reconcile(connection, { ...(logs !== undefined && { logs }), graceMinutes });
    if ("log" in told) throw cannotRun(told.log.message);
    if (given.flags.has("json")) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    else {
      const terminal = createTerminal(process.stderr);
      for (const line of reconcileLines(told, replayCommand(config, path))) terminal.say(line);
    }
    return Object.keys(told.still_unknown).length === 0 ? 0 : 3;
  } finally {
    giveLedger();
  }
};
