import { withoutPassword } from "../../core/without-password.js";
import type { LedgerReport } from "../../index.js";
import type { Arguments, Command } from "../command.js";
import { loadConfig } from "../config.js";
import { connect } from "../connect.js";
import { atLedger, defaultLedger, holdLedger, ledgerOf } from "../ledger-option.js";
import { counted, replayCommand } from "../report/amounts.js";
import { summaryLines } from "../report/summary-lines.js";
import { createTerminal, jsonOption, onInterrupt, sendMessage, speaksJson } from "../report/terminal.js";
import { watchProgress } from "../report/watch-progress.js";
import { readLedger } from "./ledger.js";

/** `bedrock-model replay`. */
export const replay: Command = {
  usage: "--config FILE [--ledger FILE] [--json]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON" },
    ledger: { value: "FILE", summary: `the ledger (default: the config's, else ${defaultLedger})` },
    json: jsonOption,
  },
  notes: [
    "A held row may have been billed already, so it may be paid for twice. The answers go to the ledger: the write command then finds them there and pays nothing for them.",
    "Exit code 0 when every row was answered, 3 when some were not, 1 when the run could not be done.",
  ],
  run: async (given) => replayRows(given),
};

async function replayRows(given: Arguments): Promise<number> {
  const { config } = given.values;
  const settings = await loadConfig(config ?? "", process.env);
  const path = ledgerOf(given, settings);
  const report = await readLedger(path);
  const connection = atLedger(settings, path);
  const giveLedger = await holdLedger(path);
  const connector = await connect(connection);

  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  const removeHandlers = onInterrupt(() => {
    stop.abort();
    terminal.say("stopping: rows in flight finish, the rest stay as they are; again to stop at once");
  });
  try {
    terminal.say(opening(report));
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    const rows = report.refused + report.unknown;
    const onProgress = watchProgress(terminal, {
      drawn: true,
      opening: "a line every 30 s says how far it is",
      fraction: ({ received }) => Math.min(1, received / rows),
      seconds,
    });
    const message = await connector.replay(connection, { signal: stop.signal, onProgress });
    terminal.stop();
    if (speaksJson(given)) await sendMessage(message);
    const summary = message.tracking.meta.summary;
    const ledger = { path: withoutPassword(path), replay: replayCommand(config, path) };
    for (const line of summaryLines(summary, { seconds: seconds(), ledger })) terminal.say(line);
    const leftAlone = message.tracking.meta.left_alone ?? 0;
    if (leftAlone > 0)
      terminal.say(
        `${counted(leftAlone, "row")} left alone: sent with another model, place or guardrail than the config's`,
      );
    if (summary.enriched > 0) terminal.say("run the write command again: these rows now cost nothing");
    if (summary.received === 0 && Object.keys(summary.errors).length > 0) return 1;
    return summary.enriched === summary.received ? 0 : 3;
  } finally {
    terminal.stop();
    removeHandlers();
    giveLedger();
  }
}

function opening({ path, refused, unknown }: LedgerReport): string {
  if (refused + unknown === 0) return `${path} has no failed or held rows`;
  const twice = unknown > 0 ? `; ${counted(unknown, "row")} of them may have been billed before` : "";
  return `${counted(refused + unknown, "row")} of ${path} to send again${twice}`;
}
