import { withoutPassword } from "../../core/without-password.js";
import { type RecordMessage, type Summary, selectRows, type TrackedMessage } from "../../index.js";
import { type Input, openInput } from "../../rows/open-input.js";
import { claimOutput } from "../../rows/open-output.js";
import { createWritableRow } from "../../rows/writable-row.js";
import type { Arguments } from "../command.js";
import { connect } from "../connect.js";
import { cannotRun, failureOf } from "../failure.js";
import { holdLedger } from "../ledger-option.js";
import { onReaderGone } from "../reader-gone.js";
import { refuseOverwrite } from "../refuse-overwrite.js";
import { replayCommand } from "../report/amounts.js";
import { watchBatch } from "../report/batch-lines.js";
import { jsonProgress } from "../report/json-progress.js";
import { summaryLines } from "../report/summary-lines.js";
import { createTerminal, onInterrupt, sendMessage, type Terminal } from "../report/terminal.js";
import { watchProgress } from "../report/watch-progress.js";
import { shardRows } from "../shard.js";
import { refuseTerminal, sizeOfStdin } from "../stdin.js";
import { addedColumns } from "./added-columns.js";
import { checkColumns } from "./output-options.js";
import { keepStdin, readAgain } from "./read-again.js";
import { claimSummary, type RunOutcome } from "./run-summary.js";
import { firstRows, planWrite, type WritePlan } from "./write-plan.js";
import { exampleOf, leave, openTarget, type Target } from "./write-target.js";
import { leaveJobs, verdictOf } from "./write-verdict.js";

/**
 * Runs `write`: checks everything that can be checked before the first row is paid for. Resolves to the exit code.
 */
export const writeRows = async (given: Arguments): Promise<number> => {
  refuseTerminal(given.values.input, process.stdin);
  const plan = await planWrite(given);
  await refuseOverwrite(
    plan,
    ["input", "config", "sync-config"].map((name) => [`--${name}`, given.values[name]]),
  );
  const writeSummary = await claimSummary(plan);
  try {
    const outcome = await run(plan).catch(async (error: Error): Promise<never> => {
      await writeSummary({ exitCode: 1, reason: error.message }).catch(() => undefined);
      throw error;
    });
    await writeSummary(outcome);
    return outcome.exitCode;
  } finally {
    // A pipe that nobody closes must not keep a finished program alive.
    process.stdin.destroy();
  }
};

const run = async (plan: WritePlan): Promise<RunOutcome> => {
  const { syncConfig, connection, output } = plan;
  // The places first: what another run writes is not even looked at.
  const claim = output === undefined || output === "-" ? undefined : await claimOutput(output);
  const giveLedger = await holdLedger(plan.ledger).catch((error: Error) => {
    claim?.release();
    throw error;
  });
  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  let kept: Awaited<ReturnType<typeof keepStdin>> | undefined;
  try {
    const connector = await connect(connection, terminal.say);
    const isStdin = plan.input === undefined || plan.input === "-";
    kept = plan.mayBatch && isStdin ? await keepStdin(process.stdin) : undefined;
    const openRows = (warn: Terminal["say"]): Promise<Input> =>
      openInput(kept?.path ?? plan.input, {
        stdin: process.stdin,
        stdinSize: sizeOfStdin(),
        signal: stop.signal,
        encoding: plan.encoding,
        delimiter: plan.delimiter,
        warn,
      });
    const opened = await openRows(terminal.say);
    const added = await addedColumns(connector, syncConfig);
    checkColumns(plan.columns, opened.columns, added);
    const choose = (input: AsyncIterable<unknown>) => rowsOf(plan, input);
    const { rows, source } = plan.mayBatch
      ? await readAgain(opened, choose, () => openRows(() => undefined))
      : { rows: await choose(opened.rows), source: () => opened };
    const guard = createWritableRow(terminal.say);
    const target = await openTarget(plan, { claim, source: opened, guard, terminal });
    return await enrichRows(plan, { connector, source, rows, target, added, terminal, stop });
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    terminal.stop();
    claim?.release();
    giveLedger();
    await kept?.remove();
  }
};

/** The rows that the run is to send. */
const rowsOf = async (
  { shard, only, limit, unchanged }: WritePlan,
  input: AsyncIterable<unknown>,
): Promise<AsyncIterable<unknown>> => {
  let rows = input;
  if (shard) rows = shardRows(rows, shard);
  if (only)
    rows = await selectRows(unchanged, rows, only).catch((error: Error) => {
      throw cannotRun(error.message);
    });
  return limit === undefined ? rows : firstRows(rows, limit);
};

