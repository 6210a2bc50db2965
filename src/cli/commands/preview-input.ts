import { openInput } from "../../rows/open-input.js";
import type { Arguments } from "../command.js";
import { loadConfig } from "../config.js";
import { openConnector } from "../connect.js";
import { cannotRun } from "../failure.js";
import { withLedger } from "../ledger-option.js";
import { withOverrides } from "../overrides.js";
import { previewReport } from "../report/preview-lines.js";
import { refuseTerminal, sizeOfStdin } from "../stdin.js";
import { firstRows, readDelimiter, readLimit } from "./write-plan.js";

/** Runs `preview`. Resolves to the exit code. */
export const previewInput = async (given: Arguments, shown: number): Promise<number> => {
  const { config = "", input } = given.values;
  refuseTerminal(input, process.stdin);
  const limit = readLimit(given);
  const delimiter = readDelimiter(given);
  const { connection: own } = withLedger(given, await loadConfig(config, process.env));
  const connection = await withOverrides(given, own);
  const source = await openInput(input, {
    stdin: process.stdin,
    stdinSize: sizeOfStdin(),
    signal: new AbortController().signal,
    encoding: given.values.encoding,
    delimiter,
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  const rows = limit === undefined ? source.rows : firstRows(source.rows, limit);
  const connector = await openConnector();
  const preview = await connector.preview(connection, rows, { rows: shown });
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
