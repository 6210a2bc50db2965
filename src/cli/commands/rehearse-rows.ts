import { writeFile } from "node:fs/promises";
import { fileFailure } from "../../core/file-failure.js";
import {
  CannotRehearse,
  type ColumnKind,
  columnKinds,
  type Forecast,
  type Rehearsal,
  type RehearseOptions,
  rehearsalPage,
  rehearse,
} from "../../index.js";
import { type Input, openInput } from "../../rows/open-input.js";
import { agree } from "../agree.js";
import { wholeNumber } from "../arguments.js";
import type { Arguments } from "../command.js";
import { type Fields, loadConfig } from "../config.js";
import { connect } from "../connect.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { holdLedger, withLedger } from "../ledger-option.js";
import { refuseOverwrite } from "../refuse-overwrite.js";
import { forecastReport, rehearsalReport } from "../report/rehearsal-lines.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";
import { refuseTerminal, sizeOfStdin } from "../stdin.js";
import { readDelimiter } from "./write-plan.js";

/** Runs `rehearse`. Resolves to the exit code. */
export const rehearseRows = async (given: Arguments): Promise<number> => {
  const { values, flags } = given;
  const { config = "", against = "", before, report } = values;
  if (before === undefined) refuseTerminal(values.input, process.stdin);
  const wanted = readOptions(given);
  await refuseOverwrite({ report }, [
    ["--config", config],
    ["--against", against],
    ["--input", values.input],
    ["--before", before],
  ]);
  const [old, fresh] = await Promise.all([load(config, given), load(against, given)]);
  const ledgers = new Set([old.ledger, fresh.ledger]);
  const held: (() => void)[] = [];
  const terminal = createTerminal(process.stderr);
  const stop = new AbortController();
  let removeHandlers: (() => void) | undefined;
  try {
    for (const ledger of ledgers) held.push(await holdLedger(ledger));
    await connect(fresh.connection, terminal.say);
    const open = (path: string | undefined): Promise<Input> => openRows(path, given, stop.signal);
    const enriched = before === undefined ? undefined : await open(before);
    const source = before !== undefined && values.input === undefined ? undefined : await open(values.input);
    const asked = async (forecast: Forecast): Promise<boolean> => {
      for (const line of forecastReport(forecast, wanted)) terminal.say(line);
      const calls = forecast.calls.reduce((sum, each) => sum + each.calls, 0);
      const agreed = calls === 0 || flags.has("yes") || (await agree("Call them?"));
      if (!agreed) return false;
      removeHandlers = onInterrupt(() => {
        stop.abort();
        terminal.say(
          "stopping: calls in flight finish, and what was compared is reported; again to stop at once",
        );
      });
      terminal.watch(() => progress, "calls are on their way, with a line here every 30 s");
      return true;
    };
    let progress = "0 rows";
    const rehearsal = await rehearse({
      ...wanted,
      config: old.connection,
      against: fresh.connection,
      ...(source && { rows: source.rows }),
      ...(enriched && { before: enriched.rows }),
      agree: asked,
      onProgress: (done, of) => {
        progress = `${done} of ${of} rows`;
      },
      signal: stop.signal,
    });
    terminal.stop();
    const unread = source?.failure() ?? enriched?.failure();
    if (unread) throw unread;
    if (rehearsal === null) {
      terminal.say("nothing was called");
      return 0;
    }
    return await tell(rehearsal, given);
  } catch (error) {
    if (error instanceof CannotRehearse) throw cannotRun(error.message);
    throw error;
  } finally {
    stop.abort();
    terminal.stop();
    removeHandlers?.();
    for (const release of held) release();
    process.stdin.destroy();
  }
};

const tell = async (rehearsal: Rehearsal, { values, flags }: Arguments): Promise<number> => {
  process.stdout.write(
    flags.has("json")
      ? `${JSON.stringify(rehearsal, null, 2)}\n`
      : rehearsalReport(rehearsal, process.stdout.isTTY ? process.stdout.columns : undefined),
  );
  const { report } = values;
  if (report !== undefined) {
    // It holds rows, so nobody else may read it.
    await writeFile(report, await rehearsalPage(rehearsal), { mode: 0o600 }).catch((error: unknown) => {
      throw fileFailure("write", report, error);
    });
    process.stderr.write(`report: ${report}\n`);
  }
  return rehearsal.judgement.says === "worse" ? 3 : 0;
};

const load = async (
  path: string,
  given: Arguments,
): Promise<{ connection: Fields; ledger: string | undefined }> =>
  withLedger(given, await loadConfig(path, process.env));

const openRows = (path: string | undefined, given: Arguments, signal: AbortSignal): Promise<Input> =>
  openInput(path, {
    stdin: process.stdin,
    stdinSize: sizeOfStdin(),
    signal,
    encoding: given.values.encoding,
    delimiter: readDelimiter(given),
    warn: (line) => process.stderr.write(`${line}\n`),
  });

type Wanted = Omit<RehearseOptions, "config" | "against"> & { readonly tolerate: number };

/** Throws wrong usage. */
const readOptions = (given: Arguments): Wanted => {
  const { values, flags, lists } = given;
  const spend = values["max-spend-usd"];
  if (spend !== undefined && !(Number(spend) > 0))
    throw wrongUsage(
      `option --max-spend-usd is an amount of US dollars, such as 2.50, not ${JSON.stringify(spend)}`,
    );
  const columns = lists?.["before-column"];
  return {
    size: wholeNumber(given, "rows", { fallback: 200, least: 1, most: 100_000 }),
    seed: wholeNumber(given, "seed", { fallback: 1, least: 0, most: 2 ** 32 - 1 }),
    tolerate: readShare(given, "tolerate", 5),
    within: readShare(given, "within", 1),
    noise: flags.has("noise"),
    kinds: Object.fromEntries((lists?.as ?? []).map(readKind)),
    ...(columns && { beforeColumns: Object.fromEntries(columns.map(readColumn)) }),
    ...(values.judge !== undefined && { judge: values.judge }),
    ...(spend !== undefined && { maxSpendUsd: Number(spend) }),
  };
};

const readShare = ({ values }: Arguments, name: string, fallback: number): number => {
  const text = values[name];
  const share = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text ?? String(fallback))?.[1]) / 100;
  if (share <= 1) return share;
  throw wrongUsage(`option --${name} is a percentage, such as 5 or 0.5%, not ${JSON.stringify(text)}`);
};

const readKind = (text: string): [string, ColumnKind] => {
  const at = text.lastIndexOf("=");
  const kind = columnKinds.find((known) => known === text.slice(at + 1));
  if (at > 0 && kind) return [text.slice(0, at), kind];
  throw wrongUsage(`option --as is COLUMN=${columnKinds.join("|")}, not ${JSON.stringify(text)}`);
};

/** The output column, and the column that holds what the old side said of it. */
const readColumn = (text: string): [string, string] => {
  const at = text.indexOf("=");
  return at < 0 ? [text, text] : [text.slice(at + 1), text.slice(0, at)];
};
