import { stat } from "node:fs/promises";
import { fileFailure } from "../../core/file-failure.js";
import type { LedgerReport, Repair } from "../../index.js";
import type { Command } from "../command.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { defaultLedger, isFile } from "../ledger-option.js";
import { ledgerReport, repairReport } from "../report/ledger-lines.js";

/** `bedrock-model ledger`. */
export const ledger: Command = {
  usage: "[FILE] [--repair [--forget-lost]] [--json]",
  argument: { value: "FILE", summary: `the ledger, a file or postgres://… (default ${defaultLedger})` },
  options: {
    repair: { summary: "keep every line that checks, hold the rows of those that are lost" },
    "forget-lost": {
      summary:
        "with --repair: rows that the ledger does not know may be sent, though lost lines could not be told",
    },
    json: { summary: "print one JSON object instead of words" },
  },
  run: async ({ argument, flags }) => {
    const file = argument ?? defaultLedger;
    if (flags.has("forget-lost") && !flags.has("repair")) throw wrongUsage("--forget-lost needs --repair");
    if (flags.has("repair")) {
      const repair = await mend(file, flags.has("forget-lost"));
      process.stdout.write(flags.has("json") ? `${JSON.stringify(repair)}\n` : repairReport(repair));
      return 0;
    }
    const report = await readLedger(file);
    process.stdout.write(flags.has("json") ? `${JSON.stringify(report, null, 2)}\n` : ledgerReport(report));
    return 0;
  },
};

/** The report of a ledger. Throws "cannot run" when it is missing, locked or no ledger. */
export const readLedger = async (file: string): Promise<LedgerReport> => {
  const { inspectLedger } = await import("../../index.js");
  return inspectLedger(file).catch(refusal(file));
};

const mend = async (file: string, forgetLost: boolean): Promise<Repair> => {
  if (!isFile(file)) throw cannotRun("a ledger in PostgreSQL is repaired by its server");
  await stat(file).catch(refusal(file));
  const { repairLedger } = await import("../../index.js");
  return repairLedger(file, { forgetLost }).catch(refusal(file));
};

const refusal =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    const isSystems = /^E[A-Z]+$/.test(error.code ?? "");
    throw isSystems ? fileFailure("read", file, error) : cannotRun(error.message);
  };
