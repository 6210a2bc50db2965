import type { RecordMessage, Summary, TrackedMessage } from "../../index.js";
import { type Input, openInput } from "../../rows/open-input.js";
import { openOutput, type Sink } from "../../rows/open-output.js";
import { createWritableRow, type WritableRow } from "../../rows/writable-row.js";
import type { Arguments } from "../command.js";
import { connect } from "../connect.js";
import { cannotRun } from "../failure.js";
import { withLedger } from "../ledger-option.js";
import { refuseOverwrite } from "../refuse-overwrite.js";
import { replayCommand } from "../report/amounts.js";
import { type Ending, summaryLines } from "../report/summary-lines.js";
import {
  createTerminal,
  onInterrupt,
  sendLine,
  sendMessage,
  speaksJson,
  type Terminal,
} from "../report/terminal.js";
import { watchProgress } from "../report/watch-progress.js";
import { refuseTerminal, sizeOfStdin } from "../stdin.js";
import { loadSyncConfig } from "../sync-config.js";
import { exampleRow } from "./example-row.js";

/**
 * Runs `write`: checks everything that can be checked before the first row is paid for. Resolves to the exit code.
 */
export const writeRows = async (given: Arguments): Promise<number> => {
  const { config, input, output } = given.values;
  refuseTerminal(input, process.stdin);
  const host = await loadSyncConfig(given, process.env);
  const { connection, ledger } = withLedger(given, host.destination.connection_specification);
  const syncConfig = { ...host, destination: { ...host.destination, connection_specification: connection } };
  await refuseOverwrite(given, ledger);
  const connector = await connect(connection);

  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  let removeHandlers = (): void => undefined;
  try {
    const source = await openInput(input, {
      stdin: process.stdin,
      stdinSize: sizeOfStdin(),
      signal: stop.signal,
      warn: terminal.say,
    });
    const guard = createWritableRow(terminal.say);
    const sink = output === undefined ? undefined : await openOutput(output, guard);
    // From here on rows are paid for: before, an interrupt may just end the program.
    removeHandlers = onInterrupt(() => {
      stop.abort();
      terminal.say("stopping: rows in flight finish, the rest come out as not sent; again to stop at once");
    });
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    const onProgress = watchProgress(terminal, {
      // Where stdout is the same screen, a redrawn line would run into the messages.
      drawn: sink !== undefined || !process.stdout.isTTY,
      opening: `${input ?? "stdin"} to ${output ?? "stdout"}, with a line here every 30 s`,
      fraction: source.fraction,
      seconds,
    });
    const messages = connector.enrich(syncConfig, source.rows, { signal: stop.signal, onProgress });
    const example = () => exampleRow(connector, syncConfig, source.columns);
    const json = speaksJson(given);
    const summary = await deliver(messages, { sink, guard, terminal, example, json });
    const ending = {
      seconds: seconds(),
      output: output ?? "stdout",
      ledger: ledger === undefined ? undefined : { path: ledger, replay: replayCommand(config, ledger) },
      columns: source.columns,
    };
    return report({ summary, ending, source, sink, say: terminal.say });
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    terminal.stop();
    removeHandlers();
    // A pipe that nobody closes must not keep a finished program alive.
    process.stdin.destroy();
  }
};

interface Delivery {
  sink: Sink | undefined;
  guard: WritableRow;
  terminal: Terminal;
  /** Whether stdout takes messages; a person at a terminal gets plain rows and no message. */
  json: boolean;
  /** A row as the run would have written it, for a file without rows. */
  example(): Promise<Record<string, unknown> | undefined>;
}

/** Records to the sink, or to stdout; returns the run's summary from the tracking message. */
async function deliver(
  messages: AsyncIterable<RecordMessage | TrackedMessage>,
  { sink, guard, terminal, example, json }: Delivery,
): Promise<Summary> {
  let summary: Summary | undefined;
  for await (const message of messages) {
    if (message.type === "record") {
      const { record } = message;
      if (sink) await sink.write(record.data);
      else
        await sendLine(
          guard(record.data, (data) =>
            JSON.stringify(json ? { ...message, record: { ...record, data } } : data),
          ),
        );
      continue;
    }
    terminal.stop();
    summary = message.tracking.meta.summary;
    await sink?.end(summary.received === 0 ? await example() : undefined);
    if (json) await sendMessage(message);
  }
  if (summary === undefined) throw cannotRun("the run ended without a tracking message");
  return summary;
}

interface Finished {
  summary: Summary;
  ending: Ending;
  source: Input;
  sink: Sink | undefined;
  say(line: string): void;
}

function report({ summary, ending, source, sink, say }: Finished): number {
  const failure = source.failure();
  if (summary.received === 0 && failure === undefined) say("the input holds no rows");
  for (const line of summaryLines(summary, ending)) say(line);
  const loss = sink?.loss();
  if (loss !== undefined) say(loss);
  if (failure !== undefined) {
    say(`the input was not read to its end: ${failure.message}`);
    return 1;
  }
  return summary.enriched + summary.skipped === summary.received ? 0 : 3;
}
