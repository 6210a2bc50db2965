import { fileFailure } from "../../core/file-failure.js";
import type { LedgerReport } from "../../index.js";
import type { Command } from "../command.js";
import { cannotRun } from "../failure.js";
import { defaultLedger } from "../ledger-option.js";
import { ledgerReport } from "../report/ledger-lines.js";

/** `bedrock-model ledger`. */
export const ledger: Command = {
  usage: "[FILE] [--json]",
  argument: { value: "FILE", summary: `the ledger (default ${defaultLedger})` },
  options: { json: { summary: "print one JSON object instead of words" } },
  run: async ({ argument, flags }) => {
    const report = await readLedger(argument ?? defaultLedger);
    process.stdout.write(flags.has("json") ? `${JSON.stringify(report, null, 2)}\n` : ledgerReport(report));
    return 0;
  },
};

/** The report of a ledger. Throws "cannot run" when it is missing, locked or no ledger. */
export const readLedger = async (file: string): Promise<LedgerReport> => {
  const { inspectLedger } = await import("../../index.js");
  return inspectLedger(file).catch((error: NodeJS.ErrnoException) => {
    const isSystems = /^E[A-Z]+$/.test(error.code ?? "");
    throw isSystems ? fileFailure("read", file, error) : cannotRun(error.message);
  });
};
