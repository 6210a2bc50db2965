import type { Progress, RecordMessage, Summary, TrackedMessage } from "../index.js";
import type { Arguments } from "./command.js";
import { cannotRun } from "./failure.js";
import { openInput, refuseTerminal, type Source, sizeOfStdin } from "./input.js";
import { openOutput, type Sink } from "./output.js";
import { refuseOverwrite } from "./overwrite.js";
import { progressLine, summaryLines } from "./progress.js";
import { loadSyncConfig } from "./sync-config.js";
import { createTerminal, onInterrupt, sendMessage, type Terminal } from "./terminal.js";

/** Runs `write`: checks everything that can be checked before the first row is paid for. Resolves to the exit code. */
export const writeRows = async (given: Arguments): Promise<number> => {
  const { input, output } = given.values;
  refuseTerminal(input, process.stdin);
  const syncConfig = await loadSyncConfig(given, process.env);
  await refuseOverwrite(given);

  const { AwsBedrockModel } = await import("../index.js");
  const connector = new AwsBedrockModel();
  const { connection_status: connection } = await connector.checkConnection(
    syncConfig.destination.connection_specification,
  );
  if (connection.status === "failed") throw cannotRun(connection.message ?? "the connection check failed");

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
    const sink = output === undefined ? undefined : await openOutput(output);
    // From here on rows are paid for: before, an interrupt may just end the program.
    removeHandlers = onInterrupt(() => {
      stop.abort();
      terminal.say("stopping: rows in flight finish, the rest come out as not sent; again to stop at once");
    });
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    // Where stdout is the same screen, a redrawn line would run into the messages.
    const watchable = sink !== undefined || !process.stdout.isTTY;
    const watch = watchable ? watchProgress(terminal, source, seconds) : () => undefined;
    const messages = connector.enrich(syncConfig, source.rows, { signal: stop.signal, onProgress: watch });
    const summary = await deliver(messages, sink, terminal);
    return report({
      summary,
      seconds: seconds(),
      source,
      sink,
      where: output ?? "stdout",
      say: terminal.say,
    });
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

/** Records to the sink, or all messages to stdout; returns the run's summary from the tracking message. */
async function deliver(
  messages: AsyncIterable<RecordMessage | TrackedMessage>,
  sink: Sink | undefined,
  terminal: Terminal,
): Promise<Summary> {
  let summary: Summary | undefined;
  for await (const message of messages) {
    if (message.type === "record" && sink) {
      await sink.write(message.record.data);
      continue;
    }
    if (message.type === "tracking") {
      terminal.stop();
      await sink?.end();
      summary = message.tracking.meta?.summary as Summary;
    }
    await sendMessage(message);
  }
  if (summary === undefined) throw cannotRun("the run ended without a tracking message");
  return summary;
}

function watchProgress(
  terminal: Terminal,
  source: Source,
  seconds: () => number,
): (progress: Readonly<Progress>) => void {
  let latest: Readonly<Progress> | undefined;
  terminal.watch((width) =>
    latest
      ? progressLine({ progress: latest, fraction: source.fraction(), seconds: seconds() }, width)
      : "waiting",
  );
  return (progress) => {
    latest = progress;
  };
}

interface Finished {
  summary: Summary;
  seconds: number;
  source: Source;
  sink: Sink | undefined;
  where: string;
  say(line: string): void;
}

function report({ summary, seconds, source, sink, where, say }: Finished): number {
  for (const line of summaryLines(summary, seconds, where)) say(line);
  const loss = sink?.loss();
  if (loss !== undefined) say(loss);
  const failure = source.failure();
  if (failure !== undefined) {
    say(`the input was not read to its end: ${failure.message}`);
    return failure.exitCode;
  }
  return summary.enriched === summary.received ? 0 : 3;
}
