import type { Host, Pipeline, Report } from "../../host/index.js";
import { type Claim, claimOutput } from "../../rows/open-output.js";
import { createShape } from "../../rows/shape.js";
import { createWritableRow } from "../../rows/writable-row.js";
import type { Arguments } from "../command.js";
import { type Fields, fillEnvironment, objectOf } from "../config.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { readJsonFile } from "../json-file.js";
import { withLedger } from "../ledger-option.js";
import { refuseOverwrite } from "../refuse-overwrite.js";
import { createTerminal, onInterrupt, sendMessage, speaksJson } from "../report/terminal.js";

/** Runs `sync`. Resolves to the exit code. */
export const runPipeline = async (given: Arguments): Promise<number> => {
  const pipeline = await loadPipeline(given);
  const { output } = given.values;
  if (output === "-") throw wrongUsage("stdout has the report of a sync; give --output a file");
  const { source, destination } = pipeline;
  const ledger = (destination.connection as Fields).ledger;
  await refuseOverwrite({ output, ledger: typeof ledger === "string" ? ledger : undefined }, [
    ["--pipeline", given.values.pipeline],
    ["the source", source.path],
  ]);
  const claim = output === undefined ? undefined : await claimOutput(output);
  const [{ openHost }, { AwsBedrockModel }] = await Promise.all([
    import("../../host/index.js"),
    import("../../index.js"),
  ]);
  // The state keeps `${NAME}` as it is written, so that a secret from the environment stays out of it.
  const resolve = (configuration: Fields): Fields =>
    fillEnvironment(configuration, process.env, "the connection");
  const host = await orCannotRun(openHost({ state: pipeline.state ?? defaultState, resolve }));
  host.register(AwsBedrockModel);
  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  const removeHandlers = onInterrupt(() => {
    stop.abort();
    terminal.say("stopping: rows in flight finish, the rest stay pending; again to stop at once");
  });
  try {
    let progress = "reading rows";
    terminal.watch(() => progress, "reading rows, with a line here every 30 s");
    const onProgress = (done: number, queued: number): void => {
      progress = `${done} of ${queued} rows`;
    };
    const options = { signal: stop.signal, onProgress, onWarning: terminal.say };
    const report = await orCannotRun(host.sync(pipeline, options));
    terminal.stop();
    for (const line of inWords(report)) terminal.say(line);
    if (speaksJson(given)) await sendMessage(report);
    if (claim) await writeRecords(host, pipeline.name, claim, terminal.say);
    return report.success === report.queued && report.unusable === 0 && report.status === "success" ? 0 : 3;
  } finally {
    terminal.stop();
    removeHandlers();
    host.close();
    claim?.release();
  }
};

const defaultState = ".bedrock-model/host.db";

/** The pipeline in a file, with its connection read and its connection strings filled in. */
const loadPipeline = async (given: Arguments): Promise<Pipeline> => {
  const path = given.values.pipeline ?? "";
  const { readPipeline } = await import("../../host/index.js");
  const pipeline = await orCannotRun(readJsonFile(path).then((value) => readPipeline(objectOf(value, path))));
  const { source, destination, write_back } = pipeline;
  const file = destination.connection;
  const connection = typeof file === "string" ? objectOf(await readJsonFile(file), file) : file;
  return {
    ...pipeline,
    ...(given.flags.has("full-refresh") && { sync_mode: "full_refresh" }),
    source: filled(source, path),
    destination: { ...destination, connection: withLedger(given, connection).connection },
    ...(write_back && { write_back: filled(write_back, path) }),
  };
};

const filled = <Part extends { connection_string?: string }>(part: Part, path: string): Part => {
  if (part.connection_string === undefined) return part;
  return { ...part, ...fillEnvironment({ connection_string: part.connection_string }, process.env, path) };
};

const notSent = { _bedrock: { status: "not_sent" } };

const orCannotRun = <Value>(promise: Promise<Value>): Promise<Value> =>
  promise.catch((error: Error) => {
    throw error.name === "Failure" ? error : cannotRun(error.message);
  });

const inWords = (report: Report): string[] => {
  const { sync, run, extracted, unchanged, queued, repeated, unusable, skipped, failed, pending } = report;
  const blank = skipped > 0 ? `, ${skipped} skipped` : "";
  return [
    `sync ${sync}, run ${run}${report.status === "canceled" ? ", stopped" : ""}: ${extracted} rows read, ${unchanged} unchanged, ${queued} to send`,
    `${report.success - skipped} enriched${blank}, ${failed} failed, ${pending} pending; ${report.calls} calls, ${report.input_tokens} tokens in, ${report.output_tokens} out, ${report.seconds} s`,
    ...(unusable > 0 ? [`${unusable} rows are no object or lack the primary key: they were not sent`] : []),
    ...(repeated > 0 ? [`${repeated} rows repeat a primary key: the last row of each was sent`] : []),
    ...[...Object.entries(report.reasons), ...Object.entries(report.remarks)].map(
      ([code, { count, message }]) => `  ${count} x ${code}: ${message}`,
    ),
  ];
};

/** Every row that the source has: its columns, and those of the record that came back, or what became of it. */
const writeRecords = async (
  host: Host,
  sync: string,
  claim: Claim,
  say: (line: string) => void,
): Promise<void> => {
  const shape = createShape(undefined, "full");
  const sink = await claim.open({ shape, guard: createWritableRow(say), warn: say });
  for (const { record, enriched, status } of host.records(sync))
    await sink.write({ ...record, ...(enriched ?? (status === "pending" ? notSent : {})) });
  await sink.end();
};
