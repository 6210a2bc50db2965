import { openInput } from "../../rows/open-input.js";
import type { Arguments } from "../command.js";
import { loadConfig } from "../config.js";
import { openConnector } from "../connect.js";
import { cannotRun } from "../failure.js";
import { withLedger } from "../ledger-option.js";
import { previewReport } from "../report/preview-lines.js";
import { refuseTerminal, sizeOfStdin } from "../stdin.js";

/** Runs `preview`. Resolves to the exit code. */
export const previewInput = async (given: Arguments, shown: number): Promise<number> => {
  const { config = "", input } = given.values;
  refuseTerminal(input, process.stdin);
  const { connection } = withLedger(given, await loadConfig(config, process.env));
  const source = await openInput(input, {
    stdin: process.stdin,
    stdinSize: sizeOfStdin(),
    signal: new AbortController().signal,
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  const connector = await openConnector();
  const preview = await connector.preview(connection, source.rows, { rows: shown });
  if ("log" in preview) throw cannotRun(preview.log.message);
  process.stdout.write(
    given.flags.has("json")
      ? `${JSON.stringify(preview, null, 2)}\n`
      : previewReport(preview, process.stdout.isTTY ? process.stdout.columns : undefined),
  );
  const failure = source.failure();
  if (failure) throw failure;
  return preview.rows.failed > 0 ? 3 : 0;
};