interface Running {
  readonly connector: Awaited<ReturnType<typeof connect>>;
  /** The input as it is read at the moment. */
  readonly source: () => Input;
  readonly rows: AsyncIterable<unknown>;
  readonly target: Target;
  /** What the run adds to a row. */
  readonly added: Record<string, unknown>;
  readonly terminal: Terminal;
  readonly stop: AbortController;
}

const enrichRows = async (plan: WritePlan, running: Running): Promise<RunOutcome> => {
  const { connector, source, rows, target, added, terminal, stop } = running;
  const { output, ledger, config } = plan;
  const place = output === undefined || output === "-" ? "stdout" : output;
  let readerIsGone = false;
  const batch = watchBatch(terminal);
  // From here on rows are paid for: before, an interrupt may just end the program.
  const removers = [
    onInterrupt(() => {
      stop.abort();
      terminal.say(
        batch.last()?.phase === "waiting"
          ? "stopping: the batch jobs go on; again to stop at once"
          : "stopping: rows in flight finish, the rest come out as not sent; again to stop at once",
      );
    }),
    onReaderGone(() => {
      readerIsGone = true;
    }),
  ];
  try {
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    const progress = plan.jsonProgress
      ? jsonProgress(terminal, (line) => process.stderr.write(`${line}\n`), seconds, batch.last)
      : watchProgress(terminal, {
          // Where stdout is the same screen, a redrawn line would run into the messages.
          drawn: target.sink !== undefined || !process.stdout.isTTY,
          opening: `${plan.input ?? "stdin"} to ${place}, with a line here every 30 s`,
          fraction: () => source().fraction(),
          before: batch.line,
          seconds,
        });
    const messages = connector.enrich(plan.syncConfig, rows, {
      signal: stop.signal,
      onProgress: progress,
      onBatch: batch.see,
      detach: plan.detach,
      ...(plan.deadlineMs !== undefined && { deadlineMs: plan.deadlineMs }),
    });
    // Plain rows are all that stands on stdout where they go there.
    const json = plan.json && output !== "-";
    const isLeft = (): boolean => batch.last()?.phase === "left";
    const { summary, broken } = await deliver(messages, target, { json, terminal, stop, isLeft });
    if (summary === undefined) return await leaveJobs(plan, { batch, target, terminal, seconds: seconds() });
    const unread = source().failure();
    const example = summary.received === 0 ? exampleOf(source(), added) : undefined;
    const failure = unread
      ? `the input was not read to its end: ${unread.message}`
      : (broken ?? (await ended(target, example)));
    if (failure !== undefined) await leave(target, terminal.say);
    if (summary.received === 0 && failure === undefined)
      terminal.say(plan.isPart ? "no row of the input was to be sent" : "the input holds no rows");
    const ending = {
      seconds: seconds(),
      ...(failure === undefined && { output: place }),
      ledger:
        ledger === undefined
          ? undefined
          : { path: withoutPassword(ledger), replay: replayCommand(config, ledger) },
      columns: source().columns,
    };
    for (const line of summaryLines(summary, ending)) terminal.say(line);
    if (failure !== undefined) terminal.say(failure);
    return {
      ...verdictOf(plan, { summary, failure, readerIsGone }),
      summary,
      seconds: seconds(),
    };
  } finally {
    for (const remove of removers) remove();
  }
};

/**
 * Records to the target; returns the run's summary from the tracking message. A target that takes no more ends the run as an
 * interrupt does, so that open calls are kept; `broken` says why it takes none. Where batch jobs were left to go on there is no
 * summary: the rows have yet to come to their ends.
 */
const deliver = async (
  messages: AsyncIterable<RecordMessage | TrackedMessage>,
  target: Target,
  {
    json,
    terminal,
    stop,
    isLeft,
  }: { json: boolean; terminal: Terminal; stop: AbortController; isLeft: () => boolean },
): Promise<{ summary: Summary | undefined; broken: string | undefined }> => {
  let summary: Summary | undefined;
  let broken: string | undefined;
  for await (const message of messages) {
    if (isLeft()) return { summary: undefined, broken };
    if (message.type === "record") {
      if (broken !== undefined) continue;
      await target.put(message).catch((error: unknown) => {
        broken = failureOf(error).message;
        stop.abort();
      });
      continue;
    }
    terminal.stop();
    summary = message.tracking.meta.summary;
    if (json) await sendMessage(message);
  }
  if (summary === undefined) throw cannotRun("the run ended without a tracking message");
  return { summary, broken };
};

/** Why the target could not be ended; undefined where all is written. */
const ended = (target: Target, example: Record<string, unknown> | undefined): Promise<string | undefined> =>
  (target.sink?.end(example) ?? Promise.resolve()).then(
    () => undefined,
    (error: unknown) => failureOf(error).message,
  );
